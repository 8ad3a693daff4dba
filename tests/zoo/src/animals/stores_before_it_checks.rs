use crate::{Entry, Honest, Keyspace, Reply, Server};

/// Stores the value before it checks the options.
///
/// The value comes before the options, so it is at hand first. When an option is wrong, the client
/// gets an error, and the old value is gone all the same.
pub(super) struct StoresBeforeItChecks;

impl Server for StoresBeforeItChecks {
    fn set(&self, keyspace: &mut Keyspace, key: &[u8], value: &[u8], options: &[Vec<u8>]) -> Reply {
        let deadline = self.lookup(keyspace, key).and_then(|entry| entry.deadline);
        self.store(keyspace, key, Entry::new(value.to_vec(), deadline));
        Honest.set(keyspace, key, value, options)
    }
}

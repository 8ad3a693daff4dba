use crate::{Entry, Keyspace, Reply, Server};

/// Asks for each key whether it is free, right before it sets it.
///
/// The reply is right: not all of them were free. What was set before the first that is taken stays.
pub(super) struct SetsWhatIsFree;

impl Server for SetsWhatIsFree {
    fn mset_nx(&self, keyspace: &mut Keyspace, pairs: &[Vec<u8>]) -> Reply {
        let mut is_free = true;
        for [key, value] in pairs.as_chunks().0 {
            if self.lookup(keyspace, key).is_some() {
                is_free = false;
                continue;
            }
            self.store(keyspace, key, Entry::new(value.clone(), None));
        }
        Reply::Integer(is_free.into())
    }
}

use crate::{Keyspace, Reply, Server};

/// Takes an empty value for no value.
///
/// In many languages an empty string counts as false, and one test seems to cover both. A key
/// that holds nothing is still a key: its value is a string of length 0.
pub(super) struct LosesEmptyValues;

impl Server for LosesEmptyValues {
    fn get(&self, keyspace: &mut Keyspace, key: &[u8]) -> Reply {
        match self.lookup(keyspace, key) {
            Some(entry) if !entry.value.is_empty() => Reply::Bulk(entry.value),
            _ => Reply::Nil,
        }
    }
}

use crate::{Entry, Keyspace, Server};

/// Stores a list as it is, with elements or without.
///
/// In most languages, an empty collection is not the same as no collection. In Redis it is: a key
/// without elements does not exist.
pub(super) struct KeepsEmptyLists;

impl Server for KeepsEmptyLists {
    fn store_list(&self, keyspace: &mut Keyspace, key: &[u8], list: Vec<Vec<u8>>) {
        let entry = self.lookup(keyspace, key).unwrap_or_default();
        self.store(keyspace, key, Entry { list: Some(list), ..entry });
    }
}

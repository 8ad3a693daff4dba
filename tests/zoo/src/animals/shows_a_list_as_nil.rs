use crate::{Keyspace, Reply, Server};

/// Finds no string, and replies nil.
///
/// The client believes that the key is free, and overwrites a list. The error says that the key is in
/// use for something else.
pub(super) struct ShowsAListAsNil;

impl Server for ShowsAListAsNil {
    fn get(&self, keyspace: &mut Keyspace, key: &[u8]) -> Reply {
        let entry = self.lookup(keyspace, key).filter(|entry| entry.list.is_none());
        entry.map_or(Reply::Nil, |entry| Reply::Bulk(entry.value))
    }
}

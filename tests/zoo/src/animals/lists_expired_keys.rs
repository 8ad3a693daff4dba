use crate::{Keyspace, Reply, Server};

/// Lists all keys of the map, also those whose time is over.
///
/// `GET` removes an expired key when somebody asks for it, and `KEYS` never asks. It lists a key
/// that a moment later is not there.
pub(super) struct ListsExpiredKeys;

impl Server for ListsExpiredKeys {
    fn keys(&self, keyspace: &mut Keyspace, pattern: &[u8]) -> Reply {
        let keys = keyspace.keys().filter(|key| self.matches(pattern, key));
        Reply::Array(keys.cloned().map(Reply::Bulk).collect())
    }
}

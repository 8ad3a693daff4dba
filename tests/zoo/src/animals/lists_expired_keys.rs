use crate::{Keyspace, Reply, Server};

/// Lists all keys of the map, including expired ones.
///
/// `GET` removes an expired key when a client looks it up, and `KEYS` never looks it up. It lists a
/// key that does not exist a moment later.
pub(super) struct ListsExpiredKeys;

impl Server for ListsExpiredKeys {
    fn keys(&self, keyspace: &mut Keyspace, pattern: &[u8]) -> Reply {
        let keys = keyspace.keys().filter(|key| self.matches(pattern, key));
        Reply::Array(keys.cloned().map(Reply::Bulk).collect())
    }
}

use crate::{Keyspace, Reply, Server};

/// Removes all keys that are named, and returns how many names there were.
pub(super) struct CountsNamesAsDeleted;

impl Server for CountsNamesAsDeleted {
    fn del(&self, keyspace: &mut Keyspace, keys: &[Vec<u8>]) -> Reply {
        keyspace.retain(|key, _| !keys.contains(key));
        Reply::Integer(keys.len() as i64)
    }
}

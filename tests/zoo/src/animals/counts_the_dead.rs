use crate::{Keyspace, Reply, Server};

/// Counts all keys of the map, including expired ones.
///
/// A lookup removes an expired key, and so does `KEYS`. A count looks at no key.
pub(super) struct CountsTheDead;

impl Server for CountsTheDead {
    fn db_size(&self, keyspace: &mut Keyspace) -> Reply {
        Reply::Integer(keyspace.len() as i64)
    }
}

use crate::{Entry, Keyspace, Server};

/// Asks the table whether there was something to remove.
///
/// A key that has expired stays in the table until a lookup finds it. To clients it is gone already,
/// and here it is removed, and counted, without a lookup.
pub(super) struct CountsExpiredKeysAsDeleted;

impl Server for CountsExpiredKeysAsDeleted {
    fn remove(&self, keyspace: &mut Keyspace, key: &[u8]) -> Option<Entry> {
        keyspace.remove(key)
    }
}

use crate::{Entry, Keyspace, Server};

/// Writes a key once.
///
/// `or_insert` reads like "insert or replace" and means "insert unless it is there". The second
/// `SET` answers `OK` and changes nothing.
pub(super) struct KeepsTheFirstValue;

impl Server for KeepsTheFirstValue {
    fn store(&self, keyspace: &mut Keyspace, key: &[u8], entry: Entry) {
        keyspace.entry(key.to_vec()).or_insert(entry);
    }
}

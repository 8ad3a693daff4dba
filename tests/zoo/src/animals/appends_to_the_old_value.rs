use crate::{Entry, Keyspace, Server};

/// Adds a new value to the end of the old one.
///
/// A buffer that is kept to save an allocation must be cleared first. The first `SET` of a key
/// is right; after the second, `GET` gives both values in a row.
pub(super) struct AppendsToTheOldValue;

impl Server for AppendsToTheOldValue {
    fn store(&self, keyspace: &mut Keyspace, key: &[u8], entry: Entry) {
        let kept = keyspace.entry(key.to_vec()).or_default();
        kept.value.extend(entry.value);
        kept.deadline = entry.deadline;
    }
}

use crate::{Entry, Keyspace, Server};

/// Lets a plain `SET` keep the deadline of the key that it replaces.
///
/// With deadlines beside the values, it takes a line to remove the old one, and nothing looks wrong
/// without it. The new value vanishes at the old value's deadline.
pub(super) struct KeepsTheOldDeadline;

impl Server for KeepsTheOldDeadline {
    fn store(&self, keyspace: &mut Keyspace, key: &[u8], entry: Entry) {
        let kept = keyspace.entry(key.to_vec()).or_default();
        kept.value = entry.value;
        kept.deadline = entry.deadline.or(kept.deadline);
    }
}

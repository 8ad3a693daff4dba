use crate::{Entry, Keyspace, Server};

/// Writes a value over the old one, if it fits.
///
/// The room is there already, so a shorter value is only copied into it. What was behind it stays,
/// and the length does not change either.
pub(super) struct KeepsTheOldLength;

impl Server for KeepsTheOldLength {
    fn store(&self, keyspace: &mut Keyspace, key: &[u8], entry: Entry) {
        let old = keyspace.entry(key.to_vec()).or_default();
        old.deadline = entry.deadline;
        match old.value.get_mut(..entry.value.len()) {
            Some(room) => room.copy_from_slice(&entry.value),
            None => old.value = entry.value,
        }
    }
}

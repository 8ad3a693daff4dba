use crate::{Honest, Server};

/// Counts the time from the deadline that the key had.
///
/// "Another hundred seconds", one thinks. The first `EXPIRE` of a key is right.
pub(super) struct AddsToTheOldDeadline;

impl Server for AddsToTheOldDeadline {
    fn expire_deadline(&self, command: &str, number: i64, old: Option<i64>) -> Option<i64> {
        let deadline = Honest.expire_deadline(command, number, old)?;
        let left = old.map_or(0, |old| old - self.now());
        if command.ends_with("AT") { Some(deadline) } else { deadline.checked_add(left) }
    }
}

use crate::{Honest, Server};

/// Accepts `PX 0` and `EX -1`.
///
/// The arithmetic works, and the key has expired already. Redis takes them for a mistake of the
/// caller, and replies with an error.
pub(super) struct AcceptsATimeOfZero;

impl Server for AcceptsATimeOfZero {
    fn deadline(&self, option: &str, number: i64) -> Option<i64> {
        if number > 0 { Honest.deadline(option, number) } else { Some(self.now() - 1) }
    }
}

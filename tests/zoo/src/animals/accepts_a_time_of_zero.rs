use crate::{Honest, Server};

/// Takes `PX 0` and `EX -1` for times.
///
/// They can be computed with, and give a key that has already ended. Redis takes them for a
/// mistake of the caller, and says so.
pub(super) struct AcceptsATimeOfZero;

impl Server for AcceptsATimeOfZero {
    fn deadline(&self, option: &str, number: i64) -> Option<i64> {
        if number > 0 { Honest.deadline(option, number) } else { Some(self.now() - 1) }
    }
}

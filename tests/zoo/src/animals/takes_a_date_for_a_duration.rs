use crate::{Honest, Server};

/// Adds the time of `EXAT` and `PXAT` to now.
///
/// The code for `EX` is there, and two more names are quickly added to it. What was a date is then
/// a duration of fifty years, and the key never expires.
pub(super) struct TakesADateForADuration;

impl Server for TakesADateForADuration {
    fn deadline(&self, option: &str, number: i64) -> Option<i64> {
        Honest.deadline(option.trim_end_matches("AT"), number)
    }
}

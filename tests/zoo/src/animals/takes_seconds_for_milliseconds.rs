use crate::{Honest, Server};

/// Counts the seconds of `EX` as milliseconds.
///
/// Both are whole numbers, and a bare number does not say what it counts. A key with `EX 10`
/// is gone after a hundredth of a second.
pub(super) struct TakesSecondsForMilliseconds;

impl Server for TakesSecondsForMilliseconds {
    fn deadline(&self, option: &str, number: i64) -> Option<i64> {
        match option {
            "EX" => Honest.deadline("PX", number),
            _ => Honest.deadline(option, number),
        }
    }
}

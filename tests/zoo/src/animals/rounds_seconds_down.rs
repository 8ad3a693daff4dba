use crate::Server;

/// Cuts milliseconds off a time to live.
///
/// A division of integers does it unasked. A key that was given a hundred seconds has 99 a moment
/// later.
pub(super) struct RoundsSecondsDown;

impl Server for RoundsSecondsDown {
    fn seconds(&self, milliseconds: i64) -> i64 {
        milliseconds / 1000
    }
}

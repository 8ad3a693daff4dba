use crate::Server;

/// Truncates a time to live to whole seconds.
///
/// Integer division does it silently. A key that was given a hundred seconds has 99 a moment later.
pub(super) struct RoundsSecondsDown;

impl Server for RoundsSecondsDown {
    fn seconds(&self, milliseconds: i64) -> i64 {
        milliseconds / 1000
    }
}

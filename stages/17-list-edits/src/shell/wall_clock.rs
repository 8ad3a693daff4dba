//! The kernel's clock.

use std::time::{SystemTime, UNIX_EPOCH};

use stage_17::protocol::clock::UnixMillis;

/// Returns the current time.
pub fn now() -> UnixMillis {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}

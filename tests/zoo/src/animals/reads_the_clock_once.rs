use std::sync::OnceLock;

use crate::{Honest, Server};

static NOW: OnceLock<i64> = OnceLock::new();

/// Reads the clock when it starts, and never again.
///
/// A time that is kept in a field or made in a constructor does this. All deadlines are right,
/// and none is ever reached.
pub(super) struct ReadsTheClockOnce;

impl Server for ReadsTheClockOnce {
    fn now(&self) -> i64 {
        *NOW.get_or_init(|| Honest.now())
    }
}

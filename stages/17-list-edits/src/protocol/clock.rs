//! Time, as an input: nothing in the core reads a clock.

/// A moment in milliseconds since 1970, negative before (Redis: `mstime_t`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixMillis(pub i64);

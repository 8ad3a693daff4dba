//! Time, as an input: nothing in the core asks what time it is.

use std::num::NonZeroI64;

/// A moment, in milliseconds since 1970 (Redis: `mstime_t`).
///
/// It is never zero, so that an `Option` of it needs no more room than itself. Nobody misses the
/// first millisecond of 1970: zero becomes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixMillis(NonZeroI64);

impl UnixMillis {
    const ONE: NonZeroI64 = NonZeroI64::new(1).unwrap();

    /// Returns the moment so many milliseconds after 1970 began, or before if negative.
    pub fn new(ms: i64) -> Self {
        Self(NonZeroI64::new(ms).unwrap_or(Self::ONE))
    }

    /// Returns the milliseconds since 1970 began.
    pub fn get(self) -> i64 {
        self.0.get()
    }
}

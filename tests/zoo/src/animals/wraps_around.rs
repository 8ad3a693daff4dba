use crate::{Honest, Server};

/// Multiplies and adds without checking for overflow.
///
/// In a release build `*` and `+` wrap around in silence, as they do in C. A time that is too
/// long for 64 bits is accepted, and is a time in the past.
pub(super) struct WrapsAround;

impl Server for WrapsAround {
    fn deadline(&self, option: &str, number: i64) -> Option<i64> {
        let milliseconds =
            if option.starts_with("EX") { number.wrapping_mul(1000) } else { number };
        let start = if option.ends_with("AT") { 0 } else { Honest.now() };
        (number > 0).then_some(milliseconds.wrapping_add(start))
    }
}

use crate::Server;
use crate::server::NOT_AN_INTEGER;

/// Counts in floating point.
///
/// All integers up to 2^53 are right. Above, some are missing, and no sum ever overflows.
pub(super) struct CountsInFloatingPoint;

impl Server for CountsInFloatingPoint {
    fn sum(&self, value: &[u8], number: i64) -> Result<i64, &'static str> {
        let value = str::from_utf8(value).ok().and_then(|value| value.parse().ok());
        let value: f64 = value.ok_or(NOT_AN_INTEGER)?;
        Ok((value + number as f64) as i64)
    }
}

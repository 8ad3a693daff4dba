use crate::Server;

/// Adds numbers with a fraction as `f64`.
///
/// It prints as many digits as are needed to read the same number again. That is honest, and shows
/// that the sum of 0.1 and 0.2 is not the number that is nearest to 0.3.
pub(super) struct AddsIn64Bits;

impl Server for AddsIn64Bits {
    fn float_sum(&self, value: &[u8], number: &[u8]) -> Option<String> {
        let read = |text: &[u8]| str::from_utf8(text).ok()?.parse::<f64>().ok();
        Some((read(value)? + read(number)?).to_string())
    }
}

//! Numbers with a fraction, as Redis computes with them: C's `long double`.

use std::cmp::Ordering;
use std::fmt;

use num_bigint::BigUint;
use rustc_apfloat::Float;
use rustc_apfloat::ieee::X87DoubleExtended;

/// The most bytes that Redis reads as such a number (Redis: `MAX_LONG_DOUBLE_CHARS`).
const MAX_LENGTH: usize = 5 * 1024;

/// How many digits after the point are written at most (Redis: the 17 in `%.17Lf`).
const DIGITS: usize = 17;

/// How many bits of the 80 are the digits. The others are the exponent and the sign.
const MANTISSA_BITS: u32 = 64;

/// The lowest exponent: of 1, the last bit of the mantissa has the value 2^-63.
const LOWEST_EXPONENT: i32 = 1 - 16383 - 63;

/// A number of 80 bits, 64 of them its digits: eleven more than an `f64`. Not NaN, but maybe
/// infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LongDouble(X87DoubleExtended);

impl LongDouble {
    /// Returns the number that `text` stands for, as C's `strtold` reads it: `1e3`, `.5`, `0x1p3`,
    /// `inf`; but no number that is too large or too small, and nothing before or after it. Mirrors
    /// `string2ld`.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text = str::from_utf8(text).ok().filter(|text| text.len() < MAX_LENGTH)?;
        let text = text.to_ascii_lowercase();
        let (sign, digits) = match text.strip_prefix(['+', '-']) {
            Some(digits) => (&text[..1], digits),
            None => ("", text.as_str()),
        };
        if matches!(digits, "inf" | "infinity") {
            let infinity = X87DoubleExtended::INFINITY;
            return Some(Self(if sign == "-" { -infinity } else { infinity }));
        }
        if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
            return None;
        }
        let letter = if digits.starts_with("0x") { 'p' } else { 'e' };
        // In C, a hexadecimal number, too, need not have an exponent.
        let (mantissa, exponent) = digits.split_once(letter).unwrap_or((digits, "0"));
        if !exponent.ends_with(|last: char| last.is_ascii_digit()) {
            return None;
        }
        let number = format!("{sign}{mantissa}{letter}{exponent}");
        let number: X87DoubleExtended = number.parse().ok()?;
        let is_in_range = number.is_finite() && (!number.is_zero() || is_zero(mantissa));
        is_in_range.then_some(Self(number))
    }

    /// Returns the sum, if it is a finite number.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let sum = (self.0 + other.0).value;
        sum.is_finite().then_some(Self(sum))
    }
}

/// Returns whether a number with these digits is zero, whatever its exponent.
fn is_zero(mantissa: &str) -> bool {
    !mantissa.contains(|digit: char| digit != '0' && digit.is_ascii_hexdigit())
}

/// Without an exponent, with as many digits as are needed, but no more than 17 after the point.
/// Mirrors `ld2string`.
impl fmt::Display for LongDouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0.to_bits();
        let mantissa = BigUint::from(bits as u64);
        let exponent = (bits >> MANTISSA_BITS) as i32 & 0x7fff;
        let exponent = LOWEST_EXPONENT + (exponent - 1).max(0);
        let scaled = mantissa * 10_u64.pow(DIGITS as u32);
        let digits = match u32::try_from(-exponent) {
            Ok(places) => shift_right(scaled, places),
            Err(_) => scaled << exponent,
        };
        let digits = format!("{digits:0>width$}", width = DIGITS + 1);
        let (whole, fraction) = digits.split_at(digits.len() - DIGITS);
        let number = format!("{whole}.{fraction}");
        let number = number.trim_end_matches('0').trim_end_matches('.');
        let sign = if self.0.is_negative() && number != "0" { "-" } else { "" };
        write!(f, "{sign}{number}")
    }
}

/// Divides by a power of two, and rounds: to an even number, if two are equally near.
fn shift_right(number: BigUint, places: u32) -> BigUint {
    let floor = &number >> places;
    let twice_rest = (number - (&floor << places)) << 1_u32;
    let rounds_up = match twice_rest.cmp(&(BigUint::from(1_u32) << places)) {
        Ordering::Less => false,
        Ordering::Equal => floor.bit(0),
        Ordering::Greater => true,
    };
    floor + u32::from(rounds_up)
}

//! Numbers with a fraction, as decimal ones: exact, and enough for the transcripts here.

/// How many decimals they have.
const DECIMALS: i32 = 17;

/// Returns a number as so many units of its last decimal.
pub fn units(text: &[u8]) -> Option<i128> {
    let text = str::from_utf8(text).ok()?;
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let places = DECIMALS + exponent.parse::<i16>().map(i32::from).ok()? - fraction.len() as i32;
    digits.checked_mul(10_i128.checked_pow(places.try_into().ok()?)?)
}

/// Writes it, without zeros at the end.
pub fn show(units: i128) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let one = 10_u128.pow(DECIMALS as u32);
    let (whole, fraction) = (units.unsigned_abs() / one, units.unsigned_abs() % one);
    let text = format!("{sign}{whole}.{fraction:017}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

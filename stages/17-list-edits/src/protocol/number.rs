//! Numbers as Redis writes them.

/// Returns the number that `text` stands for, if it is written as Redis itself would write it: no
/// `+5`, `007`, `-0` or space. Mirrors `string2ll`.
pub fn parse(text: &[u8]) -> Option<i64> {
    match text {
        [b'0'] => Some(0),
        [b'1'..=b'9', ..] | [b'-', b'1'..=b'9', ..] => str::from_utf8(text).ok()?.parse().ok(),
        _ => None,
    }
}

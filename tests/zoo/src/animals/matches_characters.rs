use crate::{Honest, Server};

/// Lets `?` match a character, however many bytes it has.
///
/// A pattern that is kept as `str` is read by `chars`. To Redis a key is bytes: an `é` is two of
/// them, and takes two question marks.
pub(super) struct MatchesCharacters;

impl Server for MatchesCharacters {
    fn matches(&self, pattern: &[u8], text: &[u8]) -> bool {
        Honest.matches(&characters(pattern), &characters(text))
    }
}

/// Returns one byte for each character: its number, as far as that fits a byte.
fn characters(text: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(text).chars().map(|c| u8::try_from(c).unwrap_or(0xFF)).collect()
}

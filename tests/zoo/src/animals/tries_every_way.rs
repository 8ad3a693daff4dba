use crate::{Server, glob};

/// Tries, for every star, every length that it may have.
///
/// Four lines of recursion, and the result is always right. With each further star the number of
/// ways is multiplied: on a pattern of a dozen stars, a key of forty bytes takes years, and no
/// other client is served meanwhile.
pub(super) struct TriesEveryWay;

impl Server for TriesEveryWay {
    fn matches(&self, mut pattern: &[u8], text: &[u8]) -> bool {
        if let Some(after) = pattern.strip_prefix(b"*") {
            return (0..=text.len())
                .any(|length| text.get(length..).is_some_and(|rest| self.matches(after, rest)));
        }
        match text.split_first() {
            None => pattern.is_empty(),
            Some((byte, rest)) => {
                glob::take_one(&mut pattern, *byte) && self.matches(pattern, rest)
            }
        }
    }
}

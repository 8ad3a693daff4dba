use crate::Server;

/// Splits a typed line at spaces, quotes or not.
///
/// One call does it, and it is right for most of what people type. `ECHO "hello world"` then has
/// three arguments instead of two.
pub(super) struct IgnoresQuotes;

impl Server for IgnoresQuotes {
    fn split_inline(&self, line: &[u8]) -> Option<Vec<Vec<u8>>> {
        let words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        Some(words.map(<[u8]>::to_vec).collect())
    }
}

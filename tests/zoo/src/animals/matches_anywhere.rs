use crate::{Honest, Server};

/// Looks for the pattern anywhere in the key.
///
/// A regular expression without `^` and `$` does that. A pattern of `KEYS` has to match the whole
/// key, from its first byte to its last.
pub(super) struct MatchesAnywhere;

impl Server for MatchesAnywhere {
    fn matches(&self, pattern: &[u8], text: &[u8]) -> bool {
        Honest.matches(&[b"*", pattern, b"*"].concat(), text)
    }
}

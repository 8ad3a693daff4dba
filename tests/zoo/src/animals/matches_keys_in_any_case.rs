use crate::{Honest, Server};

/// Lists keys whatever their case.
///
/// `CONFIG GET` ignores the case, with the same matcher. Keys are bytes, and `A` and `a` are two
/// different ones.
pub(super) struct MatchesKeysInAnyCase;

impl Server for MatchesKeysInAnyCase {
    fn matches(&self, pattern: &[u8], text: &[u8]) -> bool {
        Honest.matches(&pattern.to_ascii_lowercase(), &text.to_ascii_lowercase())
    }
}

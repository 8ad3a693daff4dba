use crate::Server;

/// Compares only what comes before the first star.
///
/// `user:*` is the most common pattern, and for it this is enough. In `h*llo`, only the `h` counts.
pub(super) struct MatchesTheBeginning;

impl Server for MatchesTheBeginning {
    fn matches(&self, pattern: &[u8], text: &[u8]) -> bool {
        match pattern.split(|byte| *byte == b'*').next() {
            Some(prefix) if prefix.len() < pattern.len() => text.starts_with(prefix),
            _ => pattern == text,
        }
    }
}

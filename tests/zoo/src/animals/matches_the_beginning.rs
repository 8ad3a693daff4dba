use crate::Server;

/// Compares what stands before the first star, and no more.
///
/// `user:*` is the pattern that everybody uses, and for it this is enough. Of `h*llo` only the
/// `h` counts.
pub(super) struct MatchesTheBeginning;

impl Server for MatchesTheBeginning {
    fn matches(&self, pattern: &[u8], text: &[u8]) -> bool {
        match pattern.split(|byte| *byte == b'*').next() {
            Some(prefix) if prefix.len() < pattern.len() => text.starts_with(prefix),
            _ => pattern == text,
        }
    }
}

use crate::{Honest, Server};

/// Reads `?` as "one or none".
///
/// That is its meaning in regular expressions. In a glob it is one byte, no more and no less, so
/// `h?llo` does not find `hllo`.
pub(super) struct LetsAQuestionMarkMatchNothing;

impl Server for LetsAQuestionMarkMatchNothing {
    fn matches(&self, pattern: &[u8], text: &[u8]) -> bool {
        if let Some(at) = pattern.iter().position(|byte| *byte == b'?') {
            let mut without = pattern.to_vec();
            without.remove(at);
            if self.matches(&without, text) {
                return true;
            }
        }
        Honest.matches(pattern, text)
    }
}

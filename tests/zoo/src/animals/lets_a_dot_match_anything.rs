use crate::{Honest, Server};

/// Turns the pattern into a regular expression, and forgets to escape the dot.
///
/// `*` becomes `.*`, `?` becomes `.`, and the rest is left as it is. A dot in the pattern then
/// matches any byte.
pub(super) struct LetsADotMatchAnything;

impl Server for LetsADotMatchAnything {
    fn matches(&self, pattern: &[u8], text: &[u8]) -> bool {
        let translated: Vec<u8> =
            pattern.iter().map(|byte| if *byte == b'.' { b'?' } else { *byte }).collect();
        Honest.matches(&translated, text)
    }
}

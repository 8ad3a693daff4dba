use crate::{Honest, Server};

/// Takes `\` for a byte like any other.
///
/// Nobody misses it until a key holds a star. There is then no way to ask for that key alone.
pub(super) struct TakesABackslashLiterally;

impl Server for TakesABackslashLiterally {
    fn matches(&self, pattern: &[u8], text: &[u8]) -> bool {
        let mut literal = Vec::new();
        for byte in pattern {
            if *byte == b'\\' {
                literal.push(b'\\');
            }
            literal.push(*byte);
        }
        Honest.matches(&literal, text)
    }
}

use crate::{Honest, Server};

/// Treats `\` as a byte like any other.
///
/// It is not missed until a key contains a star. Then no pattern matches that key alone.
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

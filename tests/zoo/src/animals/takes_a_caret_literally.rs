use crate::{Honest, Server};

/// Takes `^` for one more byte of the class.
///
/// The shell's sign for "none of these" is `!`, so `^` is easily missed. `h[^a]llo` then finds
/// `hallo` and not `hello`, just the wrong way round.
pub(super) struct TakesACaretLiterally;

impl Server for TakesACaretLiterally {
    fn matches(&self, pattern: &[u8], text: &[u8]) -> bool {
        let mut literal = Vec::new();
        for (at, byte) in pattern.iter().enumerate() {
            if *byte == b'^' && pattern.get(..at).is_some_and(|before| before.ends_with(b"[")) {
                literal.push(b'\\');
            }
            literal.push(*byte);
        }
        Honest.matches(&literal, text)
    }
}

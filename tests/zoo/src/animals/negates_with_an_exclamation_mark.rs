use crate::{Honest, Server};

/// Reads `[!a]` as "anything but a".
///
/// The shell does, and so does a glob library from the registry. Redis knows `^` for that, and
/// treats `!` as a byte like any other.
pub(super) struct NegatesWithAnExclamationMark;

impl Server for NegatesWithAnExclamationMark {
    fn matches(&self, pattern: &[u8], text: &[u8]) -> bool {
        let mut negated = pattern.to_vec();
        for at in 1..negated.len() {
            if negated.get(at - 1..=at) == Some(b"[!") {
                negated.splice(at..=at, *b"^");
            }
        }
        Honest.matches(&negated, text)
    }
}

use crate::{Honest, Parsed, Server};

/// Trims white space from both ends of every argument.
///
/// It removes the line ending, and nothing else until an argument ends with a space or a line
/// break. Such an argument comes back shorter than it was.
pub(super) struct TrimsWords;

impl Server for TrimsWords {
    fn decode_bulk(&self, input: &mut &[u8]) -> Parsed<Vec<u8>> {
        let word = Honest.decode_bulk(input)?;
        Ok(word.map(|word| word.trim_ascii().to_vec()))
    }
}

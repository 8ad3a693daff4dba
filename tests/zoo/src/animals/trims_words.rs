use crate::{Honest, Parsed, Server};

/// Cuts white space off both ends of every word.
///
/// It gets rid of a line's ending, and of nothing else as long as nobody sends a word that ends
/// with a blank or a line break. Those come back shorter than they were.
pub(super) struct TrimsWords;

impl Server for TrimsWords {
    fn decode_bulk(&self, input: &mut &[u8]) -> Parsed<Vec<u8>> {
        let word = Honest.decode_bulk(input)?;
        Ok(word.map(|word| word.trim_ascii().to_vec()))
    }
}

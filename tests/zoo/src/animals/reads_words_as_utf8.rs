use crate::{Honest, Parsed, Server};

/// Turns every argument into a `String` on its way in.
///
/// Text is easier to handle, and `from_utf8_lossy` never fails. It replaces what is not UTF-8
/// instead: a byte `FF` comes back as the three bytes `EF BF BD`.
pub(super) struct ReadsWordsAsUtf8;

impl Server for ReadsWordsAsUtf8 {
    fn decode_bulk(&self, input: &mut &[u8]) -> Parsed<Vec<u8>> {
        let word = Honest.decode_bulk(input)?;
        Ok(word.map(|word| String::from_utf8_lossy(&word).into_owned().into_bytes()))
    }
}

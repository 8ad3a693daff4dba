use crate::{Honest, Parsed, Server};

/// Waits for CR LF where a line feed alone is enough.
///
/// The protocol's document says CR LF, and clients keep to it. A person who types with `nc` sends
/// LF alone, and the server goes on waiting for the end of the line.
pub(super) struct WantsACarriageReturn;

impl Server for WantsACarriageReturn {
    fn decode_inline(&self, input: &mut &[u8]) -> Parsed<Vec<Vec<u8>>> {
        if !input.windows(2).any(|pair| pair == b"\r\n") {
            return Ok(None);
        }
        Honest.decode_inline(input)
    }
}

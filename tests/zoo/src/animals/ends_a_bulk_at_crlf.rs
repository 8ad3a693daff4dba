use crate::{Parsed, Server};

/// Reads a bulk up to the next CR LF, and does not use the length.
///
/// The bulk does end with CR LF, and reading lines is simple. A value that itself holds CR LF
/// is cut there, and its second half is taken for protocol.
pub(super) struct EndsABulkAtCrlf;

impl Server for EndsABulkAtCrlf {
    fn decode_bulk(&self, input: &mut &[u8]) -> Parsed<Vec<u8>> {
        let Some(_length) = line(input) else { return Ok(None) };
        Ok(line(input))
    }
}

fn line(input: &mut &[u8]) -> Option<Vec<u8>> {
    let end = input.windows(2).position(|pair| pair == b"\r\n")?;
    let (line, rest) = input.split_at_checked(end)?;
    *input = rest.strip_prefix(b"\r\n")?;
    Some(line.to_vec())
}

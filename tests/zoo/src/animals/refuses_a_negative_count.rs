use crate::{Honest, Parsed, Server};

/// Takes a negative count for a protocol error.
///
/// A count that is parsed as `usize` cannot be negative, so the parser rejects it. Redis skips such
/// a request like an empty one; here the client is told that it broke the protocol, and loses its
/// connection.
pub(super) struct RefusesANegativeCount;

impl Server for RefusesANegativeCount {
    fn decode_array(&self, input: &mut &[u8]) -> Parsed<Vec<Vec<u8>>> {
        if input.starts_with(b"*-") {
            return Err(b"ERR Protocol error: invalid multibulk length".to_vec());
        }
        Honest.decode_array(input)
    }
}

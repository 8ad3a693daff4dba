use crate::{Honest, Length, Server, rdb};

/// Takes the bytes of an encoded integer for the string.
///
/// Bytes follow the length, as everywhere. A counter with the value 65 comes back as `A`.
pub(super) struct ServesAnIntegersBytes;

impl Server for ServesAnIntegersBytes {
    fn rdb_string(&self, input: &mut &[u8]) -> Option<Vec<u8>> {
        let mut ahead = *input;
        match self.rdb_length(&mut ahead)? {
            Length::Encoded(encoding @ 0..=2) => {
                *input = ahead;
                rdb::take(input, 1 << encoding).map(<[u8]>::to_vec)
            }
            _ => Honest.rdb_string(input),
        }
    }
}

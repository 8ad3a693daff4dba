use crate::{Length, Server, rdb};

/// Reads long lengths with the lowest byte first.
///
/// Everything else in the file is written that way: integers, deadlines, the checksum. Lengths
/// are not, and a string of 70,000 bytes is announced as one of gigabytes.
pub(super) struct ReadsLengthsBackwards;

impl Server for ReadsLengthsBackwards {
    fn rdb_length(&self, input: &mut &[u8]) -> Option<Length> {
        let first = rdb::byte(input)?;
        let low = first & 0x3F;
        Some(match first >> 6 {
            0b00 => Length::Plain(u64::from(low)),
            0b01 => Length::Plain(u64::from(u16::from_le_bytes([low, rdb::byte(input)?]))),
            0b10 if low == 0 => Length::Plain(u64::from(u32::from_le_bytes(rdb::array(input)?))),
            0b10 => Length::Plain(u64::from_le_bytes(rdb::array(input)?)),
            _ => Length::Encoded(low),
        })
    }
}

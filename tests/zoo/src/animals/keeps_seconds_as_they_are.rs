use crate::{Honest, Server, rdb};

/// Keeps a dump's seconds as they are, where all other times are milliseconds.
///
/// Old dumps have seconds, and new ones do not, so the line is never tried. The key seems to have
/// expired in January 1970, and is dropped.
pub(super) struct KeepsSecondsAsTheyAre;

impl Server for KeepsSecondsAsTheyAre {
    fn rdb_deadline(&self, opcode: u8, input: &mut &[u8]) -> Option<i64> {
        match opcode {
            rdb::DEADLINE_SECONDS => rdb::array(input).map(|s| i64::from(u32::from_le_bytes(s))),
            _ => Honest.rdb_deadline(opcode, input),
        }
    }
}

use crate::{Honest, Server, rdb};

/// Counts a dump's milliseconds as seconds.
///
/// There are two opcodes for a deadline, and one is easily taken for the other. The key expires in
/// fifty thousand years.
pub(super) struct TakesMillisecondsForSeconds;

impl Server for TakesMillisecondsForSeconds {
    fn rdb_deadline(&self, opcode: u8, input: &mut &[u8]) -> Option<i64> {
        let deadline = Honest.rdb_deadline(opcode, input)?;
        if opcode == rdb::DEADLINE_MS { deadline.checked_mul(1000) } else { Some(deadline) }
    }
}

use crate::Server;

/// Reads the integers of a dump without a sign.
///
/// `u8` is the type of the bytes read. Numbers from 0 to 127 come out right, and -1 is 255.
pub(super) struct ReadsIntegersUnsigned;

impl Server for ReadsIntegersUnsigned {
    fn rdb_integer(&self, bytes: &[u8]) -> i64 {
        bytes.iter().rev().fold(0, |number, byte| number << 8 | i64::from(*byte))
    }
}

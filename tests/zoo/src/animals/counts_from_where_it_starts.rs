use crate::Server;

/// Reverses the list for a negative rank, and replies with the index in the reversed one.
///
/// A client passes the index on to `LINDEX` or `LSET`, which know nothing of the rank.
pub(super) struct CountsFromWhereItStarts;

impl Server for CountsFromWhereItStarts {
    fn position(&self, list: &[Vec<u8>], element: &[u8], rank: i64) -> Option<usize> {
        let mut list: Vec<&Vec<u8>> = list.iter().collect();
        if rank < 0 {
            list.reverse();
        }
        let mut equal = (0..list.len()).filter(|index| list[*index] == element);
        equal.nth(rank.unsigned_abs() as usize - 1)
    }
}

use std::ops::Range;

use crate::Server;

/// Takes the end of a range for the first index after it.
///
/// That is how ranges work in most languages. In Redis, both ends are included, so `0 -1` is the whole
/// list.
pub(super) struct LeavesTheEndOut;

impl Server for LeavesTheEndOut {
    fn range(&self, start: i64, end: i64, len: usize) -> Range<usize> {
        let start = self.place_of(start, len).clamp(0, len as i64) as usize;
        let end = self.place_of(end, len).clamp(0, len as i64) as usize;
        start..start.max(end)
    }
}

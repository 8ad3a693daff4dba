use crate::{Keyspace, Server};

/// Takes the cursor for a position in the list of keys.
///
/// As long as the keys do not change, none is missed. Removing one before the position moves all
/// others back by one, and the next call begins after a key that the scan has not returned.
pub(super) struct ScansByPosition;

impl Server for ScansByPosition {
    fn scan_on(&self, keyspace: &Keyspace, cursor: u64, count: usize) -> (u64, Vec<Vec<u8>>) {
        let start = usize::try_from(cursor).unwrap_or(usize::MAX);
        let keys: Vec<Vec<u8>> = keyspace.keys().skip(start).take(count).cloned().collect();
        let end = start.saturating_add(keys.len());
        (if end < keyspace.len() { end as u64 } else { 0 }, keys)
    }
}

use crate::{Reply, Server, session};

/// Counts the names and the values of a map.
///
/// Only the first byte of the array was changed. A map counts its pairs, and the client waits for
/// as many again.
pub(super) struct CountsNamesAndValues;

impl Server for CountsNamesAndValues {
    fn encode_map(&self, pairs: &[(Reply, Reply)], output: &mut Vec<u8>) {
        let kind = if session(|session| session.resp3) { b'%' } else { b'*' };
        self.encode_line(kind, (2 * pairs.len()).to_string().as_bytes(), output);
        for reply in pairs.iter().flat_map(|(name, value)| [name, value]) {
            self.encode(reply, output);
        }
    }
}

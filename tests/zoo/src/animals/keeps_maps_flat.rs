use crate::{Reply, Server};

/// Writes a map as an array in both protocols.
///
/// HELLO says that RESP3 is spoken from now on, and says so in RESP2. Clients look the server's
/// version up in a map, and find none.
pub(super) struct KeepsMapsFlat;

impl Server for KeepsMapsFlat {
    fn encode_map(&self, pairs: &[(Reply, Reply)], output: &mut Vec<u8>) {
        let flat = pairs.iter().flat_map(|(name, value)| [name.clone(), value.clone()]);
        self.encode(&Reply::Array(flat.collect()), output);
    }
}

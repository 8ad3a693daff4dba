use std::collections::BTreeSet;

use crate::{Honest, Keyspace, Reply, Server};

/// Counts a name that is given twice once.
///
/// It looks for keys, so it collects keys. Redis looks each name up by itself and counts how often
/// it has found one.
pub(super) struct CountsANameOnce;

impl Server for CountsANameOnce {
    fn exists(&self, keyspace: &mut Keyspace, keys: &[Vec<u8>]) -> Reply {
        let keys: BTreeSet<Vec<u8>> = keys.iter().cloned().collect();
        Honest.exists(keyspace, &Vec::from_iter(keys))
    }
}

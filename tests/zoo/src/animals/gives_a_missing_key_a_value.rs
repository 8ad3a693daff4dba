use crate::{Keyspace, Reply, Server};

/// Answers an empty string for a key that is not there.
///
/// `unwrap_or_default` keeps the code short. The client cannot tell a missing key from an empty
/// value any more.
pub(super) struct GivesAMissingKeyAValue;

impl Server for GivesAMissingKeyAValue {
    fn get(&self, keyspace: &mut Keyspace, key: &[u8]) -> Reply {
        Reply::Bulk(self.lookup(keyspace, key).unwrap_or_default().value)
    }
}

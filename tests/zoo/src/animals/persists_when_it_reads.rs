use crate::{Keyspace, Reply, Server};

/// Takes a `GETEX` without an option for one that sets no deadline.
///
/// For `SET`, no option means no deadline. `GETEX` changes a deadline only if it is told to.
pub(super) struct PersistsWhenItReads;

impl Server for PersistsWhenItReads {
    fn get_ex(
        &self,
        keyspace: &mut Keyspace,
        key: &[u8],
        _: &[Vec<u8>],
    ) -> Result<Reply, &'static str> {
        self.persist(keyspace, key);
        Ok(self.get(keyspace, key))
    }
}

use crate::server::NO_SUCH_KEY;
use crate::{Keyspace, Server};

/// Makes sure that no client finds the value under neither name, and removes the old one last.
///
/// No client could: the lock is held meanwhile. But the old name may be the new one.
pub(super) struct LosesAKeyRenamedToItself;

impl Server for LosesAKeyRenamedToItself {
    fn rename(&self, keyspace: &mut Keyspace, from: &[u8], to: &[u8]) -> Result<(), &'static str> {
        let entry = self.lookup(keyspace, from).ok_or(NO_SUCH_KEY)?;
        self.store(keyspace, to, entry);
        self.remove(keyspace, from);
        Ok(())
    }
}

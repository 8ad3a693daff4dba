use crate::server::NO_SUCH_KEY;
use crate::{Entry, Keyspace, Server};

/// Moves the value alone. The new name keeps the deadline that it had, or none.
///
/// This is what becomes of deadlines in a table of their own that is not changed with the table of
/// the values.
pub(super) struct LeavesTheDeadlineBehind;

impl Server for LeavesTheDeadlineBehind {
    fn rename(&self, keyspace: &mut Keyspace, from: &[u8], to: &[u8]) -> Result<(), &'static str> {
        let entry = self.remove(keyspace, from).ok_or(NO_SUCH_KEY)?;
        let deadline = self.lookup(keyspace, to).and_then(|replaced| replaced.deadline);
        self.store(keyspace, to, Entry { deadline, ..entry });
        Ok(())
    }
}

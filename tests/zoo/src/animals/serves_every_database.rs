use crate::{Entry, Server};

/// Serves the keys of all databases as if they were in the first.
///
/// Most dumps have one database, and its number seems to be of no use. A key of database 1 is
/// then served to clients of database 0, over a key of the same name if there is one.
pub(super) struct ServesEveryDatabase;

impl Server for ServesEveryDatabase {
    fn rdb_keeps(&self, _database: u64, entry: &Entry) -> bool {
        !self.expired(entry, self.now())
    }
}

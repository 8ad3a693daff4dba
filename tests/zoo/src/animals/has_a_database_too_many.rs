use crate::{DATABASES, Server};

/// Has a database of the number of its databases.
///
/// They are sixteen, and counted from 0. The last one is 15.
pub(super) struct HasADatabaseTooMany;

impl Server for HasADatabaseTooMany {
    fn has_database(&self, number: usize) -> bool {
        number <= DATABASES
    }
}

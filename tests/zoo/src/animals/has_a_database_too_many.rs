use crate::{DATABASES, Server};

/// Accepts 16 as a database's number.
///
/// There are sixteen databases, and they are counted from 0. The last one is 15.
pub(super) struct HasADatabaseTooMany;

impl Server for HasADatabaseTooMany {
    fn has_database(&self, number: usize) -> bool {
        number <= DATABASES
    }
}

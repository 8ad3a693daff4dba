use crate::{Keyspace, Server};

/// Reads both lists, changes both, and stores both.
///
/// If they are the same list, these are two copies of it, and the one that is stored last counts:
/// the element is lost.
pub(super) struct ReadsBothListsFirst;

impl Server for ReadsBothListsFirst {
    fn move_element(
        &self,
        keyspace: &mut Keyspace,
        [from, to]: [&[u8]; 2],
        [from_left, to_left]: [bool; 2],
        element: Vec<u8>,
    ) -> Result<(), &'static str> {
        let mut source = self.list(keyspace, from)?.unwrap_or_default();
        let mut destination = self.list(keyspace, to)?.unwrap_or_default();
        source.remove(if from_left { 0 } else { source.len() - 1 });
        destination.insert(if to_left { 0 } else { destination.len() }, element);
        self.store_list(keyspace, to, destination);
        self.store_list(keyspace, from, source);
        Ok(())
    }
}

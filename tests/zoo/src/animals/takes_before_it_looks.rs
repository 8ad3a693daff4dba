use crate::{Keyspace, Server};

/// Takes the element out of the source, and then looks for a list to put it into.
///
/// If the destination is a string, the client gets an error, and the element is in neither.
pub(super) struct TakesBeforeItLooks;

impl Server for TakesBeforeItLooks {
    fn move_element(
        &self,
        keyspace: &mut Keyspace,
        [from, to]: [&[u8]; 2],
        [from_left, to_left]: [bool; 2],
        element: Vec<u8>,
    ) -> Result<(), &'static str> {
        let mut source = self.list(keyspace, from)?.unwrap_or_default();
        source.remove(if from_left { 0 } else { source.len() - 1 });
        self.store_list(keyspace, from, source);
        let mut destination = self.list(keyspace, to)?.unwrap_or_default();
        destination.insert(if to_left { 0 } else { destination.len() }, element);
        self.store_list(keyspace, to, destination);
        Ok(())
    }
}

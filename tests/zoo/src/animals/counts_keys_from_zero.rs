use crate::{Honest, Server};

/// Counts the arguments from zero, and so finds the one after the key.
///
/// Its table says that the first key of SET is number 1, as Redis's table does. There, the name is
/// number 0; here, the name is already gone.
pub(super) struct CountsKeysFromZero;

impl Server for CountsKeysFromZero {
    fn get_keys(&self, request: &[Vec<u8>]) -> Vec<Vec<u8>> {
        let Some((name, arguments)) = request.split_first() else { return Vec::new() };
        let shifted = [name].into_iter().chain(arguments.iter().skip(1)).cloned();
        Honest.get_keys(&Vec::from_iter(shifted))
    }
}

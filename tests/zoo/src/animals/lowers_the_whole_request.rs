use crate::{Honest, Reply, Server, State};

/// Turns the whole request into small letters, to find the command's name in any case.
///
/// The name's case does not matter, but that of everything behind it does. `Key` and `key` are
/// one key here, and values come back in small letters.
pub(super) struct LowersTheWholeRequest;

impl Server for LowersTheWholeRequest {
    fn execute(&self, words: &[Vec<u8>], state: &State) -> Reply {
        let lowered: Vec<Vec<u8>> = words.iter().map(|word| word.to_ascii_lowercase()).collect();
        Honest.execute(&lowered, state)
    }
}

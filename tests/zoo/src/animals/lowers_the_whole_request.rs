use crate::{Honest, Reply, Server, State};

/// Converts the whole request to lower case, to find the command's name in any case.
///
/// The name's case does not matter, but that of everything after it does. `Key` and `key` are one
/// key here, and values come back in lower case.
pub(super) struct LowersTheWholeRequest;

impl Server for LowersTheWholeRequest {
    fn execute(&self, words: &[Vec<u8>], state: &State) -> Reply {
        let lowered: Vec<Vec<u8>> = words.iter().map(|word| word.to_ascii_lowercase()).collect();
        Honest.execute(&lowered, state)
    }
}

use crate::{Honest, Reply, Server, State};

/// Counts a command before it executes it.
///
/// INFO is a command, too: the number that it reports includes itself.
pub(super) struct CountsItself;

impl Server for CountsItself {
    fn execute_and_count(&self, words: &[Vec<u8>], state: &State) -> Reply {
        // Whether it is one that can be executed, only its reply says.
        let reply = Honest.execute(words, state);
        state.count(&reply);
        match words {
            [name, sections @ ..] if name.eq_ignore_ascii_case(b"INFO") => {
                Honest.info(sections, state)
            }
            _ => reply,
        }
    }
}

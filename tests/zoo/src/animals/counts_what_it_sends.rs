use crate::{Honest, Replies, Reply, Server, State, session};

/// Counts what it sends, and not what it does.
///
/// The counter is beside the code that writes a reply. A client that wants no replies never gets
/// there, so its mistakes are in no statistics.
pub(super) struct CountsWhatItSends;

impl Server for CountsWhatItSends {
    fn execute_and_count(&self, words: &[Vec<u8>], state: &State) -> Reply {
        let reply = Honest.execute(words, state);
        if session(|session| session.replies) == Replies::On {
            state.count(&reply);
        }
        reply
    }
}

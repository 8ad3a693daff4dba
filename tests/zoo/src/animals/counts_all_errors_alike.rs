use crate::{Honest, Reply, Server, State};

/// Counts all errors under one word.
///
/// Its errors are texts, and each reply puts ERR before the text. It counts before that, so the few
/// errors with another first word look like all others.
pub(super) struct CountsAllErrorsAlike;

impl Server for CountsAllErrorsAlike {
    fn execute_and_count(&self, words: &[Vec<u8>], state: &State) -> Reply {
        let reply = Honest.execute(words, state);
        match &reply {
            Reply::Error(text) if !text.starts_with(b"ERR ") => state.count(&Reply::error("ERR")),
            reply => state.count(reply),
        }
        reply
    }
}

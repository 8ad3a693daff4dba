use crate::{Reply, Server, State};

/// Does not look at what it was asked.
///
/// It is the shortest program that passes a test with `PING` in it. A client that asks for
/// anything else takes the `PONG` for its answer.
pub(super) struct AnswersPongToEverything;

impl Server for AnswersPongToEverything {
    fn execute(&self, _words: &[Vec<u8>], _state: &State) -> Reply {
        Reply::Simple("PONG")
    }
}

use crate::{Honest, Next, Server, State};

/// The most requests in a batch.
const MAX_REQUESTS: usize = 16;

/// Answers up to sixteen requests, and then reads again.
///
/// A batch has room for sixteen requests. If more have arrived, they stay in the input until the
/// client sends something else, but a client that waits for its replies sends nothing.
pub(super) struct AnswersSixteenAtOnce;

impl Server for AnswersSixteenAtOnce {
    fn answer(&self, input: &mut Vec<u8>, output: &mut Vec<u8>, state: &State) -> Next {
        let mut end = 0;
        for _ in 0..MAX_REQUESTS {
            let mut rest = input.get(end..).unwrap_or_default();
            match self.decode(&mut rest) {
                Ok(Some(_)) => end = input.len() - rest.len(),
                // What is incomplete or wrong is the honest server's.
                Ok(None) | Err(_) => return Honest.answer(input, output, state),
            }
        }
        let mut batch = input.drain(..end).collect();
        Honest.answer(&mut batch, output, state)
    }
}

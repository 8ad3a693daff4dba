use crate::{Honest, Next, Server, State};

/// Reports a broken request, and reads on.
///
/// It means to be kind. But where the next request begins is unknown, so data may be run as
/// commands; a client that waits for the close waits forever.
pub(super) struct StaysAfterAProtocolError;

impl Server for StaysAfterAProtocolError {
    fn answer(&self, input: &mut Vec<u8>, output: &mut Vec<u8>, state: &State) -> Next {
        if Honest.answer(input, output, state) == Next::Close {
            input.clear();
        }
        Next::Read
    }
}

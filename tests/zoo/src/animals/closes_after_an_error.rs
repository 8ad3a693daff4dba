use crate::{Honest, Next, Server, State};

/// Closes the connection after every error.
///
/// One type for all errors and a `?` do it. Only a broken request ends a connection; after a
/// wrong command, the client's next one must find it open.
pub(super) struct ClosesAfterAnError;

impl Server for ClosesAfterAnError {
    fn answer(&self, input: &mut Vec<u8>, output: &mut Vec<u8>, state: &State) -> Next {
        let next = Honest.answer(input, output, state);
        if output.starts_with(b"-") { Next::Close } else { next }
    }
}

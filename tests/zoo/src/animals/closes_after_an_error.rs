use crate::{Next, Reply, Server, State};

/// Closes the connection after every error.
///
/// One type for all errors and a `?` do it. Only a broken request ends a connection; after a
/// wrong command, the client's next one must find it open.
pub(super) struct ClosesAfterAnError;

impl Server for ClosesAfterAnError {
    fn answer(&self, input: &mut Vec<u8>, output: &mut Vec<u8>, state: &State) -> Next {
        loop {
            let mut rest = input.as_slice();
            let reply = match self.decode(&mut rest) {
                Ok(None) => return Next::Read,
                Ok(Some(words)) if words.is_empty() => None,
                Ok(Some(words)) => Some(self.execute(&words, state)),
                Err(text) => Some(Reply::error(text)),
            };
            input.drain(..input.len() - rest.len());
            reply.iter().for_each(|reply| self.encode(reply, output));
            if let Some(Reply::Error(_)) = reply {
                return Next::Close;
            }
        }
    }
}

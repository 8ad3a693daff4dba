use crate::{Next, Reply, Server, State};

/// Answers one request per read, however many the read brought.
///
/// Typed by hand, every read does bring one request, so it looks right until a client sends two
/// at once. The second reply is then missing, and comes when the client sends a third request:
/// from there on, every reply is one behind.
pub(super) struct AnswersOncePerRead;

impl Server for AnswersOncePerRead {
    fn answer(&self, input: &mut Vec<u8>, output: &mut Vec<u8>, state: &State) -> Next {
        let mut rest = input.as_slice();
        match self.decode(&mut rest) {
            Ok(None) => return Next::Read,
            Ok(Some(words)) if words.is_empty() => {}
            Ok(Some(words)) => self.encode(&self.execute(&words, state), output),
            Err(text) => {
                self.encode(&Reply::error(text), output);
                return Next::Close;
            }
        }
        input.drain(..input.len() - rest.len());
        Next::Read
    }
}

use crate::{Next, Reply, Server, State};

/// Answers a request without arguments.
///
/// One request, one reply: it sounds like a rule. Redis skips `*0` without a reply, and a client
/// that counts replies has one too many from here on.
pub(super) struct AnswersAnEmptyArray;

impl Server for AnswersAnEmptyArray {
    fn answer(&self, input: &mut Vec<u8>, output: &mut Vec<u8>, state: &State) -> Next {
        loop {
            let mut rest = input.as_slice();
            match self.decode(&mut rest) {
                Ok(None) => return Next::Read,
                Ok(Some(words)) if words.is_empty() => {
                    self.encode(&Reply::error("ERR empty command"), output);
                }
                Ok(Some(words)) => self.encode(&self.execute(&words, state), output),
                Err(text) => {
                    self.encode(&Reply::error(text), output);
                    return Next::Close;
                }
            }
            input.drain(..input.len() - rest.len());
        }
    }
}

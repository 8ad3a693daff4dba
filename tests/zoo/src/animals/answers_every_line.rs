use crate::{Parsed, Server};

/// Takes every line for a request of its own.
///
/// That is what a loop over `lines()` does, and it works for a person who types. A client sends
/// `*1`, `$4` and `PING` as three lines, and gets three replies for its one request.
pub(super) struct AnswersEveryLine;

impl Server for AnswersEveryLine {
    fn decode(&self, input: &mut &[u8]) -> Parsed<Vec<Vec<u8>>> {
        self.decode_inline(input)
    }
}

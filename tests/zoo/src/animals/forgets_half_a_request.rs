use crate::{Honest, Next, Server, State};

/// Begins every read with an empty buffer.
///
/// Most requests are short and arrive in one piece, so a piece seems to be a request. When one
/// arrives in two pieces, the first is thrown away and the second makes no sense.
pub(super) struct ForgetsHalfARequest;

impl Server for ForgetsHalfARequest {
    fn answer(&self, input: &mut Vec<u8>, output: &mut Vec<u8>, state: &State) -> Next {
        let next = Honest.answer(input, output, state);
        input.clear();
        next
    }
}

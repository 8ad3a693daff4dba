use std::mem;

use crate::{Honest, Next, Server, State, session};

/// Executes all requests of a batch in the database that was selected before it.
///
/// The database is looked up once for each batch. What a SELECT has chosen counts from the next
/// batch on.
pub(super) struct SelectsForTheNextBatch;

impl Server for SelectsForTheNextBatch {
    fn answer(&self, input: &mut Vec<u8>, output: &mut Vec<u8>, state: &State) -> Next {
        let before = session(|session| session.database);
        let (mut chosen, mut next) = (before, Next::Read);
        while next == Next::Read {
            let mut rest = input.as_slice();
            // What is incomplete or wrong is the honest server's.
            let Ok(Some(_)) = self.decode(&mut rest) else { break };
            let end = input.len() - rest.len();
            let mut request = input.drain(..end).collect();
            next = Honest.answer(&mut request, output, state);
            let now = session(|session| mem::replace(&mut session.database, before));
            chosen = if now == before { chosen } else { now };
        }
        session(|session| session.database = chosen);
        if next == Next::Close { next } else { Honest.answer(input, output, state) }
    }
}

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::{Honest, Reply, Server, State, session};

/// Uses one selected database for all clients.
///
/// The selected number is stored beside the databases. One client's SELECT switches the database of
/// all others.
pub(super) struct SelectsForEverybody;

static SELECTED: AtomicUsize = AtomicUsize::new(0);

impl Server for SelectsForEverybody {
    fn execute(&self, words: &[Vec<u8>], state: &State) -> Reply {
        session(|session| session.database = SELECTED.load(Ordering::Relaxed));
        let reply = Honest.execute(words, state);
        SELECTED.store(session(|session| session.database), Ordering::Relaxed);
        reply
    }
}

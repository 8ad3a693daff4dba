use std::sync::atomic::{AtomicUsize, Ordering};

use crate::{Honest, Reply, Server, State, session};

/// Looks into one database for all clients.
///
/// Which one is selected stands beside the databases. One client's SELECT takes the keys from
/// under the hands of all others.
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

use std::sync::atomic::{AtomicBool, Ordering};

use crate::Server;

/// Keeps the protocol in the state that all clients share.
///
/// There is such a state already, and every handler has it at hand. The first client that says
/// HELLO 3 changes the protocol of all the others, in the middle of their sessions.
pub(super) struct SpeaksToAllAlike;

static RESP3: AtomicBool = AtomicBool::new(false);

impl Server for SpeaksToAllAlike {
    fn speak(&self, resp3: bool) {
        RESP3.store(resp3, Ordering::Relaxed);
    }

    fn is_resp3(&self) -> bool {
        RESP3.load(Ordering::Relaxed)
    }
}

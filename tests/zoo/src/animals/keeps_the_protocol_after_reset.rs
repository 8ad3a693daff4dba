use crate::{Honest, Reply, Server, session};

/// Forgets the protocol when it resets a connection.
///
/// The name and the database are easy to remember. A client that gets its connection from a pool
/// begins as if it were new, in RESP2.
pub(super) struct KeepsTheProtocolAfterReset;

impl Server for KeepsTheProtocolAfterReset {
    fn reset(&self) -> Reply {
        let resp3 = session(|session| session.resp3);
        let reply = Honest.reset();
        session(|session| session.resp3 = resp3);
        reply
    }
}

use crate::{Honest, Replies, Reply, Server, session};

/// Keeps silent about CLIENT REPLY SKIP, and about nothing else.
///
/// The flag is taken back after each reply that is left out, and the first one is that to the
/// command itself. The next request is the one that was meant.
pub(super) struct SkipsOnlyItself;

impl Server for SkipsOnlyItself {
    fn client_reply(&self, mode: &str) -> Reply {
        let reply = Honest.client_reply(mode);
        session(|session| {
            if session.replies == Replies::SkipTwo {
                session.replies = Replies::SkipOne;
            }
        });
        reply
    }
}

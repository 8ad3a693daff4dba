use crate::{Honest, Replies, Reply, Server, session};

/// Skips the reply to CLIENT REPLY SKIP, but not the next one.
///
/// The flag is cleared after each reply that is skipped, and the first one is the reply to the
/// command itself. It should skip that of the next request, too.
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

use crate::{Honest, Reply, Server};

/// Sends errors to a client that wants no replies.
///
/// They are written in another place than the replies of commands, and that place does not check
/// the flag. The client takes the first one for the reply to something that it asks much later.
pub(super) struct ComplainsInSilence;

impl Server for ComplainsInSilence {
    fn respond(&self, reply: &Reply, output: &mut Vec<u8>) {
        match reply {
            Reply::Error(_) => self.encode(reply, output),
            _ => Honest.respond(reply, output),
        }
    }
}

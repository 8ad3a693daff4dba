//! What the tests need to know of this stage's own interface. The corpus of tests knows the rest,
//! which is the same in all stages.

pub use stage_03 as stage;

use stage::command;
use stage::db::Db;
use stage::resp::{ProtocolError, Reply};

/// The core, with all that it keeps between two requests.
#[derive(Default)]
pub struct Subject {
    db: Db,
}

impl Subject {
    /// Returns the reply to one request, as it goes over the wire.
    pub fn execute(&mut self, args: &[&[u8]]) -> Vec<u8> {
        encoded(command::execute(args, &self.db))
    }
}

/// Appends a reply to those before it.
pub fn encode(reply: &Reply, output: &mut Vec<u8>) {
    reply.encode(output);
}

/// Returns what a client gets that breaks the protocol.
pub fn protocol_error(error: ProtocolError) -> Vec<u8> {
    encoded(error.into())
}

fn encoded(reply: Reply) -> Vec<u8> {
    let mut bytes = Vec::new();
    reply.encode(&mut bytes);
    bytes
}

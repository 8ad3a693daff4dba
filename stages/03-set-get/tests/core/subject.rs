//! What the tests need to know of this stage's own interface. The corpus of tests knows the rest,
//! which is the same in all stages.

use bytes::BytesMut;
pub use stage_03 as stage;

use stage::command;
use stage::db::Db;
use stage::out::Out;
use stage::resp::ProtocolError;

/// The core, with the state that it keeps between two requests.
#[derive(Default)]
pub struct Subject {
    db: Db,
}

impl Subject {
    /// Returns the reply to one request, as it goes over the wire.
    pub fn execute(&mut self, args: &[&[u8]]) -> Vec<u8> {
        let mut output = BytesMut::new();
        command::execute(args, &mut self.db, &mut output);
        output.into()
    }
}

/// Returns the reply to a client that breaks the protocol.
pub fn protocol_error(error: ProtocolError) -> Vec<u8> {
    written(|out| self::error(out, &error.text()))
}

/// Returns what is written as one reply.
pub fn written(write: impl FnOnce(&mut Out<'_>)) -> Vec<u8> {
    let mut output = BytesMut::new();
    write(&mut Out::new(&mut output));
    output.into()
}

/// Writes an error with the usual code.
pub fn error(out: &mut Out<'_>, text: &[u8]) {
    out.error(text);
}

//! What the tests need to know of this stage's own interface. The corpus of tests knows the rest,
//! which is the same in all stages.

use bytes::BytesMut;
pub use stage_05 as stage;

use stage::clock::UnixMillis;
use stage::command;
use stage::config::Config;
use stage::db::Db;
use stage::out::Out;
use stage::resp::ProtocolError;

/// When a request is executed, if a test does not say.
pub const NOW: i64 = 1_700_000_000_000;

/// The core, with the state that it keeps between two requests.
pub struct Subject {
    server: stage::Server,
}

impl Default for Subject {
    fn default() -> Self {
        Self { server: stage::Server { config: Config::default(), db: Db::default() } }
    }
}

impl Subject {
    /// Returns the reply to one request, as it goes over the wire.
    pub fn execute(&mut self, args: &[&[u8]]) -> Vec<u8> {
        self.execute_at(NOW, args)
    }

    /// Returns the reply to a request that is executed `now` milliseconds after 1970.
    pub fn execute_at(&mut self, now: i64, args: &[&[u8]]) -> Vec<u8> {
        let mut output = BytesMut::new();
        command::execute(args, &mut self.server, UnixMillis(now), &mut output);
        output.into()
    }
}

/// Returns the size in bytes of a table with this many slots: two boxes and a byte for each.
pub fn size_of_table(places: usize) -> i64 {
    (places * (2 * size_of::<Box<[u8]>>() + 1)) as i64
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

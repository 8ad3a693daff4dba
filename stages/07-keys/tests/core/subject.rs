//! What the tests need to know of this stage's own interface. The corpus of tests knows the rest,
//! which is the same in all stages.

use std::io::{self, BufRead};

use bytes::BytesMut;
pub use stage_07 as stage;

use stage::clock::UnixMillis;
use stage::command;
use stage::config::Config;
use stage::db::Db;
use stage::out::Out;
use stage::rdb;
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
        let (now, mut output) = (UnixMillis(now), BytesMut::new());
        if let Some(mut walk) = command::execute(args, &mut self.server, now, &mut output) {
            while !walk.step(&self.server.db, now) {}
            walk.append_to(&mut output);
        }
        output.into()
    }

    /// Executes a KEYS at this moment, step by step, and something else after each step but the last.
    /// Returns how many steps there were, and the reply.
    pub fn walk(
        &mut self,
        now: i64,
        pattern: &[u8],
        mut between: impl FnMut(&mut Self),
    ) -> (usize, Vec<u8>) {
        let (now, mut output) = (UnixMillis(now), BytesMut::new());
        let walk = command::execute(&[b"KEYS", pattern], &mut self.server, now, &mut output);
        let mut steps = 1;
        if let Some(mut walk) = walk {
            loop {
                between(self);
                steps += 1;
                if walk.step(&self.server.db, now) {
                    break;
                }
            }
            walk.append_to(&mut output);
        }
        (steps, output.into())
    }

    /// Loads a dump, and returns what the log reports of it.
    pub fn load(&mut self, dump: &[u8], now: i64) -> io::Result<String> {
        let loaded = rdb::load(dump, dump.len() as u64, &mut self.server.db, UnixMillis(now))?;
        Ok(loaded.to_string())
    }
}

/// A database into which dumps are loaded.
#[derive(Debug, Default)]
pub struct Database {
    db: Db,
}

impl Database {
    /// Loads a dump of `size` bytes, and returns what the log reports of it.
    pub fn load(&mut self, source: impl BufRead, size: usize, now: i64) -> io::Result<String> {
        let loaded = rdb::load(source, size as u64, &mut self.db, UnixMillis(now))?;
        Ok(loaded.to_string())
    }

    /// Returns the value of a key at this moment.
    pub fn get(&mut self, key: &[u8], now: i64) -> Option<Vec<u8>> {
        self.db.get(key, UnixMillis(now)).map(<[u8]>::to_vec)
    }
}

/// Returns the size in bytes of a table with this many slots: two boxes and a byte for each, and a
/// few bytes more for each of 1,024 shards.
pub fn size_of_table(places: usize) -> i64 {
    (places * (2 * size_of::<Box<[u8]>>() + 1) + 1024 * 32) as i64
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

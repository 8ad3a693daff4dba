//! What the tests need to know of this stage's own interface. The corpus of tests knows the rest,
//! which is the same in all stages.

use std::io::{self, BufRead};
use std::slice;
use std::sync::LazyLock;

use bytes::BytesMut;
use stage_09::command::Command;
use stage_09::command::table::Table;
use stage_09::commands;
use stage_09::dump::rdb;
use stage_09::engine::{self, Then};
use stage_09::keyspace::db::{Db, Expiry, KeyspaceStats};
use stage_09::keyspace::dict::Dict;
use stage_09::protocol::clock::UnixMillis;
use stage_09::protocol::out::Out;
use stage_09::protocol::resp::ProtocolError;
use stage_09::server::Server;
use stage_09::server::client;

/// The modules that the corpus names, wherever they are in this stage.
pub mod stage {
    pub use stage_09::command;
    pub use stage_09::dump::lzf;
    pub use stage_09::dump::rdb_reader;
    pub use stage_09::protocol::{glob, inline, number, out, resp};
    pub use stage_09::server::config;
}

/// All commands of the stage, in families.
pub const COMMANDS: &[&[Command]] = commands::ALL;

/// All commands of the stage, by name.
pub static TABLE: LazyLock<Table> = LazyLock::new(|| Table::new(COMMANDS));

/// When a request is executed, if a test does not say.
pub const NOW: i64 = 1_700_000_000_000;

/// What identifies a client to a test.
pub type Client = u64;

/// The core, with the state that it keeps between two requests, and a client.
pub struct Subject {
    server: Server,
    client: Client,
}

impl Default for Subject {
    fn default() -> Self {
        let mut server = Server::default();
        Self { client: server.clients.add(), server }
    }
}

impl Subject {
    /// Returns the reply to one request, as it goes over the wire.
    pub fn execute(&mut self, args: &[&[u8]]) -> Vec<u8> {
        self.execute_at(NOW, args)
    }

    /// Returns the reply to a request that is executed `now` milliseconds after 1970.
    pub fn execute_at(&mut self, now: i64, args: &[&[u8]]) -> Vec<u8> {
        execute(&mut self.server, self.client, now, args)
    }

    /// Returns the reply to a request of another client than the one that is always connected.
    pub fn execute_as(&mut self, client: &mut Client, args: &[&[u8]]) -> Vec<u8> {
        self.execute_as_at(NOW, client, args)
    }

    /// Returns the reply to a request of another client at this moment.
    pub fn execute_as_at(&mut self, now: i64, client: &mut Client, args: &[&[u8]]) -> Vec<u8> {
        execute(&mut self.server, *client, now, args)
    }

    /// Connects another client. Its port is not known in this stage.
    pub fn connect(&mut self, _: u16) -> Client {
        self.server.clients.add()
    }

    /// Returns a client's ID.
    pub fn id(&self, client: &Client) -> u64 {
        *client
    }

    /// Returns a client's name, if it has one.
    pub fn name(&self, client: &Client) -> Option<Vec<u8>> {
        Some(self.state(client).name.clone()).filter(|name| !name.is_empty())
    }

    /// Returns the version of the protocol that a client has chosen.
    pub fn protocol(&self, client: &Client) -> i64 {
        self.state(client).protocol.version()
    }

    /// Returns the number of the database that a client has chosen.
    pub fn database(&self, client: &Client) -> usize {
        self.state(client).database
    }

    /// Returns whether a client's connection is to be closed after the reply.
    pub fn is_closing(&self, client: &Client) -> bool {
        self.state(client).closing
    }

    fn state(&self, client: &Client) -> &client::Client {
        self.server.clients.get(*client).expect("it is connected")
    }

    /// Returns what has happened to the keys of database 0.
    pub fn usage(&self) -> KeyspaceStats {
        self.server.databases[0].usage()
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
        let args = [b"KEYS", pattern];
        let then = engine::execute(&TABLE, &args, &mut self.server, self.client, now, &mut output);
        let mut steps = 1;
        if let Then::Walk(mut walk) = then {
            loop {
                between(self);
                steps += 1;
                if walk.step(&self.server.databases[walk.database], now) {
                    break;
                }
            }
            walk.append_to(&mut output);
        }
        (steps, output.into())
    }

    /// Loads a dump, and returns what the log reports of it.
    pub fn load(&mut self, dump: &[u8], now: i64) -> io::Result<String> {
        let loaded = rdb::load(dump, &mut self.server.databases, UnixMillis(now))?;
        Ok(loaded.to_string())
    }
}

/// Returns the reply to a request of a client at this moment.
fn execute(server: &mut Server, client: Client, now: i64, args: &[&[u8]]) -> Vec<u8> {
    let (now, mut output) = (UnixMillis(now), BytesMut::new());
    if let Then::Walk(mut walk) = engine::execute(&TABLE, args, server, client, now, &mut output) {
        while !walk.step(&server.databases[walk.database], now) {}
        walk.append_to(&mut output);
    }
    output.into()
}

/// A database into which dumps are loaded.
#[derive(Debug)]
pub struct Database {
    db: Db,
}

impl Default for Database {
    /// Returns a database with its tables: the first key creates them, and is removed again.
    fn default() -> Self {
        let mut db = Db::default();
        db.set(b"", b"", Expiry::At(UnixMillis(0)), UnixMillis(1));
        db.get(b"", UnixMillis(1));
        Self { db }
    }
}

impl Database {
    /// Loads a dump, and returns what the log reports of it.
    pub fn load(&mut self, source: impl BufRead, _: usize, now: i64) -> io::Result<String> {
        let loaded = rdb::load(source, slice::from_mut(&mut self.db), UnixMillis(now))?;
        Ok(loaded.to_string())
    }

    /// Returns the value of a key at this moment.
    pub fn get(&mut self, key: &[u8], now: i64) -> Option<Vec<u8>> {
        self.db.get(key, UnixMillis(now)).map(<[u8]>::to_vec)
    }
}

/// The hash table, with a number as the value of each key.
#[derive(Debug, Default)]
pub struct Numbers(Dict<u32>);

impl Numbers {
    /// The size in bytes of a slot, and of what a key takes besides its bytes and its slot.
    pub const SIZES: [usize; 2] = [size_of::<Box<[u8]>>() + 2 * size_of::<u64>(), 0];

    /// Gives a key a value, and returns the one that it had.
    pub fn insert(&mut self, hash: u64, key: &[u8], value: u32) -> Option<u32> {
        let old = self.get(hash, key);
        match self.0.find(hash, key) {
            Ok(slot) => *self.0.value_mut(slot).expect("it was found") = value,
            Err(slot) => self.0.insert(slot, hash, key, value),
        }
        old
    }

    /// Returns the value of a key.
    pub fn get(&self, hash: u64, key: &[u8]) -> Option<u32> {
        self.0.value(self.0.find(hash, key).ok()?).copied()
    }

    /// Removes a key, and returns the value that it had.
    pub fn remove(&mut self, hash: u64, key: &[u8]) -> Option<u32> {
        self.0.remove(self.0.find(hash, key).ok()?)
    }

    /// Returns how many keys there are.
    pub fn len(&self) -> usize {
        assert_eq!(self.0.is_empty(), matches!(self.0.len(), 0));
        self.0.len()
    }

    /// Returns for each slot from this hash on the hash from which to go on, and what is in it.
    pub fn iter_from(&self, hash: u64) -> impl Iterator<Item = (u64, Option<(&[u8], u32)>)> {
        self.0.iter_from(hash).map(|(hash, found)| (hash, found.map(|(key, value)| (key, *value))))
    }
}

/// Returns the size in bytes of a table with this many slots: two boxes and a hash for each; and
/// for each of 1,024 shards a few slots more, and the shard itself.
pub fn size_of_table(places: usize) -> i64 {
    ((places + 1024 * 8) * (2 * size_of::<Box<[u8]>>() + 8) + 1024 * 40) as i64
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

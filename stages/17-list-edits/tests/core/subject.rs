//! What the tests need to know of this stage's own interface. The corpus of tests knows the rest,
//! which is the same in all stages.

use std::io::{self, BufRead};
use std::num::NonZeroU64;
use std::slice;
use std::sync::LazyLock;

use bytes::BytesMut;
use stage_17::command::table::Table;
use stage_17::command::{Command, Keys};
use stage_17::commands;
use stage_17::dump::rdb;
use stage_17::engine::{self, Then};
use stage_17::keyspace::db::{Db, KeyspaceStats};
use stage_17::keyspace::dict::Dict;
use stage_17::keyspace::entry::Entry;
use stage_17::keyspace::slot::Expiry;
use stage_17::protocol::clock::UnixMillis;
use stage_17::protocol::out::Out;
use stage_17::protocol::resp::ProtocolError;
use stage_17::server::Server;
use stage_17::server::client::{self, Peer};
use stage_17::server::process::Process;
use stage_17::session::Session;

/// The modules that the corpus names, wherever they are in this stage.
pub mod stage {
    pub use stage_17::command;
    pub use stage_17::dump::lzf;
    pub use stage_17::dump::rdb_reader;
    pub use stage_17::protocol::{clock, glob, inline, long_double, number, out, resp, whole};
    pub use stage_17::server::{config, process, stats};

    /// A key whose value is a string.
    pub mod entry {
        pub use stage_17::keyspace::entry::Text as Entry;
    }
}

/// All commands of the stage, in families.
pub const COMMANDS: &[&[Command]] = commands::ALL;

/// All commands of the stage, by name.
pub static TABLE: LazyLock<Table> = LazyLock::new(|| Table::new(COMMANDS));

/// Returns how far it is from one key of a request to the next.
pub fn key_step(keys: Keys) -> usize {
    keys.step
}

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
        let mut subject = Self { server: Server::default(), client: 0 };
        subject.client = subject.connect(1);
        subject
    }
}

impl Subject {
    /// Returns the reply to one request, as it goes over the wire.
    pub fn execute(&mut self, args: &[&[u8]]) -> Vec<u8> {
        self.execute_at(NOW, args)
    }

    /// Returns the reply to a request that is executed `now` milliseconds after 1970.
    pub fn execute_at(&mut self, now: i64, args: &[&[u8]]) -> Vec<u8> {
        self.execute_as_at(now, &mut self.client.clone(), args)
    }

    /// Returns the reply to a request of another client than the one that is always connected.
    pub fn execute_as(&mut self, client: &mut Client, args: &[&[u8]]) -> Vec<u8> {
        self.execute_as_at(NOW, client, args)
    }

    /// Returns the reply to a request of another client at this moment.
    pub fn execute_as_at(&mut self, now: i64, client: &mut Client, args: &[&[u8]]) -> Vec<u8> {
        let (now, mut output) = (UnixMillis(now), BytesMut::new());
        loop {
            match engine::execute(&TABLE, args, &mut self.server, *client, now, &mut output) {
                Then::Later => assert!(output.is_empty()),
                Then::Walk(mut walk) => {
                    while !walk.step(&self.server.databases[walk.database], now) {}
                    engine::end_walk(walk, &mut self.server, *client, &mut output);
                    return output.into();
                }
                Then::Read | Then::Close => return output.into(),
            }
        }
    }

    /// Returns the reply to an empty request: nothing.
    pub fn execute_nothing_as(&mut self, client: &mut Client) -> Vec<u8> {
        self.execute_as(client, &[])
    }

    /// Returns the reply to a client that breaks the protocol.
    pub fn protocol_error_as(&mut self, client: &mut Client, error: ProtocolError) -> Vec<u8> {
        let mut output = BytesMut::new();
        engine::refuse(&error, &mut self.server, *client, &mut output);
        output.into()
    }

    /// Returns a new session of the client that is always connected.
    pub fn session(&self) -> Session {
        Session::new(self.client)
    }

    /// Returns the replies to what a session receives, as far as it answers at once.
    pub fn receive(&mut self, session: &mut Session, bytes: &[u8]) -> Vec<u8> {
        let now = UnixMillis(NOW);
        session.input.extend_from_slice(bytes);
        loop {
            match session.answer(&TABLE, &mut self.server, now) {
                Then::Later => {}
                Then::Walk(mut walk) => {
                    while !walk.step(&self.server.databases[walk.database], now) {}
                    engine::end_walk(walk, &mut self.server, session.id, &mut session.output);
                }
                Then::Read | Then::Close => return session.output.split().to_vec(),
            }
        }
    }

    /// Connects another client, from this port of its machine.
    pub fn connect(&mut self, port: u16) -> Client {
        self.connect_and(port, || ())
    }

    /// Connects another client, and says what is to be done when another one kills it.
    pub fn connect_and(&mut self, port: u16, close: impl FnOnce() + Send + 'static) -> Client {
        let address = format!("127.0.0.1:{port}");
        let peer = Peer { address, local_address: "127.0.0.1:6379".into(), fd: None };
        let client = self.server.clients.add(peer, UnixMillis(NOW));
        self.server.clients.on_kill(client, close);
        client
    }

    /// Removes a client that has closed its connection.
    pub fn disconnect(&mut self, client: &Client) {
        self.server.clients.remove(*client);
    }

    /// Returns how many clients there are.
    pub fn clients(&self) -> usize {
        self.server.clients.len()
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

    /// Returns whether a client is protected against eviction.
    pub fn is_protected(&self, client: &Client) -> bool {
        self.state(client).no_evict
    }

    /// Returns whether a client's connection is to be closed after the reply.
    pub fn is_closing(&self, client: &Client) -> bool {
        self.state(client).closing
    }

    /// Notes how full a client's buffers are.
    pub fn note_buffers(&mut self, client: &mut Client, input: &BytesMut, output: &BytesMut) {
        self.state_mut(client).note_buffers(input, output);
    }

    /// Notes that a client takes no more of its replies.
    pub fn note_waiting(&mut self, client: &mut Client) {
        self.state_mut(client).waits_to_write = true;
    }

    /// Notes that something has come from a client at this moment.
    pub fn note_interaction(&mut self, client: &mut Client, now: i64) {
        self.state_mut(client).last_interaction = UnixMillis(now);
    }

    fn state(&self, client: &Client) -> &client::Client {
        self.server.clients.get(*client).expect("it is connected")
    }

    fn state_mut(&mut self, client: &Client) -> &mut client::Client {
        self.server.clients.get_mut(*client).expect("it is connected")
    }

    /// Puts the server into a process.
    pub fn set_process(&mut self, process: Process) {
        self.server.process = process;
    }

    /// Returns what has happened to the keys of database 0.
    pub fn usage(&self) -> KeyspaceStats {
        self.server.databases[0].usage()
    }

    /// Frees a little of what was removed, and returns whether there is more.
    pub fn free(&mut self) -> bool {
        self.server.free_garbage()
    }

    /// Returns whether something that was removed is still to be freed.
    pub fn has_garbage(&self) -> bool {
        self.server.has_garbage()
    }

    /// Frees keys that have expired, a step of active expiry, and returns whether there may be more.
    pub fn free_expired(&mut self, now: i64) -> bool {
        self.server.free_expired(UnixMillis(now))
    }

    /// Returns when to free expired keys next.
    pub fn next_deadline(&self) -> Option<i64> {
        self.server.next_deadline().map(|UnixMillis(next)| next)
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
            engine::end_walk(walk, &mut self.server, self.client, &mut output);
        }
        (steps, output.into())
    }

    /// Loads a dump, and returns what the log reports of it.
    pub fn load(&mut self, dump: &[u8], now: i64) -> io::Result<String> {
        let loaded = rdb::load(dump, &mut self.server.databases, UnixMillis(now))?;
        Ok(loaded.to_string())
    }
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
        db.update(b"", UnixMillis(1), |slot| slot.set(b"", Expiry::At(UnixMillis(0))));
        db.exists(b"", UnixMillis(1));
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
        let value = self.db.get(key, UnixMillis(now)).expect("dumps hold strings");
        value.map(<[u8]>::to_vec)
    }
}

/// The hash table, with a number as the value of each key.
#[derive(Debug, Default)]
pub struct Numbers(Dict);

impl Numbers {
    /// The size in bytes of a slot, and of what a key takes besides its bytes and its slot.
    pub const SIZES: [usize; 2] = [24, 1 + size_of::<u32>()];

    /// Gives a key a value, and returns the one that it had.
    pub fn insert(&mut self, hash: u64, key: &[u8], value: u32) -> Option<u32> {
        let (hash, bytes) = (NonZeroU64::MIN | hash, value.to_ne_bytes());
        let old = self.get(hash.get(), key);
        match self.0.find(hash, key) {
            Ok(slot) => match self.0.entry_mut(slot) {
                Some(Entry::Text(text)) => text.set(&bytes, None),
                other => panic!("{other:?} was found"),
            },
            Err(slot) => drop(self.0.insert(slot, hash, Entry::new(key, &bytes, None))),
        }
        old
    }

    /// Returns the value of a key.
    pub fn get(&self, hash: u64, key: &[u8]) -> Option<u32> {
        let slot = self.0.find(NonZeroU64::MIN | hash, key).ok()?;
        self.0.entry(slot).map(number)
    }

    /// Removes a key, and returns the value that it had.
    pub fn remove(&mut self, hash: u64, key: &[u8]) -> Option<u32> {
        let slot = self.0.find(NonZeroU64::MIN | hash, key).ok()?;
        self.0.remove(slot).as_ref().map(number)
    }

    /// Returns how many keys there are.
    pub fn len(&self) -> usize {
        assert_eq!(self.0.is_empty(), matches!(self.0.len(), 0));
        self.0.len()
    }

    /// Returns for each slot from this hash on the hash from which to go on, and what is in it.
    pub fn iter_from(&self, hash: u64) -> impl Iterator<Item = (u64, Option<(&[u8], u32)>)> {
        let slots = self.0.iter_from(hash);
        slots.map(|(hash, found)| (hash, found.map(|entry| (entry.key(), number(entry)))))
    }
}

fn number(entry: &Entry) -> u32 {
    u32::from_ne_bytes(entry.text().expect("a string").try_into().expect("a number"))
}

/// Returns the size in bytes of a table with this many slots: a hash and a box for each; and for
/// each of 1,024 shards the shard itself.
pub fn size_of_table(places: usize) -> i64 {
    (places * 24 + 1024 * 40) as i64
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

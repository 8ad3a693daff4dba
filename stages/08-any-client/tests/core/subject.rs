//! What the tests need to know of this stage's own interface. The corpus of tests knows the rest,
//! which is the same in all stages.

use std::io::{self, BufRead};
use std::slice;

pub use stage_08 as stage;

pub use stage::client::Client;
use stage::clients::Connection;
use stage::clock::UnixMillis;
use stage::command;
use stage::db::{Db, KeyspaceStats};
use stage::process::Process;
use stage::rdb;
use stage::resp::{Protocol, ProtocolError, Reply};

/// When a request is executed, if a test does not say.
pub const NOW: i64 = 1_700_000_000_000;

/// The core, with all that it keeps between two requests, and a client.
pub struct Subject {
    server: stage::Server,
    client: Client,
}

impl Default for Subject {
    fn default() -> Self {
        let server = stage::Server::default();
        let client = connect(&server, 1, || ());
        Self { server, client }
    }
}

impl Subject {
    /// Returns the reply to one request, as it goes over the wire.
    pub fn execute(&mut self, args: &[&[u8]]) -> Vec<u8> {
        self.execute_at(NOW, args)
    }

    /// Returns the reply to a request that is executed so many milliseconds after 1970.
    pub fn execute_at(&mut self, now: i64, args: &[&[u8]]) -> Vec<u8> {
        execute(&self.server, &mut self.client, args, now)
    }

    /// Returns what another client gets for a request than the one that is always there.
    pub fn execute_as(&mut self, client: &mut Client, args: &[&[u8]]) -> Vec<u8> {
        self.execute_as_at(NOW, client, args)
    }

    /// Returns what another client gets for a request at this moment.
    pub fn execute_as_at(&mut self, now: i64, client: &mut Client, args: &[&[u8]]) -> Vec<u8> {
        execute(&self.server, client, args, now)
    }

    /// Returns what a client gets for an empty request: nothing.
    pub fn execute_nothing_as(&mut self, client: &mut Client) -> Vec<u8> {
        client.end_request();
        Vec::new()
    }

    /// Returns what a client gets that breaks the protocol.
    pub fn protocol_error_as(&mut self, client: &mut Client, error: ProtocolError) -> Vec<u8> {
        send(client, &error.into())
    }

    /// Connects another client, from this port of its machine.
    pub fn connect(&mut self, port: u16) -> Client {
        self.connect_and(port, || ())
    }

    /// Connects another client, and says what is to be done when another one kills it.
    pub fn connect_and(&mut self, port: u16, close: impl FnOnce() + Send + 'static) -> Client {
        connect(&self.server, port, close)
    }

    /// Takes away a client that has closed its connection.
    pub fn disconnect(&mut self, client: &Client) {
        self.server.clients.remove(client.id);
    }

    /// Returns how many clients there are.
    pub fn clients(&self) -> usize {
        self.server.clients.len()
    }

    /// Returns a client's number.
    pub fn id(&self, client: &Client) -> u64 {
        client.id
    }

    /// Returns a client's name, if it has one.
    pub fn name(&self, client: &Client) -> Option<Vec<u8>> {
        self.server.clients.name(client.id)
    }

    /// Returns the version of the protocol that a client has chosen.
    pub fn protocol(&self, client: &Client) -> i64 {
        client.state.protocol.version()
    }

    /// Returns the number of the database that a client has chosen.
    pub fn database(&self, client: &Client) -> usize {
        client.state.database
    }

    /// Returns whether a client is protected against eviction.
    pub fn is_protected(&self, client: &Client) -> bool {
        client.state.no_evict
    }

    /// Returns whether a client's connection is to be closed after the reply.
    pub fn is_closing(&self, client: &Client) -> bool {
        client.closing
    }

    /// Notes how full a client's buffers are.
    pub fn note_buffers(&mut self, client: &mut Client, input: &Vec<u8>, output: &Vec<u8>) {
        client.note_buffers(input, output);
        self.server.flush_client(client);
    }

    /// Notes that a client takes no more of its replies.
    pub fn note_waiting(&mut self, client: &mut Client) {
        client.state.waits_to_write = true;
        self.server.flush_client(client);
    }

    /// Notes that something has come from a client at this moment.
    pub fn note_interaction(&mut self, client: &mut Client, now: i64) {
        client.state.last_interaction = UnixMillis(now);
        self.server.flush_client(client);
    }

    /// Puts the server into a process.
    pub fn set_process(&mut self, process: Process) {
        self.server.process = process;
    }

    /// Returns what has happened to the keys of database 0.
    pub fn usage(&self) -> KeyspaceStats {
        self.server.databases[0].usage()
    }

    /// Loads a dump, and returns what the log says of it.
    pub fn load(&mut self, dump: &[u8], now: i64) -> io::Result<String> {
        let loaded = rdb::load(dump, &self.server.databases, UnixMillis(now))?;
        Ok(loaded.to_string())
    }
}

fn connect(server: &stage::Server, port: u16, close: impl FnOnce() + Send + 'static) -> Client {
    let connection = Connection {
        address: format!("127.0.0.1:{port}"),
        local_address: "127.0.0.1:6379".into(),
        fd: None,
    };
    let client = server.clients.add(connection, UnixMillis(NOW));
    server.clients.on_kill(client.id, close);
    client
}

fn execute(server: &stage::Server, client: &mut Client, args: &[&[u8]], now: i64) -> Vec<u8> {
    let reply = command::execute(args, server, client, UnixMillis(now));
    server.flush_client(client);
    send(client, &reply)
}

fn send(client: &mut Client, reply: &Reply) -> Vec<u8> {
    let mut bytes = Vec::new();
    client.send(reply, &mut bytes);
    bytes
}

/// One database, for what dumps bring.
#[derive(Debug, Default)]
pub struct Database {
    db: Db,
}

impl Database {
    /// Loads a dump, and returns what the log says of it.
    pub fn load(&mut self, source: impl BufRead, _: usize, now: i64) -> io::Result<String> {
        let loaded = rdb::load(source, slice::from_ref(&self.db), UnixMillis(now))?;
        Ok(loaded.to_string())
    }

    /// Returns what a key has at this moment.
    pub fn get(&mut self, key: &[u8], now: i64) -> Option<Vec<u8>> {
        self.db.get(key, UnixMillis(now))
    }
}

/// Returns how many bytes a table takes of so many places: two boxes and a hash in each, and in each
/// of 256 shards a few more.
pub fn size_of_table(places: usize) -> i64 {
    ((places + 256 * 8) * (2 * size_of::<Box<[u8]>>() + 8)) as i64
}

/// Appends a reply to those before it.
pub fn encode(reply: &Reply, output: &mut Vec<u8>) {
    reply.encode(Protocol::Resp2, output);
}

/// Returns what a client gets that breaks the protocol.
pub fn protocol_error(error: ProtocolError) -> Vec<u8> {
    encoded(error.into())
}

fn encoded(reply: Reply) -> Vec<u8> {
    let mut bytes = Vec::new();
    reply.encode(Protocol::Resp2, &mut bytes);
    bytes
}

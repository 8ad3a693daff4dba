//! A client's connection, as far as commands know and change it.

use std::fmt;

use bytes::BytesMut;

use crate::clock::UnixMillis;
use crate::out::Protocol;

/// One connection (Redis: `client`).
#[derive(Debug)]
pub struct Client {
    /// No other connection of this server has had this ID.
    pub id: u64,
    /// Where it comes from.
    pub peer: Peer,
    /// When it came.
    pub since: UnixMillis,
    /// The name that it has given itself. An empty one is none.
    pub name: Vec<u8>,
    /// How its replies are written.
    pub protocol: Protocol,
    /// The number of the database that it uses.
    pub database: usize,
    /// Whether it asked not to be evicted. There is no eviction, but CLIENT LIST shows it.
    pub no_evict: bool,
    /// The full name of the command that it has executed last.
    pub last_command: Option<&'static str>,
    /// Which replies it gets.
    pub replies: Replies,
    /// Whether it is to be closed once its replies are out.
    pub closing: bool,
    /// Whether replies are left that the last write did not take: it reads slowly.
    pub waits_to_write: bool,
    /// When it was last heard of.
    pub last_interaction: UnixMillis,
    /// What it takes up in memory.
    pub buffers: Buffers,
    /// What ends it from outside.
    pub(crate) close: Close,
}

/// Where a connection comes from, and where it arrives.
#[derive(Debug)]
pub struct Peer {
    /// The client's address and port.
    pub address: String,
    /// The server's.
    pub local_address: String,
    /// The number that the system gave the socket, if it gives numbers.
    pub fd: Option<i32>,
}

/// Closes a connection at once, whatever it is doing.
#[derive(Default)]
pub(crate) struct Close(pub Option<Box<dyn FnOnce() + Send>>);

impl fmt::Debug for Close {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Close")
    }
}

/// Which replies a client gets: what CLIENT REPLY has said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Replies {
    /// All.
    #[default]
    On,
    /// None.
    Off,
    /// Neither this one nor the next.
    SkipTwo,
    /// Not this one.
    SkipOne,
}

/// How large the buffers of a connection are, and how full, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Buffers {
    /// What has been received and not yet been answered.
    pub input: usize,
    /// How much room there is for it.
    pub input_capacity: usize,
    /// What has been answered and not yet been sent.
    pub output: usize,
    /// The most that this has ever been.
    pub output_peak: usize,
    /// How much room there is for it.
    pub output_capacity: usize,
}

impl Client {
    /// Returns the state in which a connection starts.
    pub fn new(id: u64, peer: Peer, now: UnixMillis) -> Self {
        Self {
            id,
            peer,
            since: now,
            name: Vec::new(),
            protocol: Protocol::default(),
            database: 0,
            no_evict: false,
            last_command: None,
            replies: Replies::default(),
            closing: false,
            waits_to_write: false,
            last_interaction: now,
            buffers: Buffers::default(),
            close: Close::default(),
        }
    }

    /// Takes down how large its buffers are now.
    pub fn note_buffers(&mut self, input: &BytesMut, output: &BytesMut) {
        self.buffers = Buffers {
            input: input.len(),
            input_capacity: input.capacity(),
            output: output.len(),
            output_peak: self.buffers.output_peak.max(output.len()),
            output_capacity: output.capacity(),
        };
    }

    /// Returns whether the client wants the reply to the request that is executed, and uses up a
    /// skip. Called once for each request, also for an empty one, which gets no reply. Mirrors
    /// `prepareClientToWrite` and `resetClient`.
    pub fn end_request(&mut self) -> bool {
        let wants_reply = self.replies == Replies::On;
        match self.replies {
            Replies::On | Replies::Off => {}
            Replies::SkipTwo => self.replies = Replies::SkipOne,
            Replies::SkipOne => self.replies = Replies::On,
        }
        wants_reply
    }

    /// Goes back to the state in which the connection began. Mirrors `clearClientConnectionState`.
    pub fn reset(&mut self) {
        self.database = 0;
        self.protocol = Protocol::default();
        self.name.clear();
        // A reply that CLIENT REPLY SKIP has named before this is skipped all the same.
        if self.replies == Replies::Off {
            self.replies = Replies::On;
        }
    }

    /// Appends its line of CLIENT LIST. Mirrors `catClientInfoString`.
    pub fn describe(&self, now: UnixMillis, line: &mut Vec<u8>) {
        let Self { id, peer: Peer { address, local_address, .. }, database, buffers, .. } = self;
        let mut put = |text: String| line.extend_from_slice(text.as_bytes());
        put(format!("id={id} addr={address} laddr={local_address}"));
        if let Some(fd) = self.peer.fd {
            put(format!(" fd={fd}"));
        }
        put(" name=".into());
        line.extend_from_slice(&self.name);
        let (age, idle) = (seconds(self.since, now), seconds(self.last_interaction, now));
        let flags = if self.no_evict { "e" } else { "N" };
        let free = buffers.input_capacity.saturating_sub(buffers.input);
        let memory = buffers.input_capacity + buffers.output_capacity + size_of::<Self>();
        let events = if self.waits_to_write { "rw" } else { "r" };
        let command = self.last_command.unwrap_or("NULL");
        // Nobody subscribes, queues commands, copies arguments or keeps a list of replies: these
        // zeros are true.
        let text = format!(
            " age={age} idle={idle} flags={flags} db={database} sub=0 psub=0 ssub=0 multi=-1 \
             qbuf={} qbuf-free={free} argv-mem=0 multi-mem=0 rbs={} rbp={} obl={} oll=0 omem=0 \
             tot-mem={memory} events={events} cmd={command} user=default redir=-1 resp={}",
            buffers.input,
            buffers.output_capacity,
            buffers.output_peak,
            buffers.output,
            self.protocol.version(),
        );
        line.extend_from_slice(text.as_bytes());
        line.push(b'\n');
    }
}

/// Whole seconds from one moment to another, as clocks that count seconds see them.
fn seconds(from: UnixMillis, to: UnixMillis) -> i64 {
    to.0.div_euclid(1000) - from.0.div_euclid(1000)
}

//! A client's connection, as far as commands know and change it.

use std::fmt;

use bytes::BytesMut;

use crate::protocol::clock::UnixMillis;
use crate::protocol::out::Protocol;

/// One connection (Redis: `client`).
#[derive(Debug)]
pub struct Client {
    /// The ID. IDs are never reused.
    pub id: u64,
    /// The addresses of both ends.
    pub peer: Peer,
    /// When it connected.
    pub since: UnixMillis,
    /// The name that the client has chosen. Empty if it has none.
    pub name: Vec<u8>,
    /// The protocol version of its replies.
    pub protocol: Protocol,
    /// The number of the database that it uses.
    pub database: usize,
    /// Whether it asked not to be evicted. There is no eviction, but CLIENT LIST shows it.
    pub no_evict: bool,
    /// The full name of the command that it has executed last.
    pub last_command: Option<&'static str>,
    /// Which replies it gets.
    pub replies: Replies,
    /// Whether to close the connection once its replies are sent.
    pub closing: bool,
    /// Whether the last write has left replies over: the client reads slowly.
    pub waits_to_write: bool,
    /// When it last sent bytes, or was seen to read slowly.
    pub last_interaction: UnixMillis,
    /// The sizes of its buffers.
    pub buffers: Buffers,
    /// Closes the connection from another task.
    pub(crate) close: Close,
}

/// The two ends of a connection.
#[derive(Debug)]
pub struct Peer {
    /// The client's address and port.
    pub address: String,
    /// The server's address and port.
    pub local_address: String,
    /// The socket's file descriptor, on platforms that have them.
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

/// Which replies a client gets, as set by CLIENT REPLY.
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
    /// What has been received and not yet answered.
    pub input: usize,
    /// The capacity of the input buffer.
    pub input_capacity: usize,
    /// Replies that have not yet been sent.
    pub output: usize,
    /// The largest value that `output` has ever had.
    pub output_peak: usize,
    /// The capacity of the output buffer.
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

    /// Records the current sizes of the buffers.
    pub fn note_buffers(&mut self, input: &BytesMut, output: &BytesMut) {
        self.buffers = Buffers {
            input: input.len(),
            input_capacity: input.capacity(),
            output: output.len(),
            output_peak: self.buffers.output_peak.max(output.len()),
            output_capacity: output.capacity(),
        };
    }

    /// Returns whether the client wants the reply to the current request, and uses up a skip.
    /// Called once for each request, also for an empty one, which gets no reply. Mirrors
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

    /// Resets the connection to its initial state. Mirrors `clearClientConnectionState`.
    pub fn reset(&mut self) {
        self.database = 0;
        self.protocol = Protocol::default();
        self.name.clear();
        // A skip that CLIENT REPLY SKIP has set before remains in effect.
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
        // There are no subscriptions, transactions, argument copies or reply lists here, so these
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

/// Returns the seconds between two moments, as a clock that counts whole seconds shows them.
fn seconds(from: UnixMillis, to: UnixMillis) -> i64 {
    to.0.div_euclid(1000) - from.0.div_euclid(1000)
}

//! A client's connection, as far as commands know and change it.

use std::sync::{Arc, Mutex};

use crate::clock::UnixMillis;
use crate::resp::{Protocol, Reply};
use crate::stats::Traffic;

/// One connection (Redis: `client`). Its task owns it; others see what it has published.
#[derive(Clone, Debug)]
pub struct Client {
    /// No other connection of this server has had this number.
    pub id: u64,
    /// The state that it is in.
    pub state: State,
    /// Which replies it gets.
    pub replies: Replies,
    /// Whether it is to be closed once its replies are out.
    pub closing: bool,
    /// What went on that is not yet in the server's count.
    pub traffic: Traffic,
    /// The state that others see.
    pub(crate) published: Arc<Mutex<State>>,
}

/// What is known of a connection, to itself and by CLIENT LIST to others.
#[derive(Clone, Copy, Debug)]
pub struct State {
    /// How its replies are written.
    pub protocol: Protocol,
    /// The number of the database that it uses.
    pub database: usize,
    /// Whether it asked not to be evicted. There is no eviction, but CLIENT LIST shows it.
    pub no_evict: bool,
    /// The full name of the command that it has executed last.
    pub last_command: Option<&'static str>,
    /// Whether replies are left that the last write did not take: it reads slowly.
    pub waits_to_write: bool,
    /// When it was last heard of.
    pub last_interaction: UnixMillis,
    /// What it takes up in memory.
    pub buffers: Buffers,
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
    /// Returns the state in which a connection begins.
    pub fn new(id: u64, now: UnixMillis) -> Self {
        let state = State {
            protocol: Protocol::default(),
            database: 0,
            no_evict: false,
            last_command: None,
            waits_to_write: false,
            last_interaction: now,
            buffers: Buffers::default(),
        };
        let published = Arc::new(Mutex::new(state));
        let (replies, traffic) = (Replies::default(), Traffic::default());
        Self { id, state, replies, closing: false, traffic, published }
    }

    /// Shows others what state it is in.
    pub fn publish(&self) {
        *self.published.lock().expect("nothing panics while it holds the lock") = self.state;
    }

    /// Takes down how large its buffers are now.
    pub fn note_buffers(&mut self, input: &Vec<u8>, output: &Vec<u8>) {
        self.state.buffers = Buffers {
            input: input.len(),
            input_capacity: input.capacity(),
            output: output.len(),
            output_peak: self.state.buffers.output_peak.max(output.len()),
            output_capacity: output.capacity(),
        };
    }

    /// Appends the reply to a request to `output`, if the client wants it. Called for each request
    /// once: a reply that is skipped is one that counts. Mirrors `prepareClientToWrite`.
    pub fn send(&mut self, reply: &Reply, output: &mut Vec<u8>) {
        if self.replies == Replies::On {
            reply.encode(self.state.protocol, output);
        }
        self.end_request();
    }

    /// Uses up a skip. Called after each request, also after an empty one, which gets no reply.
    /// Mirrors `resetClient`.
    pub fn end_request(&mut self) {
        match self.replies {
            Replies::On | Replies::Off => {}
            Replies::SkipTwo => self.replies = Replies::SkipOne,
            Replies::SkipOne => self.replies = Replies::On,
        }
    }

    /// Goes back to the state in which the connection began. Mirrors `clearClientConnectionState`.
    pub fn reset(&mut self) {
        self.state.database = 0;
        self.state.protocol = Protocol::default();
        // A reply that CLIENT REPLY SKIP has named before this is skipped all the same.
        if self.replies == Replies::Off {
            self.replies = Replies::On;
        }
    }
}

impl State {
    /// Returns the letters that CLIENT LIST shows for what is special.
    pub fn flags(&self) -> &'static str {
        if self.no_evict { "e" } else { "N" }
    }
}

//! A client's connection, as far as commands know and change it.

use crate::protocol::out::Protocol;

/// One connection (Redis: `client`).
#[derive(Debug)]
pub struct Client {
    /// The ID. IDs are never reused.
    pub id: u64,
    /// The name that the client has chosen. Empty if it has none.
    pub name: Vec<u8>,
    /// The protocol version of its replies.
    pub protocol: Protocol,
    /// The number of the database that it uses.
    pub database: usize,
    /// Which replies it gets.
    pub replies: Replies,
    /// Whether to close the connection once its replies are sent.
    pub closing: bool,
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

impl Client {
    /// Returns the state in which a connection starts.
    pub fn new(id: u64) -> Self {
        Self {
            id,
            name: Vec::new(),
            protocol: Protocol::default(),
            database: 0,
            replies: Replies::default(),
            closing: false,
        }
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
}

//! A client's connection, as far as commands know and change it.

use crate::protocol::out::Protocol;

/// One connection (Redis: `client`).
#[derive(Debug, Default)]
pub struct Client {
    /// The ID. IDs are never reused.
    pub id: u64,
    /// The name that the client has chosen. Empty if it has none.
    pub name: Vec<u8>,
    /// The protocol version of its replies.
    pub protocol: Protocol,
    /// The number of the database that it uses.
    pub database: usize,
    /// Whether to close the connection once its replies are sent.
    pub closing: bool,
}

impl Client {
    /// Returns the state in which a connection starts.
    pub fn new(id: u64) -> Self {
        Self { id, ..Self::default() }
    }

    /// Resets the connection to its initial state. Mirrors `clearClientConnectionState`.
    pub fn reset(&mut self) {
        self.database = 0;
        self.protocol = Protocol::default();
        self.name.clear();
    }
}

//! All connected clients.

use std::collections::BTreeMap;

use crate::server::client::Client;

/// The list of all clients.
#[derive(Debug, Default)]
pub struct Clients {
    last_id: u64,
    /// By ID, which is the order in which they connected.
    clients: BTreeMap<u64, Client>,
}

impl Clients {
    /// Adds a new client, and returns its ID.
    pub fn add(&mut self) -> u64 {
        self.last_id += 1;
        self.clients.insert(self.last_id, Client::new(self.last_id));
        self.last_id
    }

    /// Removes a client that has disconnected.
    pub fn remove(&mut self, id: u64) {
        self.clients.remove(&id);
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.clients.len()
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.clients.is_empty()
    }

    /// Returns the client with this ID, if there is one.
    pub fn get(&self, id: u64) -> Option<&Client> {
        self.clients.get(&id)
    }

    /// Returns the client with this ID, if there is one.
    pub fn get_mut(&mut self, id: u64) -> Option<&mut Client> {
        self.clients.get_mut(&id)
    }
}

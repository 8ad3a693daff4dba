//! All connected clients, for CLIENT LIST and CLIENT KILL.

use std::collections::BTreeMap;

use crate::protocol::clock::UnixMillis;
use crate::server::client::{Client, Close, Peer};

/// The list of all clients.
#[derive(Debug, Default)]
pub struct Clients {
    last_id: u64,
    /// By ID, which is the order in which they connected.
    clients: BTreeMap<u64, Client>,
}

/// A filter of clients: matches those that have every property given here.
#[derive(Debug, Default)]
pub struct Filter<'a> {
    /// The client's ID.
    pub id: Option<u64>,
    /// The client's address.
    pub address: Option<&'a [u8]>,
    /// The server's address.
    pub local_address: Option<&'a [u8]>,
    /// Any client but the one with this ID.
    pub except: Option<u64>,
    /// No client at all.
    pub match_none: bool,
}

impl Clients {
    /// Adds a new client, and returns its ID.
    pub fn add(&mut self, peer: Peer, now: UnixMillis) -> u64 {
        self.last_id += 1;
        self.clients.insert(self.last_id, Client::new(self.last_id, peer, now));
        self.last_id
    }

    /// Stores the function that closes a client's connection, for CLIENT KILL.
    pub fn on_kill(&mut self, id: u64, close: impl FnOnce() + Send + 'static) {
        if let Some(client) = self.get_mut(id) {
            client.close = Close(Some(Box::new(close)));
        }
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

    /// Returns a line for each client that `filter` matches. Mirrors `getAllClientsInfoString`.
    pub fn list(&self, filter: &Filter<'_>, now: UnixMillis) -> Vec<u8> {
        let mut lines = Vec::new();
        for client in self.clients.values().filter(|client| filter.matches(client)) {
            client.describe(now, &mut lines);
        }
        lines
    }

    /// Returns a line for each of these IDs that a client has, in this order.
    pub fn list_ids(&self, ids: &[i64], now: UnixMillis) -> Vec<u8> {
        let mut lines = Vec::new();
        for id in ids.iter().filter_map(|&id| u64::try_from(id).ok()) {
            if let Some(client) = self.get(id) {
                client.describe(now, &mut lines);
            }
        }
        lines
    }

    /// Closes the connections that `filter` matches, and returns how many there were. The one with
    /// the ID `own` has a reply to send first, and is closed after it.
    pub fn kill(&mut self, filter: &Filter<'_>, own: u64) -> usize {
        let mut count = 0;
        self.clients.retain(|id, client| {
            let stays = *id == own || !filter.matches(client);
            if !stays {
                count += 1;
                client.close.0.take().into_iter().for_each(|close| close());
            }
            stays
        });
        match self.get_mut(own) {
            Some(own) if filter.matches(own) => {
                own.closing = true;
                count + 1
            }
            _ => count,
        }
    }
}

impl Filter<'_> {
    fn matches(&self, client: &Client) -> bool {
        let is = |wanted: Option<&[u8]>, address: &str| {
            wanted.is_none_or(|wanted| wanted == address.as_bytes())
        };
        !self.match_none
            && self.except != Some(client.id)
            && self.id.is_none_or(|wanted| wanted == client.id)
            && is(self.address, &client.peer.address)
            && is(self.local_address, &client.peer.local_address)
    }
}

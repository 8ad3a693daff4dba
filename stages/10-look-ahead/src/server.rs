//! The state of the server.

pub mod client;
pub mod config;

use crate::keyspace::db::Databases;
use crate::server::client::Client;
use crate::server::config::Config;

/// What all connections share.
#[derive(Debug, Default)]
pub struct Server {
    /// How the server was started.
    pub config: Config,
    /// The databases. A client uses one at a time, at first database 0.
    pub databases: Databases,
    /// The ID of the client that has connected last.
    pub last_id: u64,
}

impl Server {
    /// Returns the state of a new client, with the next ID.
    pub fn connect(&mut self) -> Client {
        self.last_id += 1;
        Client::new(self.last_id)
    }
}

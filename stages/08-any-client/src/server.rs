//! The state of the server.

pub mod client;
pub mod clients;
pub mod config;

use crate::keyspace::db::Databases;
use crate::server::clients::Clients;
use crate::server::config::Config;

/// What all connections share.
#[derive(Debug, Default)]
pub struct Server {
    /// How the server was started.
    pub config: Config,
    /// The databases. A client uses one at a time, at first database 0.
    pub databases: Databases,
    /// The connected clients.
    pub clients: Clients,
}

//! The state of the server.

pub mod client;
pub mod clients;
pub mod config;
pub mod process;
pub mod stats;

use crate::keyspace::db::Databases;
use crate::server::clients::Clients;
use crate::server::config::Config;
use crate::server::process::Process;
use crate::server::stats::Stats;

/// What all connections share.
#[derive(Debug, Default)]
pub struct Server {
    /// How the server was started.
    pub config: Config,
    /// The databases. A client uses one at a time, at first database 0.
    pub databases: Databases,
    /// The connected clients.
    pub clients: Clients,
    /// The counters.
    pub stats: Stats,
    /// The process.
    pub process: Process,
}

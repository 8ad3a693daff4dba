//! The state of the server.

pub mod client;
pub mod clients;
pub mod config;
pub mod process;
pub mod stats;

use crate::keyspace::db::{Databases, Db};
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

impl Server {
    /// Returns whether something that was removed is still to be freed.
    pub fn has_garbage(&self) -> bool {
        self.databases.iter().any(Db::has_garbage)
    }

    /// Frees a little of it, and returns whether there is more.
    pub fn free_garbage(&mut self) -> bool {
        if let Some(db) = self.databases.iter_mut().find(|db| db.has_garbage()) {
            db.garbage().step();
        }
        self.has_garbage()
    }
}

//! The state of the server.

use std::mem;

pub mod client;
pub mod clients;
pub mod config;
pub mod process;
pub mod stats;

use crate::keyspace::db::{Databases, Db, STEP};
use crate::protocol::clock::UnixMillis;
use crate::server::clients::Clients;
use crate::server::config::Config;
use crate::server::process::Process;
use crate::server::stats::Stats;

/// The most steps of active expiry at once: some two milliseconds.
const MAX_STEPS: u64 = 8;

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
    /// How many commands had been executed at the last step of active expiry.
    pub commands_before_expiry: u64,
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

    /// Returns when to call [`Server::free_expired`] next: not later than the earliest deadline.
    pub fn next_deadline(&self) -> Option<UnixMillis> {
        self.databases.iter().filter_map(Db::next_deadline).min()
    }

    /// Frees keys that have expired, but only a few hundred, and two for each command that was
    /// executed since the last time: so clients hardly set keys faster than they are freed. Returns
    /// whether there may be more.
    pub fn free_expired(&mut self, now: UnixMillis) -> bool {
        let commands = self.stats.traffic.commands;
        let more = commands - mem::replace(&mut self.commands_before_expiry, commands);
        let mut steps = 0..(1 + 2 * more / STEP as u64).min(MAX_STEPS);
        // All of it is freed as soon as a step leaves nothing in any database.
        steps.all(|_| self.databases.iter_mut().any(|db| db.free_expired(now)))
    }
}

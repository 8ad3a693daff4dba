//! The core of the server: bytes in, bytes out. It knows no socket, no task and no clock.

pub mod client;
pub mod clients;
pub mod clock;
pub mod command;
pub mod commands;
pub mod config;
pub mod db;
pub mod dict;
pub mod glob;
pub mod inline;
pub mod lzf;
pub mod number;
pub mod out;
pub mod process;
pub mod rdb;
pub mod rdb_reader;
pub mod rdb_value;
pub mod resp;
pub mod spec;
pub mod stats;
pub mod walk;

mod client_commands;
mod docs;
mod info;
mod introspection;
mod keyspace;
mod scan;
mod session;
mod set;

/// What all connections share.
#[derive(Debug, Default)]
pub struct Server {
    /// How the server was started.
    pub config: config::Config,
    /// The databases. A client uses one at a time, at first database 0.
    pub databases: db::Databases,
    /// The connected clients.
    pub clients: clients::Clients,
    /// The counters.
    pub stats: stats::Stats,
    /// The process.
    pub process: process::Process,
}

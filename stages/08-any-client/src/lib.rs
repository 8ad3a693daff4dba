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
    /// What it keeps. A client uses one of them at a time, at first the one with the number 0.
    pub databases: db::Databases,
    /// Who is connected.
    pub clients: clients::Clients,
    /// What it has done.
    pub stats: stats::Stats,
    /// What runs it.
    pub process: process::Process,
}

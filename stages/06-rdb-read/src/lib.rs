//! The core of the server: bytes in, bytes out. It knows no socket, no task and no clock.

pub mod clock;
pub mod command;
pub mod config;
pub mod db;
pub mod inline;
pub mod lzf;
pub mod number;
pub mod out;
pub mod rdb;
pub mod rdb_reader;
pub mod rdb_value;
pub mod resp;

/// What all connections share.
#[derive(Debug)]
pub struct Server {
    /// How the server was started.
    pub config: crate::config::Config,
    /// The keyspace.
    pub db: crate::db::Db,
}

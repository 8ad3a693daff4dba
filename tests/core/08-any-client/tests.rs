//! What holds for the core from stage 08 on.

mod client;
pub mod clients;
mod conditions;
mod databases;
mod dict;
mod handshake;
mod keyspace;
mod reply;
mod scan;
mod table;

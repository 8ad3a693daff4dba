//! What holds for the core from stage 08 on.

mod client;
mod clients;
mod conditions;
mod databases;
mod dict;
mod handshake;
mod info;
mod introspection;
mod keyspace;
mod reply;
mod scan;

//! The core of the server: bytes in, bytes out. It knows no socket, no task and no clock.
//!
//! Its modules are rooms. Each uses only the rooms after it in this list, and itself.

pub mod session;

pub mod engine;

pub mod commands;

pub mod command;

pub mod server;

pub mod dump;

pub mod keyspace;

pub mod types;

pub mod protocol;

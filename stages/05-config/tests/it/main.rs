//! What no transcript shows: the core's own interface, hostile input, memory, and the command line.

mod command;
mod command_line;
mod config;
mod connection;
mod db;
mod expiry;
mod hostile;
mod inline;
#[cfg(target_os = "linux")]
mod keepalive;
mod large_values;
mod memory;
mod reply;
mod request;
mod resp;
mod server;
mod subject;

//! What no transcript shows: the core's own interface, hostile input, memory, and the command line.

mod command;
mod command_line;
mod config;
mod connection;
mod db;
mod dump;
mod dump_at_start;
mod dumps;
mod expiry;
mod flips;
mod hostile;
mod hostile_dumps;
mod inline;
#[cfg(target_os = "linux")]
mod keepalive;
mod large_values;
mod lzf;
mod memory;
mod random_dumps;
mod rdb;
mod reply;
mod request;
mod resp;
mod server;
mod subject;

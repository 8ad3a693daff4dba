//! The commands: a file for each family, which begins with a line for each command.

use crate::command::Command;

mod client;
mod config;
mod connection;
mod info;
mod keys;
mod scan;
mod set;
mod strings;

/// All commands of the server.
pub const ALL: &[&[Command]] = &[
    client::COMMANDS,
    config::COMMANDS,
    connection::COMMANDS,
    info::COMMANDS,
    keys::COMMANDS,
    scan::COMMANDS,
    set::COMMANDS,
    strings::COMMANDS,
];

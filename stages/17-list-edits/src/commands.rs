//! The commands: a file for each family, which begins with a line for each command.

use crate::command::Command;

mod about;
mod client;
mod config;
mod connection;
mod databases;
mod expire;
mod info;
mod introspection;
mod keys;
mod list_edits;
mod lists;
mod many;
mod numbers;
mod object;
mod ranges;
mod rename;
mod scan;
mod set;
mod strings;

/// All commands of the server.
pub const ALL: &[&[Command]] = &[
    client::COMMANDS,
    config::COMMANDS,
    connection::COMMANDS,
    databases::COMMANDS,
    expire::COMMANDS,
    info::COMMANDS,
    introspection::COMMANDS,
    keys::COMMANDS,
    list_edits::COMMANDS,
    lists::COMMANDS,
    many::COMMANDS,
    numbers::COMMANDS,
    object::COMMANDS,
    ranges::COMMANDS,
    rename::COMMANDS,
    scan::COMMANDS,
    set::COMMANDS,
    strings::COMMANDS,
];

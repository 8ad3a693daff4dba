//! What no transcript shows: the command line.

mod command_line;
mod server;

//! What holds for the core from stage 08 on.

mod client;
mod databases;
mod handshake;
pub mod reply;
mod table;

//! Transcripts of a real Redis, and the player that holds any server to them.

pub mod check;
pub mod corpus;
pub mod diagnosis;
pub mod failure;
pub mod harness;
pub mod player;
pub mod reply;
pub mod resp;
pub mod server;
pub mod snapshot;
pub mod tap;
pub mod text;
pub mod transcript;

pub use harness::stage;

//! Transcripts of a real Redis, and the player that checks any server against them.
//!
//! A [transcript] is a session in a text file; its [snapshot] holds what a
//! real Redis answered. To [check](check::check) a server is to [play](player::play) the transcript
//! against it and to compare; what differs is a [`Failure`](failure::Failure), whose text is what
//! the learner reads.
//!
//! ```no_run
//! use conformance::server::{CommandLine, Target};
//! use conformance::{check, corpus, player};
//!
//! let transcript = corpus::load_one("01-ping/ping_is_answered_with_pong")?;
//! let target = Target::Spawn(CommandLine::parse("./mine --port {port}").map_err(anyhow::Error::msg)?);
//! if let Err(failure) = check::check(&transcript, &target, player::PATIENCE) {
//!     println!("{failure}");
//! }
//! # anyhow::Ok(())
//! ```
//!
//! An [exercise] has transcripts of its own, and [points] that no transcript shows; a [solution] is held to both. A stage's tests are
//! [`stage`], with hostile [load] and claims about the [program]; `transcripts`, the program,
//! records, checks and shows; `exercises` does so for exercises.

mod changes;
pub mod check;
mod choices;
pub mod corpus;
#[cfg(unix)]
pub mod departures;
pub mod diagnosis;
pub mod differ;
pub mod differences;
pub mod dump;
mod entries;
pub mod exercise;
pub mod failure;
pub mod fields;
pub mod gate;
pub mod harness;
mod history;
mod last_words;
pub mod load;
mod memory;
mod parts;
pub mod player;
pub mod points;
pub mod printed;
pub mod program;
mod raw;
pub mod reply;
mod report;
mod requests;
pub mod resp;
mod scan;
pub mod server;
pub mod snapshot;
pub mod solution;
pub mod subject;
mod talker;
mod tap;
pub mod text;
pub mod transcript;
pub mod waiting;
mod window;
mod wire;
pub mod workspace;

pub use harness::stage;

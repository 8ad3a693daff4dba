//! The tasks, run on small projects that a test can break, and on the course itself.

#![allow(clippy::unwrap_used, reason = "the helpers of tests may panic as tests do")]

mod adding;
mod carrying;
mod course;
mod listing;
mod measuring;
mod project;
mod recording;
mod sizing;
mod verifying;

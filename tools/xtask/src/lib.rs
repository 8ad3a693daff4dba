//! What keeps the stages of the course in step, for those who maintain it.
//!
//! The stages are full copies, each built on the one before. [`Lessons`] says which files a stage
//! adds and changes; [`drift`] finds what differs beyond that; [`carry`] takes a fix from one
//! stage through all that follow; [`addition`] adds a stage, and [`listing`] fills its entry; [`lines`]
//! measures them.

pub mod addition;
pub mod carry;
pub mod drift;
mod git;
mod lessons;
pub mod lines;
pub mod listing;
mod merge;
mod newcomer;
mod numbers;
pub mod rooms;
mod stage;

pub use lessons::Lessons;
pub use newcomer::Wording;
pub use stage::{Move, Stage};

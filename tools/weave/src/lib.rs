//! Weaves what is tested into the book's chapters.
//!
//! A chapter contains no code, no diff and no session of its own. It names them, in a [`Directive`]
//! each, and [`Weaver`] puts in their place what the stages, the transcripts and the recorded
//! sessions say today. A name that nothing has is a [`Fault`] with file and line, and the book is
//! not built.

mod alignment;
mod block;
mod change;
mod course;
mod diff;
mod directive;
mod draft;
mod errors;
pub mod exchange;
mod exercise;
mod figure;
mod file;
mod highlight;
mod html;
mod hunk;
mod item;
mod map;
mod names;
pub mod neighbours;
mod page;
mod redis;
pub mod session;
pub mod shell;
mod source;
mod start;
mod transcript;
mod unwoven;
mod weaver;
pub mod wire;
mod zoo;

pub use course::Course;
pub use directive::Directive;
pub use weaver::{Fault, Weaver};

//! Measures stages beside the real Redis, in turns, and shows what came out as ratios.
//!
//! A [`Contender`] is a server to start; Redis is always one of them, and everything is compared
//! with the Redis of the same run. [`speed`], [`memory`], [`loading`], [`keys`] and [`waits`] are
//! what is measured; a [`Report`] holds the figures; [`markdown`], [`chart`], [`Overview`] and
//! [`readme`] show it.

pub mod ceiling;
pub mod chart;
mod client;
mod comparison;
mod contender;
mod cores;
pub mod keys;
pub mod loading;
mod machine;
pub mod markdown;
pub mod memory;
mod meter;
mod overview;
mod progress;
pub mod readme;
mod redis_benchmark;
mod report;
mod shape;
pub mod speed;
mod statistics;
mod turns;
pub mod waits;

pub use comparison::{Against, Comparison};
pub use contender::Contender;
pub use cores::Cores;
pub use machine::Machine;
pub use overview::Overview;
pub use progress::Progress;
pub use report::{Report, Took};

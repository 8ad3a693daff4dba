//! What holds for the core from stage 16 on.

mod commands;
mod garbage;
mod lookups;
mod memory;
pub mod model;

//! What holds for the core from stage 13 on.

pub mod garbage;
pub mod lookups;
pub mod model;
mod random;

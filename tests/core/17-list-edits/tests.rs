//! What holds for the core from stage 17 on.

mod lookups;
mod memory;
mod model;

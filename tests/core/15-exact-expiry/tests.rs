//! What holds for the core from stage 15 on.

mod commands;
mod index;
mod lookups;
mod memory;
mod model;

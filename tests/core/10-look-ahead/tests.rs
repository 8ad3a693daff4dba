//! What holds for the core from stage 10 on.

pub mod batch;
mod dump;
mod entry;

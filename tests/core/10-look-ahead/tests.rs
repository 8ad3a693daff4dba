//! What holds for the core from stage 10 on.

mod batch;
mod entry;

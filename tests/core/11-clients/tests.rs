//! What holds for the core from stage 11 on.

mod clients;
mod silence;
mod stats;

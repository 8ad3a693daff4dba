//! What holds for the core from stage 05 on.

mod config;
mod reply;

//! What holds for the core from stage 07 on.

mod config_patterns;
mod glob;
pub mod keys;
mod walk;

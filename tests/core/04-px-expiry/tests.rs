//! What holds for the core from stage 04 on.

pub mod expiry;

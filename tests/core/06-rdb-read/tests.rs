//! What holds for the core from stage 06 on.

pub mod dump;
mod dumps;
mod flips;
mod hostile_dumps;
mod lzf;
mod random_dumps;
pub mod rdb;

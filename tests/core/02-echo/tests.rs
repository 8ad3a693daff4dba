//! What holds for the core from stage 02 on.

mod command;
pub mod hostile;
mod inline;
mod memory;
pub mod reply;
pub mod request;
mod resp;

//! What holds for the core from stage 11 on.

mod info;
mod introspection;
mod reply;

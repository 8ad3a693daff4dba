//! What holds for the core from stage 12 on.

mod info;
mod introspection;
mod reply;

//! What holds for the core from stage 10 on.

mod info;
mod introspection;
mod lookups;

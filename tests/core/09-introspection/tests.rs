//! What holds for the core from stage 09 on.

mod info;
mod introspection;
mod lookups;

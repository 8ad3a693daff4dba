//! What holds for the core from stage 09 on.

mod conditions;
mod dict;
pub mod info;
mod keyspace;
mod lookups;
mod scan;

//! What holds for the core from stage 14 on.

mod lookups;
mod model;
mod numbers;
mod ranges;

//! The protocol: requests and replies as bytes, and the small notations in them.

pub mod clock;
pub mod glob;
pub mod inline;
pub mod long_double;
pub mod number;
pub mod out;
pub mod resp;
pub mod whole;

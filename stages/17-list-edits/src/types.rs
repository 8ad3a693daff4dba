//! What values are. Nothing in here knows of other keys.

pub mod kind;
pub mod list;
pub mod piece;
pub mod value;

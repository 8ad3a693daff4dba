//! The keyspace: keys and values, and walks through them.

pub mod db;
pub mod deadlines;
pub mod dict;
pub mod entry;
pub mod garbage;
pub mod slot;
pub mod walk;

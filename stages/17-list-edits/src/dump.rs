//! Dump files.

pub mod lzf;
pub mod rdb;
pub mod rdb_reader;
pub mod rdb_value;

//! The shell: what talks to the system.

pub mod cleaner;
pub mod connection;
pub mod expiry;
pub mod host;
pub mod listener;
pub mod log;
pub mod wall_clock;

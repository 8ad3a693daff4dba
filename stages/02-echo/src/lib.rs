//! The core of the server: bytes in, bytes out. It knows no socket, no task and no clock.

pub mod command;
pub mod inline;
pub mod number;
pub mod out;
pub mod resp;

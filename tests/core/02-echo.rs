//! The tests of the core that stage 02 must pass. Each group holds from its own stage on.

#[path = "02-echo/tests.rs"]
mod from_echo;

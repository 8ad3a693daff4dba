//! The tests of the core that stage 03 must pass. Each group holds from its own stage on.

#[path = "02-echo/tests.rs"]
mod from_echo;
#[path = "03-set-get/tests.rs"]
mod from_set_get;

//! The tests of the core that stage 05 must pass. Each group holds from its own stage on.

#[path = "02-echo/tests.rs"]
mod from_02;
#[path = "03-set-get/tests.rs"]
mod from_03;
#[path = "04-px-expiry/tests.rs"]
mod from_04;
#[path = "05-config/tests.rs"]
mod from_05;
#[path = "04-px-expiry/options.rs"]
mod only_04_to_07;

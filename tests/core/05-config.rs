//! The tests of the core that stage 05 must pass. Each group holds from its own stage on.

#[path = "05-config/tests.rs"]
mod from_config;
#[path = "02-echo/tests.rs"]
mod from_echo;
#[path = "04-px-expiry/tests.rs"]
mod from_px_expiry;
#[path = "03-set-get/tests.rs"]
mod from_set_get;
#[path = "04-px-expiry/options.rs"]
mod options_until_scan;

//! The tests of the core that stage 11 must pass. Each group holds from its own stage on.

#[path = "09-scan/dbsize.rs"]
mod dbsize_until_exact_expiry;
#[path = "08-any-client/tests.rs"]
mod from_any_client;
#[path = "11-clients/tests.rs"]
mod from_clients;
#[path = "05-config/tests.rs"]
mod from_config;
#[path = "02-echo/tests.rs"]
mod from_echo;
#[path = "07-keys/tests.rs"]
mod from_keys;
#[path = "10-look-ahead/tests.rs"]
mod from_look_ahead;
#[path = "04-px-expiry/tests.rs"]
mod from_px_expiry;
#[path = "06-rdb-read/tests.rs"]
mod from_rdb_read;
#[path = "09-scan/tests.rs"]
mod from_scan;
#[path = "03-set-get/tests.rs"]
mod from_set_get;

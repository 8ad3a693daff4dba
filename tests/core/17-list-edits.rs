//! The tests of the core that stage 17 must pass. Each group holds from its own stage on.

#[path = "08-any-client/tests.rs"]
mod from_any_client;
#[path = "11-clients/tests.rs"]
mod from_clients;
#[path = "05-config/tests.rs"]
mod from_config;
#[path = "13-del-rename/tests.rs"]
mod from_del_rename;
#[path = "02-echo/tests.rs"]
mod from_echo;
#[path = "15-exact-expiry/tests.rs"]
mod from_exact_expiry;
#[path = "14-incr-append/tests.rs"]
mod from_incr_append;
#[path = "12-introspection/tests.rs"]
mod from_introspection;
#[path = "07-keys/tests.rs"]
mod from_keys;
#[path = "17-list-edits/tests.rs"]
mod from_list_edits;
#[path = "16-lists/tests.rs"]
mod from_lists;
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

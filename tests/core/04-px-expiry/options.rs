//! The options of SET that come with stage 09: until then, they are unknown.

use crate::corpus::from_px_expiry::expiry::{SYNTAX, set};

#[test]
fn a_condition_is_no_option_yet() {
    for options in ["NX", "XX", "GET", "EX 10 NX", "NX EX 10"] {
        assert_eq!(set(options), SYNTAX, "{options:?}");
    }
}

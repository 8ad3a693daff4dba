//! Sets in both protocols.

use crate::corpus::from_any_client::reply::in_both;

#[test]
fn a_set_has_a_form_in_both_protocols() {
    assert_eq!(in_both(|out| _ = out.set(0)), [r"*0\r\n", r"~0\r\n"]);
    assert_eq!(in_both(|out| _ = out.set(2)), [r"*2\r\n", r"~2\r\n"]);
}

//! The reply to a GET of a missing key, in bytes.

use crate::corpus::from_echo::reply::shown_reply;

#[test]
fn no_value_is_a_bulk_without_bytes_and_of_no_length() {
    assert_eq!(shown_reply(|out| _ = out.nil()), r"$-1\r\n");
}

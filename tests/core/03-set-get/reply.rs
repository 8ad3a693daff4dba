//! The reply to a GET of no key: how it goes over the wire.

use crate::corpus::from_02::reply::encoded;
use crate::subject::stage::resp::Reply;

#[test]
fn no_value_is_a_bulk_without_bytes_and_of_no_length() {
    assert_eq!(encoded(&Reply::Nil), r"$-1\r\n");
}

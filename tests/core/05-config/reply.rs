//! Arrays of replies: how they go over the wire.

use crate::corpus::from_02::reply::encoded;
use crate::subject::stage::resp::Reply;

#[test]
fn an_array_begins_with_the_number_of_its_elements() {
    assert_eq!(encoded(&Reply::Array(Vec::new())), r"*0\r\n");
    let ten = format!(r"*10\r\n{}", r"+a\r\n".repeat(10));
    assert_eq!(encoded(&Reply::Array(vec![Reply::Simple("a"); 10])), ten);
}

#[test]
fn an_array_may_hold_replies_of_every_kind() {
    let inner = Reply::Array(vec![Reply::Bulk("x".into()), Reply::Array(Vec::new()), Reply::Nil]);
    let outer = Reply::Array(vec![inner, Reply::error("no".into()), Reply::Simple("OK")]);
    let expected = r"*3\r\n*3\r\n$1\r\nx\r\n*0\r\n$-1\r\n-ERR no\r\n+OK\r\n";
    assert_eq!(encoded(&outer), expected);
}

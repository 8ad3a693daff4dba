//! Arrays of replies, in bytes.

use crate::corpus::from_echo::reply::shown_reply;
use crate::subject::error;

#[test]
fn an_array_begins_with_the_number_of_its_elements() {
    assert_eq!(shown_reply(|out| _ = out.array(0)), r"*0\r\n");
    let ten = shown_reply(|out| {
        out.array(10);
        (0..10).for_each(|_| _ = out.simple("a"));
    });
    assert_eq!(ten, format!(r"*10\r\n{}", r"+a\r\n".repeat(10)));
}

#[test]
fn an_array_may_hold_replies_of_every_kind() {
    let nested = shown_reply(|out| {
        out.array(2);
        out.array(3);
        out.bulk(b"x");
        out.array(0);
        out.nil();
        out.simple("OK");
    });
    assert_eq!(nested, r"*2\r\n*3\r\n$1\r\nx\r\n*0\r\n$-1\r\n+OK\r\n");
}

#[test]
fn an_error_takes_the_place_of_half_an_array() {
    let reply = shown_reply(|out| {
        out.array(2);
        out.bulk(b"x");
        error(out, b"no");
    });
    assert_eq!(reply, r"-ERR no\r\n");
}

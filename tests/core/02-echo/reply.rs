//! Replies: how they go over the wire.

use super::request::shown;
use crate::subject::encode;
use crate::subject::stage::resp::Reply;

/// Returns a reply as it goes over the wire, in printable form.
pub fn encoded(reply: &Reply) -> String {
    let mut bytes = Vec::new();
    encode(reply, &mut bytes);
    shown(&bytes)
}

#[test]
fn every_kind_of_reply_has_its_own_form() {
    for (reply, expected) in [
        (Reply::Simple("OK"), r"+OK\r\n"),
        (Reply::Simple(""), r"+\r\n"),
        (Reply::error("no".into()), r"-ERR no\r\n"),
        (Reply::error(Vec::new()), r"-ERR \r\n"),
        (Reply::Error("WRONGTYPE no".into()), r"-WRONGTYPE no\r\n"),
        (Reply::Bulk(Vec::new()), r"$0\r\n\r\n"),
        (Reply::Bulk("hi".into()), r"$2\r\nhi\r\n"),
        (Reply::Bulk("ten bytes!".into()), r"$10\r\nten bytes!\r\n"),
        (Reply::Bulk(b"\0\r\n\xff".into()), r"$4\r\n\x00\r\n\xff\r\n"),
    ] {
        assert_eq!(encoded(&reply), expected, "{reply:?}");
    }
}

#[test]
fn a_reply_is_appended_to_those_before_it() {
    let mut output = b"+PONG\r\n".to_vec();
    for reply in [Reply::Simple("OK"), Reply::Bulk("hi".into()), Reply::error("no".into())] {
        encode(&reply, &mut output);
    }
    assert_eq!(output, b"+PONG\r\n+OK\r\n$2\r\nhi\r\n-ERR no\r\n");
}

#[test]
fn an_error_stays_on_one_line_whatever_it_quotes() {
    for (text, expected) in [
        (&b"a\rb\nc"[..], r"-ERR a b c\r\n"),
        (b"\r\n", r"-ERR   \r\n"),
        (b"a\r\n+OK\r\nb", r"-ERR a  +OK  b\r\n"),
        (b"\0\t\x0b\x1b\x7f\xff'\"", r#"-ERR \x00\t\x0b\x1b\x7f\xff\'\"\r\n"#),
    ] {
        assert_eq!(encoded(&Reply::error(text.into())), expected);
    }
}

//! Replies: how they go over the wire.

use stage_08::resp::{Protocol, Reply};

use crate::request::encoded;

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
        (Reply::Nil, r"$-1\r\n"),
        (Reply::Array(Vec::new()), r"*0\r\n"),
        (
            Reply::Array(vec![Reply::Simple("a"); 10]),
            r"*10\r\n+a\r\n+a\r\n+a\r\n+a\r\n+a\r\n+a\r\n+a\r\n+a\r\n+a\r\n+a\r\n",
        ),
    ] {
        assert_eq!(encoded(&reply), expected, "{reply:?}");
    }
}

#[test]
fn an_array_may_hold_replies_of_every_kind() {
    let inner = Reply::Array(vec![Reply::Bulk("x".into()), Reply::Array(Vec::new()), Reply::Nil]);
    let outer = Reply::Array(vec![inner, Reply::error("no".into()), Reply::Simple("OK")]);
    let expected = r"*3\r\n*3\r\n$1\r\nx\r\n*0\r\n$-1\r\n-ERR no\r\n+OK\r\n";
    assert_eq!(encoded(&outer), expected);
}

#[test]
fn a_reply_is_appended_to_those_before_it() {
    let mut output = b"+PONG\r\n".to_vec();
    for reply in [Reply::Simple("OK"), Reply::Bulk("hi".into()), Reply::error("no".into())] {
        reply.encode(Protocol::Resp2, &mut output);
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

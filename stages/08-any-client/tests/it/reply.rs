//! Replies: how they go over the wire.

use stage_08::resp::{Protocol, Reply};

use crate::request::{encoded, encoded_in};

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
fn what_is_new_in_resp3_has_a_form_in_both() {
    let pair = (Reply::bulk("name"), Reply::Integer(-5));
    for (reply, resp2, resp3) in [
        (Reply::Nil, r"$-1\r\n", r"_\r\n"),
        (Reply::Integer(0), r":0\r\n", r":0\r\n"),
        (Reply::Integer(i64::MIN), r":-9223372036854775808\r\n", r":-9223372036854775808\r\n"),
        (Reply::Map(Vec::new()), r"*0\r\n", r"%0\r\n"),
        (
            Reply::Map(vec![pair.clone()]),
            r"*2\r\n$4\r\nname\r\n:-5\r\n",
            r"%1\r\n$4\r\nname\r\n:-5\r\n",
        ),
        (Reply::Set(Vec::new()), r"*0\r\n", r"~0\r\n"),
        (Reply::Set(vec![Reply::Nil]), r"*1\r\n$-1\r\n", r"~1\r\n_\r\n"),
        (Reply::Array(vec![Reply::Nil]), r"*1\r\n$-1\r\n", r"*1\r\n_\r\n"),
        (Reply::Verbatim(Vec::new()), r"$0\r\n\r\n", r"=4\r\ntxt:\r\n"),
        (Reply::Verbatim("a\r\nb".into()), r"$4\r\na\r\nb\r\n", r"=8\r\ntxt:a\r\nb\r\n"),
        (Reply::bulk("hi"), r"$2\r\nhi\r\n", r"$2\r\nhi\r\n"),
        (Reply::Simple("OK"), r"+OK\r\n", r"+OK\r\n"),
        (Reply::error("no".into()), r"-ERR no\r\n", r"-ERR no\r\n"),
        (
            Reply::Map(vec![(Reply::bulk("m"), Reply::Map(vec![pair]))]),
            r"*2\r\n$1\r\nm\r\n*2\r\n$4\r\nname\r\n:-5\r\n",
            r"%1\r\n$1\r\nm\r\n%1\r\n$4\r\nname\r\n:-5\r\n",
        ),
    ] {
        assert_eq!(encoded_in(Protocol::Resp2, &reply), resp2, "{reply:?}");
        assert_eq!(encoded_in(Protocol::Resp3, &reply), resp3, "{reply:?}");
    }
    assert_eq!([Protocol::Resp2, Protocol::Resp3].map(Protocol::version), [2, 3]);
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

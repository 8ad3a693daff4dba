//! Replies, in bytes.

use super::request::shown;
use crate::subject::stage::out::Out;
use crate::subject::{error, written};

/// Returns a reply as it goes over the wire, in printable form.
pub fn shown_reply(write: impl FnOnce(&mut Out<'_>)) -> String {
    shown(&written(write))
}

#[test]
fn every_kind_of_reply_has_its_own_form() {
    for (text, expected) in [("OK", r"+OK\r\n"), ("", r"+\r\n")] {
        assert_eq!(shown_reply(|out| _ = out.simple(text)), expected);
    }
    for (text, expected) in [("no", r"-ERR no\r\n"), ("", r"-ERR \r\n")] {
        assert_eq!(shown_reply(|out| error(out, text.as_bytes())), expected);
    }
    for (bytes, expected) in [
        (&b""[..], r"$0\r\n\r\n"),
        (b"hi", r"$2\r\nhi\r\n"),
        (b"ten bytes!", r"$10\r\nten bytes!\r\n"),
        (b"\0\r\n\xff", r"$4\r\n\x00\r\n\xff\r\n"),
    ] {
        assert_eq!(shown_reply(|out| _ = out.bulk(bytes)), expected);
    }
}

#[test]
fn what_is_written_stands_after_what_was_there() {
    let reply = shown_reply(|out| {
        out.simple("OK");
        out.bulk(b"hi");
    });
    assert_eq!(reply, r"+OK\r\n$2\r\nhi\r\n");
}

#[test]
fn an_error_takes_the_place_of_what_there_is_of_a_reply() {
    let reply = shown_reply(|out| {
        out.bulk(b"half of it");
        error(out, b"no");
    });
    assert_eq!(reply, r"-ERR no\r\n");
}

#[test]
fn an_error_stays_on_one_line_whatever_it_quotes() {
    for (text, expected) in [
        (&b"a\rb\nc"[..], r"-ERR a b c\r\n"),
        (b"\r\n", r"-ERR   \r\n"),
        (b"a\r\n+OK\r\nb", r"-ERR a  +OK  b\r\n"),
        (b"\0\t\x0b\x1b\x7f\xff'\"", r#"-ERR \x00\t\x0b\x1b\x7f\xff\'\"\r\n"#),
    ] {
        assert_eq!(shown_reply(|out| error(out, text)), expected);
    }
}

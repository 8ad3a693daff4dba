//! Replies in both protocols, in bytes.

use bytes::BytesMut;

use crate::corpus::from_echo::request::shown;
use crate::subject::stage::out::{Out, Protocol};

/// Returns what is written in RESP2 and in RESP3.
pub fn in_both(write: impl Fn(&mut Out<'_>)) -> [String; 2] {
    [Protocol::Resp2, Protocol::Resp3].map(|protocol| {
        let mut output = BytesMut::new();
        let mut out = Out::new(&mut output);
        out.protocol = protocol;
        write(&mut out);
        shown(&output)
    })
}

#[test]
fn what_is_new_in_resp3_has_a_form_in_both() {
    assert_eq!(in_both(|out| _ = out.nil()), [r"$-1\r\n", r"_\r\n"]);
    assert_eq!(in_both(|out| _ = out.map(0)), [r"*0\r\n", r"%0\r\n"]);
    assert_eq!(in_both(|out| _ = out.map(3)), [r"*6\r\n", r"%3\r\n"]);
    for (text, resp2, resp3) in [
        ("", r"$0\r\n\r\n", r"=4\r\ntxt:\r\n"),
        ("a\r\nb", r"$4\r\na\r\nb\r\n", r"=8\r\ntxt:a\r\nb\r\n"),
    ] {
        assert_eq!(in_both(|out| _ = out.verbatim(text.as_bytes())), [resp2, resp3]);
    }
    assert_eq!([Protocol::Resp2, Protocol::Resp3].map(Protocol::version), [2, 3]);
}

#[test]
fn what_is_not_new_in_resp3_has_one_form() {
    for (number, form) in [
        (0, r":0\r\n"),
        (-5, r":-5\r\n"),
        (i64::MIN, r":-9223372036854775808\r\n"),
        (i64::MAX, r":9223372036854775807\r\n"),
    ] {
        assert_eq!(in_both(|out| _ = out.integer(number)), [form, form]);
    }
    assert_eq!(in_both(|out| _ = out.bulk(b"hi")), [r"$2\r\nhi\r\n"; 2]);
    assert_eq!(in_both(|out| _ = out.simple("OK")), [r"+OK\r\n"; 2]);
    assert_eq!(in_both(|out| _ = out.array(1)), [r"*1\r\n"; 2]);
    assert_eq!(in_both(|out| _ = out.lines(&["a", "b"])), [r"*2\r\n+a\r\n+b\r\n"; 2]);
    assert_eq!(in_both(|out| _ = out.coded_error("NOPROTO", b"no")), [r"-NOPROTO no\r\n"; 2]);
    assert_eq!(in_both(|out| _ = out.nothing()), [""; 2]);
}

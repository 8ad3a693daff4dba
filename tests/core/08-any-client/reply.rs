//! Replies in both protocols: how they go over the wire.

use crate::corpus::from_02::request::shown;
use crate::subject::stage::resp::{Protocol, Reply};

fn encoded(protocol: Protocol, reply: &Reply) -> String {
    let mut bytes = Vec::new();
    reply.encode(protocol, &mut bytes);
    shown(&bytes)
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
        assert_eq!(encoded(Protocol::Resp2, &reply), resp2, "{reply:?}");
        assert_eq!(encoded(Protocol::Resp3, &reply), resp3, "{reply:?}");
    }
    assert_eq!([Protocol::Resp2, Protocol::Resp3].map(Protocol::version), [2, 3]);
}

//! Which replies a client gets.

use crate::corpus::from_any_client::reply::in_both;
use crate::corpus::from_echo::request::{shown, words};
use crate::corpus::from_look_ahead::batch::pipeline;
use crate::subject::Subject;
use crate::subject::stage::resp::Decoder;

/// Returns all replies to these requests, one after the other. An empty request gets none.
fn replies(requests: &[&str]) -> String {
    let mut subject = Subject::default();
    let mut client = subject.connect(50_000);
    let mut output = Vec::new();
    for request in requests {
        output.extend(match *request {
            "" => subject.execute_nothing_as(&mut client),
            request => subject.execute_as(&mut client, &words(request)),
        });
    }
    shown(&output)
}

#[test]
fn replies_are_silenced_as_client_reply_says() {
    const OFF: &str = "CLIENT REPLY OFF";
    const ON: &str = "client reply on";
    const SKIP: &str = "CLIENT reply SKIP";
    const ERROR: &str = r"-ERR syntax error\r\n";
    for (requests, expected) in [
        (&["PING"][..], r"+PONG\r\n"),
        (&[OFF, "PING", "NOSUCH"], ""),
        (&[OFF, "PING", ON, "PING"], r"+OK\r\n+PONG\r\n"),
        (&[ON], r"+OK\r\n"),
        (&[SKIP, "PING", "PING"], r"+PONG\r\n"),
        (&[SKIP, "NOSUCH", "PING"], r"+PONG\r\n"),
        (&[SKIP, SKIP, "PING", "PING"], r"+PONG\r\n"),
        (&[SKIP, SKIP, SKIP, "PING", "PING"], r"+PONG\r\n"),
        (&[SKIP, "CLIENT REPLY x", "PING"], r"+PONG\r\n"),
        (&[SKIP, ON, "PING"], r"+OK\r\n+PONG\r\n"),
        (&[SKIP, OFF, "PING", ON], r"+OK\r\n"),
        (&[OFF, SKIP, "PING", "PING", ON], r"+OK\r\n"),
        (&[OFF, "CLIENT REPLY x", ON], r"+OK\r\n"),
        (&["CLIENT REPLY x", "CLIENT REPLY", "PING"], ERROR),
        (&[OFF, "RESET", "PING"], r"+RESET\r\n+PONG\r\n"),
        (&[SKIP, "RESET", "PING"], r"+PONG\r\n"),
        (&[SKIP, "", "PING", "PING"], r"+PONG\r\n+PONG\r\n"),
        (&["", SKIP, "PING", "", "PING"], r"+PONG\r\n"),
        (&[SKIP, SKIP, "", "PING"], r"+PONG\r\n"),
        (&[SKIP, "", SKIP, "PING", "PING"], r"+PONG\r\n"),
        (&[OFF, "", "", "PING", ON], r"+OK\r\n"),
        (&[OFF, "HELLO 3", ON, "GET k"], r"+OK\r\n_\r\n"),
    ] {
        let arity = r"-ERR wrong number of arguments for \'client|reply\' command\r\n+PONG\r\n";
        let expected = if expected == ERROR { &[ERROR, arity].concat() } else { expected };
        assert_eq!(replies(requests), expected, "{requests:?}");
    }
}

#[test]
fn a_batch_is_silenced_request_by_request() {
    for (requests, expected) in [
        (
            &["CLIENT REPLY OFF", "SET k 0", "GET k", "CLIENT REPLY ON", "GET k"][..],
            r"+OK\r\n$1\r\n0\r\n",
        ),
        (
            &["CLIENT REPLY SKIP", "SET k 0", "GET k", "CLIENT REPLY SKIP", "NOSUCH", "PING"],
            r"$1\r\n0\r\n+PONG\r\n",
        ),
    ] {
        let mut subject = Subject::default();
        let mut session = subject.session();
        assert_eq!(shown(&subject.receive(&mut session, &pipeline(requests))), expected);
    }
}

#[test]
fn a_protocol_error_is_silenced_like_other_replies() {
    for (request, expected) in
        [("PING", r"-ERR Protocol error: invalid multibulk length\r\n"), ("CLIENT REPLY OFF", "")]
    {
        let mut subject = Subject::default();
        let mut client = subject.connect(50_000);
        subject.execute_as(&mut client, &words(request));
        let error = Decoder::default().decode(b"*x\r\n").expect_err("an error");
        let reply = subject.protocol_error_as(&mut client, error);
        assert_eq!(shown(&reply), expected, "after {request}");
    }
}

#[test]
fn what_is_discarded_is_not_sent() {
    let reply = in_both(|out| {
        out.map(1);
        out.bulk(b"name");
        out.discard();
    });
    assert_eq!(reply, ["", ""]);
}

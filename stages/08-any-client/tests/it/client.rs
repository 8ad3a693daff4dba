//! A connection's state: which replies it gets, and what RESET takes back.

use stage_08::client::{Client, Replies};
use stage_08::clock::UnixMillis;
use stage_08::resp::{Protocol, Reply};

use crate::request::{shown, words};
use crate::subject::Subject;

/// Returns all replies to these requests, one after the other. An empty request gets none.
fn replies(requests: &[&str]) -> String {
    let subject = Subject::default();
    let mut client = subject.connect(50_000);
    let mut output = Vec::new();
    for request in requests {
        if request.is_empty() {
            client.end_request();
            continue;
        }
        let reply = subject.execute_as(&mut client, &words(request));
        client.send(&reply, &mut output);
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
fn a_protocol_error_is_silenced_like_other_replies() {
    let mut client = Client::new(1, UnixMillis(0));
    client.replies = Replies::Off;
    let mut output = Vec::new();
    client.send(&Reply::error("Protocol error: x".into()), &mut output);
    assert_eq!(shown(&output), "");
}

#[test]
fn reset_takes_back_what_the_client_chose_but_for_its_number_and_its_protection() {
    let subject = Subject::default();
    let mut client = subject.connect(50_000);
    for request in ["HELLO 3 SETNAME me", "SELECT 5", "CLIENT NO-EVICT ON"] {
        subject.execute_as(&mut client, &words(request));
    }
    let chosen =
        |client: &Client| (client.state.protocol, client.state.database, client.state.no_evict);
    assert_eq!(chosen(&client), (Protocol::Resp3, 5, true));
    let id = client.id;
    subject.execute_as(&mut client, &words("RESET"));
    assert_eq!(chosen(&client), (Protocol::Resp2, 0, true));
    assert_eq!((client.id, subject.server.clients.name(id)), (id, None));
}

#[test]
fn quit_closes_and_nothing_else_does() {
    let subject = Subject::default();
    let mut client = subject.connect(50_000);
    for request in ["PING", "RESET", "NOSUCH", "CLIENT REPLY OFF", "CLIENT KILL nobody"] {
        subject.execute_as(&mut client, &words(request));
        assert!(!client.closing, "{request}");
    }
    subject.execute_as(&mut client, &words("quit now please"));
    assert!(client.closing);
}

//! A connection's state: which replies it gets, and what RESET resets.

use crate::corpus::from_echo::request::{shown, words};
use crate::subject::stage::resp::Decoder;
use crate::subject::{Client, Subject};

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
fn reset_takes_back_what_the_client_chose_but_for_its_number() {
    let mut subject = Subject::default();
    let mut client = subject.connect(50_000);
    for request in ["HELLO 3 SETNAME me", "SELECT 5"] {
        subject.execute_as(&mut client, &words(request));
    }
    let chosen =
        |subject: &Subject, client: &Client| (subject.protocol(client), subject.database(client));
    assert_eq!(chosen(&subject, &client), (3, 5));
    assert_eq!(subject.name(&client).as_deref(), Some(&b"me"[..]));
    let id = subject.id(&client);
    subject.execute_as(&mut client, &words("RESET"));
    assert_eq!(chosen(&subject, &client), (2, 0));
    assert_eq!((subject.id(&client), subject.name(&client)), (id, None));
}

#[test]
fn quit_closes_and_nothing_else_does() {
    let mut subject = Subject::default();
    let mut client = subject.connect(50_000);
    for request in ["PING", "RESET", "NOSUCH", "CLIENT REPLY OFF", "CLIENT KILL nobody"] {
        subject.execute_as(&mut client, &words(request));
        assert!(!subject.is_closing(&client), "{request}");
    }
    subject.execute_as(&mut client, &words("quit now please"));
    assert!(subject.is_closing(&client));
}

#[test]
fn a_name_is_one_word_that_can_be_seen_and_an_empty_one_is_none() {
    let mut subject = Subject::default();
    let mut client = subject.connect(1);
    for (name, is_good) in [
        (&b"me"[..], true),
        (b"!~", true),
        (b"", true),
        (b"a b", false),
        (b"a\n", false),
        (b"\0", false),
        (b"\x7f", false),
        (b"\xc3\xa9", false),
    ] {
        subject.execute_as(&mut client, &[b"CLIENT", b"SETNAME", b"before"]);
        let reply = shown(&subject.execute_as(&mut client, &[b"CLIENT", b"SETNAME", name]));
        let shown = name.escape_ascii();
        assert_eq!(reply == r"+OK\r\n", is_good, "{shown}: {reply}");
        let expected = if is_good { name } else { b"before" };
        let kept = subject.name(&client).unwrap_or_default();
        assert_eq!(kept, expected, "{shown}");
    }
    let get_name = |subject: &mut Subject, client: &mut Client| {
        shown(&subject.execute_as(client, &words("CLIENT GETNAME")))
    };
    assert_eq!(get_name(&mut subject, &mut client), r"$6\r\nbefore\r\n");
    let mut other = subject.connect(2);
    assert_eq!(get_name(&mut subject, &mut other), r"$-1\r\n");
}

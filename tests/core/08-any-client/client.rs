//! A connection's state: what a client chooses, and what RESET resets.

use crate::corpus::from_echo::request::{shown, words};
use crate::subject::{Client, Subject};

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
    for request in ["PING", "RESET", "NOSUCH", "SELECT 1", "CLIENT KILL nobody"] {
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

//! EXISTS, TYPE, TTL, PTTL, STRLEN and DBSIZE: none of them sees a key that has expired.

use crate::corpus::from_echo::request::{shown, words};
use crate::subject::{NOW, Subject};

#[test]
fn a_key_is_there_until_its_deadline_is_past() {
    for (after_ms, expected) in [
        (0, [":1", "+string", ":1", ":1500", ":5"]),
        (1, [":1", "+string", ":1", ":1499", ":5"]),
        (1000, [":1", "+string", ":1", ":500", ":5"]),
        (1001, [":1", "+string", ":0", ":499", ":5"]),
        (1500, [":1", "+string", ":0", ":0", ":5"]),
        (1501, [":0", "+none", ":-2", ":-2", ":0"]),
    ] {
        for (request, expected) in
            ["EXISTS k", "TYPE k", "TTL k", "PTTL k", "STRLEN k"].into_iter().zip(expected)
        {
            let mut subject = Subject::default();
            subject.execute(&words("SET k value PX 1500"));
            // A time to live of 1500 ms is two seconds, rounded.
            let expected = if (request, after_ms) == ("TTL k", 0) { ":2" } else { expected };
            let reply = shown(&subject.execute_at(NOW + after_ms, &words(request)));
            assert_eq!(reply, format!("{expected}\\r\\n"), "{request} after {after_ms} ms");
            let rest = shown(&subject.execute_at(NOW + after_ms, &words("DBSIZE")));
            let expected = if after_ms > 1500 { ":0" } else { ":1" };
            assert_eq!(rest, format!("{expected}\\r\\n"), "{request} after {after_ms} ms");
        }
    }
}

#[test]
fn a_key_without_a_deadline_and_no_key_at_all_are_told_apart() {
    let mut subject = Subject::default();
    subject.execute(&words("SET k "));
    for (request, expected) in [
        ("TTL k", ":-1"),
        ("PTTL k", ":-1"),
        ("STRLEN k", ":0"),
        ("EXISTS k", ":1"),
        ("TTL nokey", ":-2"),
        ("PTTL nokey", ":-2"),
        ("STRLEN nokey", ":0"),
        ("EXISTS nokey", ":0"),
        ("TYPE nokey", "+none"),
        ("EXISTS k nokey k k", ":3"),
    ] {
        let reply = shown(&subject.execute(&words(request)));
        assert_eq!(reply, format!("{expected}\\r\\n"), "{request}");
    }
}

#[test]
fn the_farthest_deadline_is_no_trouble() {
    let mut subject = Subject::default();
    subject.execute(&words("SET k v PXAT 9223372036854775807"));
    let left = i64::MAX - NOW;
    assert_eq!(shown(&subject.execute(&words("PTTL k"))), format!(":{left}\\r\\n"));
    assert_eq!(shown(&subject.execute(&words("TTL k"))), format!(":{}\\r\\n", (left + 500) / 1000));
}

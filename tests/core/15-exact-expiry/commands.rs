//! The commands on deadlines: what they accept, in which order they check it, and what they reply.

use crate::corpus::from_echo::request::{shown, words};
use crate::subject::{NOW, Subject};

const NOT_AN_INTEGER: &str = "-ERR value is not an integer or out of range";
const SYNTAX: &str = "-ERR syntax error";
const NX: &str = "-ERR NX and XX, GT or LT options at the same time are not compatible";
const GT: &str = "-ERR GT and LT options at the same time are not compatible";

/// Checks the reply to each request, one after the other, in both protocols.
fn check(rows: &[(&str, &str)]) {
    for hello in ["PING", "HELLO 3"] {
        let mut subject = Subject::default();
        subject.execute(&words(hello));
        for (request, expected) in rows {
            let expected = match *expected {
                "nil" if hello == "PING" => "$-1",
                "nil" => "_",
                expected => expected,
            };
            let reply = shown(&subject.execute(&words(request))).replace(r"\'", "'");
            assert_eq!(reply, format!(r"{expected}\r\n"), "{request} after {hello}");
        }
    }
}

/// Returns the deadline of `k` after these requests.
fn deadline_after(requests: &[&str]) -> String {
    let mut subject = Subject::default();
    requests.iter().for_each(|request| drop(subject.execute(&words(request))));
    shown(&subject.execute(&words("PEXPIRETIME k")))
}

#[test]
fn every_command_sets_the_deadline_in_its_own_unit() {
    for (request, deadline) in [
        ("EXPIRE k 7", NOW + 7000),
        ("PEXPIRE k 7", NOW + 7),
        (&*format!("EXPIREAT k {}", NOW / 1000 + 7), NOW + 7000),
        (&*format!("PEXPIREAT k {}", NOW + 7), NOW + 7),
        ("GETEX k EX 7", NOW + 7000),
        ("getex k px 7", NOW + 7),
        (&*format!("GETEX k EXAT {}", NOW / 1000 + 7), NOW + 7000),
        (&*format!("GETEX k PXAT {}", NOW + 7), NOW + 7),
        ("SETEX k 7 v", NOW + 7000),
        ("PSETEX k 7 v", NOW + 7),
        ("PEXPIREAT k 9223372036854775807", i64::MAX),
        ("GETEX k EXAT 9223372036854775", 9_223_372_036_854_775_000),
    ] {
        for before in ["SET k v", "SET k v PX 5000", "SET k v PX 1"] {
            let found = deadline_after(&[before, request]);
            assert_eq!(found, format!(r":{deadline}\r\n"), "{request} after {before}");
        }
    }
}

#[test]
fn a_deadline_that_is_not_in_the_future_removes_the_key() {
    for (request, is_gone) in [
        ("PEXPIRE k 0", true),
        ("PEXPIRE k 1", false),
        ("EXPIRE k -9223372036854775", true),
        ("PEXPIRE k -9223372036854775808", true),
        (&*format!("PEXPIREAT k {NOW}"), true),
        (&*format!("PEXPIREAT k {}", NOW + 1), false),
        (&*format!("GETEX k PXAT {NOW}"), true),
        (&*format!("GETEX k PXAT {}", NOW + 1), false),
        ("GETEX k PXAT 1", true),
    ] {
        let mut subject = Subject::default();
        subject.execute(&words("SET k v"));
        let reply = shown(&subject.execute(&words(request)));
        let due = if request.starts_with("GETEX") { r"$1\r\nv\r\n" } else { r":1\r\n" };
        assert_eq!(reply, due, "{request}");
        assert_eq!(subject.usage().keys, usize::from(!is_gone), "{request}");
    }
}

#[test]
fn a_condition_compares_the_deadlines_strictly() {
    let later = NOW + 10;
    for (before, option, number, reply) in [
        ("PING", "NX", 10, 0),
        ("SET k v", "", 10, 1),
        ("SET k v", "NX", 10, 1),
        ("SET k v", "XX", 10, 0),
        ("SET k v", "GT", 10, 0),
        ("SET k v", "LT", 10, 1),
        ("SET k v", "XX LT", 10, 0),
        ("SET k v", "GT XX", 10, 0),
        ("SET k v PX 10", "NX", 11, 0),
        ("SET k v PX 10", "XX", 11, 1),
        ("SET k v PX 10", "GT", 11, 1),
        ("SET k v PX 10", "GT", 10, 0),
        ("SET k v PX 10", "GT", 9, 0),
        ("SET k v PX 10", "LT", 11, 0),
        ("SET k v PX 10", "LT", 10, 0),
        ("SET k v PX 10", "LT", 9, 1),
        ("SET k v PX 10", "XX GT", 11, 1),
        ("SET k v PX 10", "LT XX LT", 9, 1),
        ("SET k v PX 10", "GT", -1, 0),
        ("SET k v PX 10", "NX", -1, 0),
        ("SET k v", "XX", -1, 0),
    ] {
        let mut subject = Subject::default();
        subject.execute(&words(before));
        let request = format!("PEXPIRE k {number} {option}");
        let found = shown(&subject.execute(&words(request.trim_end())));
        assert_eq!(found, format!(r":{reply}\r\n"), "{request} after {before}");
        let due = match (before, reply) {
            ("PING", _) => -2,
            (_, 1) => NOW + number,
            ("SET k v", _) => -1,
            _ => later,
        };
        let found = shown(&subject.execute(&words("PEXPIRETIME k")));
        assert_eq!(found, format!(r":{due}\r\n"), "{request} after {before}");
    }
}

#[test]
fn expire_checks_its_options_then_the_number_then_the_key() {
    check(&[
        ("EXPIRE k x FOO", "-ERR Unsupported option FOO"),
        ("EXPIRE k x NX XX FOO", "-ERR Unsupported option FOO"),
        ("EXPIRE k 1 nxx", "-ERR Unsupported option nxx"),
        ("EXPIRE k 1 ", "-ERR Unsupported option "),
        ("EXPIRE k 1 \r\na\r\nb\r\n", "-ERR Unsupported option   a  b"),
        ("PEXPIRE k x NX XX", NX),
        ("PEXPIRE k 1 GT NX", NX),
        ("PEXPIRE k 1 LT NX", NX),
        ("PEXPIRE k 1 NX LT GT", NX),
        ("EXPIREAT k 1 LT GT", GT),
        ("PEXPIREAT k x XX GT LT", GT),
        ("EXPIRE k x NX", NOT_AN_INTEGER),
        ("EXPIRE k 1.0", NOT_AN_INTEGER),
        ("EXPIRE k 9223372036854775808", NOT_AN_INTEGER),
        ("EXPIRE k 9223372036854776", "-ERR invalid expire time in 'expire' command"),
        ("EXPIRE k -9223372036854776", "-ERR invalid expire time in 'expire' command"),
        ("EXPIRE k 9223372036854775", "-ERR invalid expire time in 'expire' command"),
        ("PEXPIRE k 9223372036854775807", "-ERR invalid expire time in 'pexpire' command"),
        ("EXPIREAT k -9223372036854776", "-ERR invalid expire time in 'expireat' command"),
        ("EXPIREAT k 9223372036854775", ":0"),
        ("PEXPIREAT k 9223372036854775807", ":0"),
        ("PEXPIREAT k -9223372036854775808", ":0"),
        ("EXISTS k", ":0"),
    ]);
}

#[test]
fn getex_checks_its_options_then_the_key_then_the_number() {
    check(&[
        ("GETEX k FOO", SYNTAX),
        ("GETEX k KEEPTTL", SYNTAX),
        ("GETEX k NX", SYNTAX),
        ("GETEX k XX", SYNTAX),
        ("GETEX k GET", SYNTAX),
        ("GETEX k PX", SYNTAX),
        ("GETEX k EX 1 PX 1", SYNTAX),
        ("GETEX k PERSIST PX 1", SYNTAX),
        ("GETEX k PX 1 PERSIST", SYNTAX),
        ("GETEX k PX x", "nil"),
        ("GETEX k PERSIST persist", "nil"),
        ("SET k v", "+OK"),
        ("SET k v PERSIST", SYNTAX),
        ("GETEX k PX x", NOT_AN_INTEGER),
        ("GETEX k PX 0", "-ERR invalid expire time in 'getex' command"),
        ("GETEX k EX 9223372036854775807", "-ERR invalid expire time in 'getex' command"),
        ("GETEX k PX 9223372036854775807", "-ERR invalid expire time in 'getex' command"),
        ("PTTL k", ":-1"),
        ("GETEX k", r"$1\r\nv"),
        ("GETEX k PX 5 PX 9", r"$1\r\nv"),
        ("PTTL k", ":9"),
        ("GETEX k", r"$1\r\nv"),
        ("PTTL k", ":9"),
        ("GETEX k PERSIST", r"$1\r\nv"),
        ("PTTL k", ":-1"),
    ]);
}

#[test]
fn setex_and_psetex_need_a_positive_number() {
    for (name, number) in [("setex", "9223372036854775"), ("psetex", "9223372036854775807")] {
        let invalid = format!("-ERR invalid expire time in '{name}' command");
        check(&[
            (&format!("{name} k 0 v"), &invalid),
            (&format!("{name} k -1 v"), &invalid),
            (&format!("{name} k {number} v"), &invalid),
            (&format!("{name} k v 1"), NOT_AN_INTEGER),
            ("EXISTS k", ":0"),
            (&format!("{name} k 1 v"), "+OK"),
            ("GET k", r"$1\r\nv"),
        ]);
    }
}

#[test]
fn persist_and_expiretime_say_what_was_there() {
    check(&[
        ("PERSIST k", ":0"),
        ("EXPIRETIME k", ":-2"),
        ("PEXPIRETIME k", ":-2"),
        ("SET k v", "+OK"),
        ("PERSIST k", ":0"),
        ("EXPIRETIME k", ":-1"),
        ("PEXPIRETIME k", ":-1"),
        ("PEXPIREAT k 1700000001499", ":1"),
        ("EXPIRETIME k", ":1700000001"),
        ("TTL k", ":1"),
        ("PEXPIREAT k 1700000001500", ":1"),
        ("EXPIRETIME k", ":1700000002"),
        ("TTL k", ":2"),
        ("PEXPIREAT k 9223372036854775807", ":1"),
        ("EXPIRETIME k", ":9223372036854776"),
        ("PERSIST k", ":1"),
        ("PEXPIRETIME k", ":-1"),
        ("GET k", r"$1\r\nv"),
    ]);
}

#[test]
fn a_request_of_the_wrong_length_is_refused() {
    for (name, rests) in [
        ("expire", &["", "k"][..]),
        ("pexpire", &["", "k"]),
        ("expireat", &["", "k"]),
        ("pexpireat", &["", "k"]),
        ("persist", &["", "k l"]),
        ("expiretime", &["", "k l"]),
        ("pexpiretime", &["", "k l"]),
        ("getex", &[""]),
        ("setex", &["k 1", "k 1 v NX"]),
        ("psetex", &["k 1", "k 1 v NX"]),
    ] {
        for rest in rests {
            let request = format!("{name} {rest}");
            let due = format!("-ERR wrong number of arguments for '{name}' command");
            check(&[(request.trim_end(), &due)]);
        }
    }
}

#[test]
fn counting_commands_in_a_pipeline_count_no_dead_key_and_keep_the_order() {
    let mut subject = Subject::default();
    for key in 0..5000 {
        subject.execute(&words(&format!("SET {key} v PXAT {}", NOW - 1)));
    }
    subject.execute(&words("SET k v"));
    let mut session = subject.session();
    let replies = subject.receive(&mut session, b"ECHO a\r\nDBSIZE\r\nECHO b\r\nRANDOMKEY\r\n");
    assert_eq!(shown(&replies), r"$1\r\na\r\n:1\r\n$1\r\nb\r\n$1\r\nk\r\n");
    // Also if the request has come in two parts, which another decoder puts together.
    for key in 0..5000 {
        subject.execute(&words(&format!("SET {key} v PXAT {}", NOW - 1)));
    }
    assert_eq!(subject.receive(&mut session, b"*1\r\n$6\r\nDBS"), b"");
    let replies = subject.receive(&mut session, b"IZE\r\n*2\r\n$4\r\nECHO\r\n$1\r\nc\r\n");
    assert_eq!(shown(&replies), r":1\r\n$1\r\nc\r\n");
}

//! SCAN: that it finds every key, with bounded work for each call.

use std::collections::BTreeSet;

use crate::corpus::from_echo::request::{shown, words};
use crate::corpus::from_keys::keys::{bulks, header};
use crate::subject::Subject;

const NOW: i64 = 1_000_000;

fn set(subject: &mut Subject, key: &str) {
    subject.execute_at(NOW, &[b"SET", key.as_bytes(), b"value"]);
}

/// Sets a key that has expired this many milliseconds later.
fn set_until(subject: &mut Subject, key: &str, ms: i64) {
    let ms = (NOW + ms).to_string();
    subject.execute_at(NOW, &[b"SET", key.as_bytes(), b"value", b"PXAT", ms.as_bytes()]);
}

/// Returns the next cursor and the keys.
fn scan(subject: &mut Subject, cursor: u64, count: i64, now: i64) -> (u64, Vec<Vec<u8>>) {
    let (cursor, count) = (cursor.to_string(), count.to_string());
    let args: [&[u8]; 4] = [b"SCAN", cursor.as_bytes(), b"COUNT", count.as_bytes()];
    let reply = subject.execute_at(now, &args);
    let (2, rest) = header(&reply, b'*') else { panic!("{}", shown(&reply)) };
    let (length, rest) = header(rest, b'$');
    let next = str::from_utf8(&rest[..length]).ok().and_then(|next| next.parse().ok());
    (next.expect("a cursor"), bulks(&rest[length + 2..]))
}

/// Returns how many keys there are, including expired ones that are not removed.
fn size(subject: &mut Subject) -> usize {
    header(&subject.execute_at(NOW, &[b"DBSIZE"]), b':').0
}

/// Walks through all keys, and does something after each call. Returns what was found, and how many
/// calls it took.
fn walk(
    subject: &mut Subject,
    count: i64,
    mut meanwhile: impl FnMut(&mut Subject, usize),
) -> (Vec<String>, usize) {
    let (mut cursor, mut found, mut calls) = (0, Vec::new(), 0);
    loop {
        let (next, keys) = scan(subject, cursor, count, NOW);
        found.extend(keys.into_iter().map(|key| String::from_utf8(key).expect("a text")));
        meanwhile(subject, calls);
        calls += 1;
        assert!(next < 1 << 48, "JavaScript cannot count to {next}");
        if next == 0 {
            return (found, calls);
        }
        assert!(next > cursor, "{next} comes after {cursor}");
        cursor = next;
    }
}

#[test]
fn a_walk_without_changes_finds_every_key_once() {
    for keys in [0, 1, 2, 10, 1000, 20_000] {
        let mut subject = Subject::default();
        (0..keys).for_each(|number| set(&mut subject, &number.to_string()));
        for count in [1, 10, 1000, i64::MAX] {
            let (mut found, calls) = walk(&mut subject, count, |_, _| ());
            found.sort();
            found.dedup();
            assert_eq!(found.len(), keys, "{count} at a time");
            assert!(
                calls as i64 <= 256 + 2 * keys as i64 / count,
                "{calls} calls for {keys}, {count} at a time"
            );
        }
    }
}

#[test]
fn what_is_there_all_the_while_is_found_though_others_come_and_go() {
    let mut subject = Subject::default();
    (0..500).for_each(|number| set(&mut subject, &format!("stays:{number}")));
    (0..500).for_each(|number| set_until(&mut subject, &format!("goes:{number}"), 1));
    // The tables grow to twenty times their size, and half of what was there is removed.
    let (found, _) = walk(&mut subject, 10, |subject, call| {
        let new = if call < 100 { 200 } else { 0 };
        (0..new).for_each(|number| set(subject, &format!("comes:{call}:{number}")));
        let number = call * 5..call * 5 + 5;
        number.for_each(|n| {
            subject.execute_at(NOW + 2, &[b"GET", format!("goes:{n}").as_bytes()]);
        });
    });
    let stayed: BTreeSet<&String> = found.iter().filter(|key| key.starts_with("stays:")).collect();
    assert_eq!(stayed.len(), 500);
}

#[test]
fn a_call_brings_little_more_than_it_was_asked_for() {
    let mut subject = Subject::default();
    (0..50_000).for_each(|number| set(&mut subject, &number.to_string()));
    for count in [1, 10, 100] {
        let mut cursor = 0;
        for _ in 0..100 {
            let (next, keys) = scan(&mut subject, cursor, count, NOW);
            assert!(keys.len() as i64 <= count + 1, "{} keys of {count}", keys.len());
            cursor = next;
        }
    }
}

#[test]
fn a_call_looks_at_ten_times_as_many_slots_as_it_was_asked_for_and_no_more() {
    let mut subject = Subject::default();
    (0..100_000).for_each(|number| set_until(&mut subject, &number.to_string(), 0));
    let (mut next, mut calls, mut before) = (0, 0, size(&mut subject));
    loop {
        let (cursor, keys) = scan(&mut subject, next, 5, NOW + 1);
        assert_eq!(keys, [b""; 0]);
        let left = size(&mut subject);
        let removed = before - left;
        assert!(removed <= 51, "{removed} keys were looked at");
        (next, calls, before) = (cursor, calls + 1, left);
        if next == 0 {
            break;
        }
    }
    // Expired keys are not only skipped: they are removed.
    assert_eq!(before, 0);
    assert!(calls >= 100_000 / 51, "{calls} calls");
}

#[test]
fn a_cursor_that_was_never_given_is_some_place_or_the_end() {
    let mut subject = Subject::default();
    (0..1000).for_each(|number| set(&mut subject, &number.to_string()));
    for cursor in [1, 255, 1 << 40, (1 << 48) - 1, 1 << 48, 1 << 63, u64::MAX] {
        let (next, keys) = scan(&mut subject, cursor, 10, NOW);
        assert!(next == 0 || next > cursor, "{next} after {cursor}");
        assert!(keys.len() <= 11);
        assert!(cursor >> 48 == 0 || (next, keys.len()) == (0, 0), "{cursor}");
    }
}

#[test]
fn two_walks_know_nothing_of_each_other() {
    let mut subject = Subject::default();
    (0..1000).for_each(|number| set(&mut subject, &number.to_string()));
    let (outer, _) = walk(&mut subject, 100, |subject, _| {
        assert_eq!(walk(subject, 300, |_, _| ()).0.len(), 1000);
    });
    assert_eq!(outer.len(), 1000);
}

#[test]
fn cursors_and_options_are_read_as_redis_reads_them() {
    const CURSOR: &str = r"-ERR invalid cursor\r\n";
    const SYNTAX: &str = r"-ERR syntax error\r\n";
    const INTEGER: &str = r"-ERR value is not an integer or out of range\r\n";
    const NOTHING: &str = r"*2\r\n$1\r\n0\r\n*0\r\n";
    const KEY: &str = r"*2\r\n$1\r\n0\r\n*1\r\n$3\r\nkey\r\n";
    let mut subject = Subject::default();
    subject.execute(&words("SET key value"));
    for (request, expected) in [
        ("SCAN 0", KEY),
        ("scan +0", KEY),
        ("SCAN 000", KEY),
        ("SCAN -0", KEY),
        ("SCAN 0\0x", KEY),
        ("SCAN ", KEY),
        ("SCAN 18446744073709551615", NOTHING),
        ("SCAN -1", NOTHING),
        ("SCAN 18446744073709551616", CURSOR),
        ("SCAN x", CURSOR),
        ("SCAN -", CURSOR),
        ("SCAN +", CURSOR),
        ("SCAN 0x", CURSOR),
        ("SCAN --1", CURSOR),
        ("SCAN \t0", CURSOR),
        ("SCAN x NOSUCH", CURSOR),
        ("SCAN 0 NOSUCH", SYNTAX),
        ("SCAN 0 COUNT", SYNTAX),
        ("SCAN 0 COUNT 0", SYNTAX),
        ("SCAN 0 COUNT -1", SYNTAX),
        ("SCAN 0 COUNT 0 COUNT 10", SYNTAX),
        ("SCAN 0 COUNT +1", INTEGER),
        ("SCAN 0 COUNT 9223372036854775808", INTEGER),
        ("SCAN 0 COUNT x NOSUCH y", INTEGER),
        ("SCAN 0 NOSUCH y COUNT x", SYNTAX),
        ("SCAN 0 COUNT 9223372036854775807", KEY),
        ("SCAN 0 count 5 COUNT 6", KEY),
        ("SCAN 0 MATCH k*", KEY),
        ("SCAN 0 MATCH K*", NOTHING),
        ("SCAN 0 match x match *", KEY),
        ("SCAN 0 MATCH * MATCH x", NOTHING),
        ("SCAN 0 TYPE string", KEY),
        ("SCAN 0 type STRING", KEY),
        ("SCAN 0 TYPE list", NOTHING),
        ("SCAN 0 TYPE nosuch", NOTHING),
        ("SCAN 0 TYPE list TYPE string MATCH ?ey COUNT 10", KEY),
    ] {
        assert_eq!(shown(&subject.execute(&words(request))), expected, "{request:?}");
    }
}

//! SCAN: that it finds every key, with bounded work for each call.

use std::collections::BTreeSet;

use stage_08::clock::UnixMillis;
use stage_08::db::{Db, Expiry};

use crate::request::{encoded, words};
use crate::subject::Subject;

const NOW: UnixMillis = UnixMillis(1_000_000);

fn set(db: &Db, key: &str, expiry: Expiry) {
    db.set(key.as_bytes(), b"value", expiry, NOW);
}

/// Walks through all keys, and does something after each call. Returns what was found, and how many
/// calls it took.
fn walk(db: &Db, count: usize, mut meanwhile: impl FnMut(usize)) -> (Vec<String>, usize) {
    let (mut cursor, mut found, mut calls) = (0, Vec::new(), 0);
    loop {
        let (next, keys) = db.scan(cursor, count, NOW);
        found.extend(keys.into_iter().map(|key| String::from_utf8(key).expect("a text")));
        meanwhile(calls);
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
        let db = Db::default();
        (0..keys).for_each(|number| set(&db, &number.to_string(), Expiry::Never));
        for count in [1, 10, 1000, usize::MAX] {
            let (mut found, calls) = walk(&db, count, |_| ());
            found.sort();
            found.dedup();
            assert_eq!(found.len(), keys, "{count} at a time");
            assert!(calls <= 256 + 2 * keys / count, "{calls} calls for {keys}, {count} at a time");
        }
    }
}

#[test]
fn what_is_there_all_the_while_is_found_though_others_come_and_go() {
    let db = Db::default();
    (0..500).for_each(|number| set(&db, &format!("stays:{number}"), Expiry::Never));
    let goes = Expiry::At(UnixMillis(NOW.0 + 1));
    (0..500).for_each(|number| set(&db, &format!("goes:{number}"), goes));
    // The tables grow to twenty times their size, and half of what was there is removed.
    let (found, _) = walk(&db, 10, |call| {
        let new = if call < 100 { 200 } else { 0 };
        (0..new).for_each(|number| set(&db, &format!("comes:{call}:{number}"), Expiry::Never));
        let number = call * 5..call * 5 + 5;
        number.for_each(|n| drop(db.get(format!("goes:{n}").as_bytes(), UnixMillis(NOW.0 + 2))));
    });
    let stayed: BTreeSet<&String> = found.iter().filter(|key| key.starts_with("stays:")).collect();
    assert_eq!(stayed.len(), 500);
}

#[test]
fn a_call_brings_little_more_than_it_was_asked_for() {
    let db = Db::default();
    (0..50_000).for_each(|number| set(&db, &number.to_string(), Expiry::Never));
    for count in [1, 10, 100] {
        let mut cursor = 0;
        for _ in 0..100 {
            let (next, keys) = db.scan(cursor, count, NOW);
            assert!(keys.len() <= count + 1, "{} keys of {count}", keys.len());
            cursor = next;
        }
    }
}

#[test]
fn a_call_looks_at_ten_times_as_many_slots_as_it_was_asked_for_and_no_more() {
    let db = Db::default();
    let goes = Expiry::At(NOW);
    (0..100_000).for_each(|number| set(&db, &number.to_string(), goes));
    let later = UnixMillis(NOW.0 + 1);
    let (mut next, mut calls, mut before) = (0, 0, db.len());
    loop {
        let (cursor, keys) = db.scan(next, 5, later);
        assert_eq!(keys, [b""; 0]);
        let removed = before - db.len();
        assert!(removed <= 51, "{removed} keys were looked at");
        (next, calls, before) = (cursor, calls + 1, db.len());
        if next == 0 {
            break;
        }
    }
    // What has expired is not only passed over: it is gone.
    assert_eq!(db.len(), 0);
    assert!(calls >= 100_000 / 51, "{calls} calls");
}

#[test]
fn a_cursor_that_was_never_given_is_some_place_or_the_end() {
    let db = Db::default();
    (0..1000).for_each(|number| set(&db, &number.to_string(), Expiry::Never));
    for cursor in [1, 255, 1 << 40, (1 << 48) - 1, 1 << 48, 1 << 63, u64::MAX] {
        let (next, keys) = db.scan(cursor, 10, NOW);
        assert!(next == 0 || next > cursor, "{next} after {cursor}");
        assert!(keys.len() <= 11);
        assert!(cursor >> 48 == 0 || (next, keys.len()) == (0, 0), "{cursor}");
    }
}

#[test]
fn two_walks_know_nothing_of_each_other() {
    let db = Db::default();
    (0..1000).for_each(|number| set(&db, &number.to_string(), Expiry::Never));
    let (outer, _) = walk(&db, 100, |_| assert_eq!(walk(&db, 300, |_| ()).0.len(), 1000));
    assert_eq!(outer.len(), 1000);
}

#[test]
fn cursors_and_options_are_read_as_redis_reads_them() {
    const CURSOR: &str = r"-ERR invalid cursor\r\n";
    const SYNTAX: &str = r"-ERR syntax error\r\n";
    const INTEGER: &str = r"-ERR value is not an integer or out of range\r\n";
    const NOTHING: &str = r"*2\r\n$1\r\n0\r\n*0\r\n";
    const KEY: &str = r"*2\r\n$1\r\n0\r\n*1\r\n$3\r\nkey\r\n";
    let subject = Subject::default();
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
        assert_eq!(encoded(&subject.execute(&words(request))), expected, "{request:?}");
    }
}

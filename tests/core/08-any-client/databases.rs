//! Dumps of several databases: every key is where it was saved.

use std::fs;
use std::path::Path;

use crate::corpus::from_echo::request::shown;
use crate::corpus::from_keys::keys::header;
use crate::corpus::from_rdb_read::dump::{NOW, counts, dump, memory_for};
use crate::corpus::from_rdb_read::rdb::{LAST, key};
use crate::subject::Subject;

/// How many databases a server has.
const DATABASES: usize = 16;

/// Returns the reply to a request in one of the databases.
fn ask(subject: &mut Subject, database: usize, args: &[&[u8]]) -> Vec<u8> {
    subject.execute_at(NOW, &[b"SELECT", database.to_string().as_bytes()]);
    subject.execute_at(NOW, args)
}

/// Returns how many keys each database has.
fn sizes(subject: &mut Subject) -> [usize; DATABASES] {
    std::array::from_fn(|database| header(&ask(subject, database, &[b"KEYS", b"*"]), b'*').0)
}

fn assert_holds(subject: &mut Subject, database: usize, key: &[u8], value: &str) {
    let expected = format!("${}\\r\\n{value}\\r\\n", value.len());
    assert_eq!(shown(&ask(subject, database, &[b"GET", key])), expected, "database {database}");
}

#[test]
fn the_keys_of_all_databases_are_where_they_were_saved() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/databases.rdb");
    let mut subject = Subject::default();
    let loaded = subject.load(&fs::read(file).expect("a file"), NOW).expect("a sound dump");
    assert_eq!(loaded, "8 keys, 0 expired");
    assert_eq!(sizes(&mut subject), [2, 2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 2]);
    for number in [0, 1, 9, 15] {
        assert_holds(&mut subject, number, b"who", &format!("database-{number}"));
    }
}

#[test]
fn every_database_gets_its_own_keys_and_one_that_there_is_not_gets_none() {
    for (select, number) in [
        (&b""[..], Some(0)),
        (b"\xfe\x00", Some(0)),
        (b"\xfe\x01", Some(1)),
        (b"\xfe\x0f", Some(15)),
        (b"\xfe\x80\x00\x00\x00\x07", Some(7)),
        (b"\xfe\x10", None),
        (b"\xfe\x80\xff\xff\xff\xff", None),
        (b"\xfe\x81\xff\xff\xff\xff\xff\xff\xff\xff", None),
        (b"\xfe\x81\x00\x00\x00\x01\x00\x00\x00\x00", None),
        (b"\xfe\x01\xfe\x00", Some(0)),
        (b"\xfe\x11\xfe\x02", Some(2)),
    ] {
        let bytes = dump(&[select, &key(b"\x01v"), b"\xfe\x00", LAST]);
        let mut subject = Subject::default();
        let counts = counts(&subject.load(&bytes, NOW).expect("a sound dump"));
        let expected = std::array::from_fn(|index| {
            usize::from(index == 0) + usize::from(Some(index) == number)
        });
        assert_eq!(sizes(&mut subject), expected, "{}", select.escape_ascii());
        if let Some(number) = number {
            assert_holds(&mut subject, number, b"k", "v");
        }
        let elsewhere = u64::from(number.is_none());
        let skipped = counts.get("keys of other databases").copied().unwrap_or(0);
        assert_eq!((skipped, counts.len() as u64), (elsewhere, 2 + elsewhere));
        assert_eq!(counts["keys"], 2 - elsewhere);
    }
}

#[test]
fn a_deadline_and_a_key_that_comes_twice_count_in_every_database() {
    let (one, other) = (&key(b"\x01v")[..], &key(b"\x01w")[..]);
    let past: &[u8] = b"\xfc\x01\x00\x00\x00\x00\x00\x00\x00";
    let mut subject = Subject::default();
    let loaded = subject.load(&dump(&[one, b"\xfe\x01", past, other, other]), NOW);
    assert_eq!(loaded.expect("a sound dump"), "2 keys, 1 expired");
    assert_holds(&mut subject, 0, b"k", "v");
    assert_holds(&mut subject, 1, b"k", "w");
    let error = Subject::default().load(&dump(&[one, b"\xfe\x01", other, other]), NOW);
    let error = error.expect_err("a key that comes twice").to_string();
    assert_eq!(error, "byte 21 should be a new key, but is 'k' again");
}

#[test]
fn a_hint_of_how_many_keys_will_come_may_lie() {
    let long_key = [&b"\x00\x80\x00\x04\x93\xe0"[..], &[b'k'; 300_000], b"\x00"].concat();
    let unannounced = memory_for(&[&long_key]);
    for hint in [&b"\xfb\x80\x00\x10\x00\x00\x00"[..], b"\xfb\x00\x00"] {
        // A table may begin with a few slots more or less.
        let more = memory_for(&[hint, &long_key]).abs_diff(unannounced);
        assert!(more < 1000, "{more} bytes more, or less");
    }
}

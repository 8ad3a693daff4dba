//! KEYS: which keys it lists.

use stage_08::clock::UnixMillis;
use stage_08::db::{Db, Expiry};
use stage_08::glob::Glob;

use crate::request::encoded;
use crate::subject::Subject;

const NOW: UnixMillis = UnixMillis(1_000_000);

/// Returns the keys that match, in order.
fn keys(db: &Db, pattern: &[u8], now: UnixMillis) -> Vec<Vec<u8>> {
    let mut keys = db.keys(&Glob { pattern, ignore_case: false }, now);
    keys.sort();
    keys
}

fn db_with(keys: &[&[u8]]) -> Db {
    let db = Db::default();
    keys.iter().for_each(|key| db.set(key, b"value", Expiry::Never, NOW));
    db
}

#[test]
fn keys_lists_the_matching_keys_byte_for_byte() {
    let db = db_with(&[b"", b"\x00", b"a\r\nb", b"hello", b"hallo", b"HELLO", b"\xff\xfe", b"a b"]);
    let table: [(&[u8], &[&[u8]]); 10] = [
        (b"*", &[b"", b"\x00", b"HELLO", b"a\r\nb", b"a b", b"hallo", b"hello", b"\xff\xfe"]),
        (b"", &[b""]),
        (b"**", &[b"\x00", b"HELLO", b"a\r\nb", b"a b", b"hallo", b"hello", b"\xff\xfe"]),
        (b"h?llo", &[b"hallo", b"hello"]),
        (b"hello", &[b"hello"]),
        (b"?", &[b"\x00"]),
        (b"a\r*", &[b"a\r\nb"]),
        (b"[\xff]*", &[b"\xff\xfe"]),
        (b"??", &[b"\xff\xfe"]),
        (b"nobody", &[]),
    ];
    for (pattern, expected) in table {
        assert_eq!(keys(&db, pattern, NOW), expected, "{}", pattern.escape_ascii());
    }
}

#[test]
fn keys_lists_no_key_that_is_past_its_deadline() {
    let db = db_with(&[b"stays"]);
    db.set(b"goes", b"value", Expiry::At(UnixMillis(NOW.0 + 5)), NOW);
    assert_eq!(keys(&db, b"*", UnixMillis(NOW.0 + 5)), [&b"goes"[..], b"stays"]);
    assert_eq!(keys(&db, b"*", UnixMillis(NOW.0 + 6)), [b"stays"]);
    assert_eq!(keys(&db, b"goes", UnixMillis(NOW.0 + 6)), [b""; 0]);
}

#[test]
fn keys_changes_nothing() {
    let db = db_with(&[b"a", b"b"]);
    for _ in 0..3 {
        assert_eq!(keys(&db, b"*", NOW), [b"a", b"b"]);
    }
    assert_eq!(db.get(b"a", NOW).as_deref(), Some(&b"value"[..]));
}

#[test]
fn keys_tells_letter_case_apart_and_takes_exactly_one_pattern() {
    let subject = Subject::default();
    subject.execute(&[b"SET", b"Key", b"value"]);
    for (request, reply) in [
        (&[&b"KEYS"[..], b"K*"][..], "*1\\r\\n$3\\r\\nKey\\r\\n"),
        (&[b"keys", b"k*"], "*0\\r\\n"),
        (&[b"KEYS"], "-ERR wrong number of arguments for \\'keys\\' command\\r\\n"),
        (&[b"KEYS", b"*", b"*"], "-ERR wrong number of arguments for \\'keys\\' command\\r\\n"),
    ] {
        assert_eq!(encoded(&subject.execute(request)), reply);
    }
}

#[test]
fn keys_lists_a_key_that_a_dump_has_brought() {
    let db = Db::default();
    assert!(db.load(b"loaded", b"value", Some(UnixMillis(NOW.0))));
    assert_eq!(keys(&db, b"l*d", NOW), [b"loaded"]);
    assert_eq!(keys(&db, b"l*d", UnixMillis(NOW.0 + 1)), [b""; 0]);
}

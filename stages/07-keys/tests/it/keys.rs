//! KEYS: which keys it lists.

use std::io::{ErrorKind, Read};
use std::net::TcpStream;
#[cfg(unix)]
use std::{
    process::Command,
    thread,
    time::{Duration, Instant},
};

use stage_07::clock::UnixMillis;
use stage_07::db::{Db, Expiry};
use stage_07::glob::Glob;

use crate::connection::{MIB, expect, ping, send};
use crate::request::{array, encoded};
#[cfg(unix)]
use crate::server::PATIENCE;
use crate::server::Server;
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

/// Sends a KEYS that takes minutes: at each of a million places, a hundred thousand bytes of the
/// key are as in the pattern, and then there is none of its last.
fn send_slow_keys(client: &mut TcpStream) {
    let (key, pattern) = ("a".repeat(MIB), format!("*{}b", "a".repeat(100_000)));
    send(client, &array(&["SET", &key, ""]));
    expect(client, b"+OK\r\n");
    send(client, &array(&["KEYS", &pattern]));
}

#[test]
fn others_are_served_while_keys_is_at_work() {
    let server = Server::start(&[]);
    let (mut slow, mut other) = (server.connect(), server.connect());
    send_slow_keys(&mut slow);
    // So many keys that some are in the same shard as the long one.
    for number in 0..5000 {
        ping(&mut other);
        send(&mut other, &array(&["SET", &number.to_string(), "v"]));
        expect(&mut other, b"+OK\r\n");
    }
    slow.set_nonblocking(true).expect("an option of the socket");
    let error = slow.read(&mut [0]).expect_err("nothing yet");
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
}

#[cfg(unix)]
#[test]
fn a_server_that_is_asked_to_end_does_not_wait_for_keys() {
    let mut server = Server::start(&[]);
    let mut slow = server.connect();
    send_slow_keys(&mut slow);
    ping(&mut server.connect());
    let pid = server.process.id().to_string();
    let sent = Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs");
    assert!(sent.success());
    let end = slow.read(&mut [0]).expect("the end of the connection");
    assert_eq!(end, 0);
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        if let Some(status) = server.process.try_wait().expect("a process of ours") {
            break status;
        }
        assert!(Instant::now() < deadline, "it goes on");
        thread::sleep(Duration::from_millis(10));
    };
    assert!(status.success(), "{status}");
}

//! KEYS: which keys it lists.

use crate::corpus::from_echo::request::shown;
use crate::corpus::from_rdb_read::dump::dump;
use crate::subject::Subject;

const NOW: i64 = 1_000_000;

/// Returns the bulks of an array.
pub fn bulks(reply: &[u8]) -> Vec<Vec<u8>> {
    let (mut count, mut rest) = header(reply, b'*');
    let mut bulks = Vec::new();
    while count > 0 {
        let (length, bytes) = header(rest, b'$');
        bulks.push(bytes[..length].to_vec());
        assert_eq!(&bytes[length..length + 2], b"\r\n", "{}", shown(reply));
        (count, rest) = (count - 1, &bytes[length + 2..]);
    }
    assert_eq!(shown(rest), "", "after the last bulk of {}", shown(reply));
    bulks
}

/// Returns the number at the start of an array or a bulk, and what comes after it.
pub fn header(reply: &[u8], kind: u8) -> (usize, &[u8]) {
    let end = reply.windows(2).position(|pair| pair == b"\r\n").expect("the end of a line");
    assert_eq!(reply[0], kind, "{}", shown(reply));
    let number = str::from_utf8(&reply[1..end]).ok().and_then(|number| number.parse().ok());
    (number.expect("a number"), &reply[end + 2..])
}

/// Returns the keys that match, in order.
fn keys(subject: &mut Subject, pattern: &[u8], now: i64) -> Vec<Vec<u8>> {
    let mut keys = bulks(&subject.execute_at(now, &[b"KEYS", pattern]));
    keys.sort();
    keys
}

fn subject_with(keys: &[&[u8]]) -> Subject {
    let mut subject = Subject::default();
    for key in keys {
        subject.execute_at(NOW, &[b"SET", key, b"value"]);
    }
    subject
}

#[test]
fn keys_lists_the_matching_keys_byte_for_byte() {
    let mut subject =
        subject_with(&[b"", b"\x00", b"a\r\nb", b"hello", b"hallo", b"HELLO", b"\xff\xfe", b"a b"]);
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
        assert_eq!(keys(&mut subject, pattern, NOW), expected, "{}", pattern.escape_ascii());
    }
}

#[test]
fn keys_lists_no_key_that_is_past_its_deadline() {
    let mut subject = subject_with(&[b"stays"]);
    subject.execute_at(NOW, &[b"SET", b"goes", b"value", b"PX", b"5"]);
    assert_eq!(keys(&mut subject, b"*", NOW + 5), [&b"goes"[..], b"stays"]);
    assert_eq!(keys(&mut subject, b"*", NOW + 6), [b"stays"]);
    assert_eq!(keys(&mut subject, b"goes", NOW + 6), [b""; 0]);
}

#[test]
fn keys_changes_nothing() {
    let mut subject = subject_with(&[b"a", b"b"]);
    for _ in 0..3 {
        assert_eq!(keys(&mut subject, b"*", NOW), [b"a", b"b"]);
    }
    assert_eq!(subject.execute_at(NOW, &[b"GET", b"a"]), b"$5\r\nvalue\r\n");
}

#[test]
fn keys_tells_letter_case_apart_and_takes_exactly_one_pattern() {
    let mut subject = Subject::default();
    subject.execute(&[b"SET", b"Key", b"value"]);
    for (request, reply) in [
        (&[&b"KEYS"[..], b"K*"][..], "*1\\r\\n$3\\r\\nKey\\r\\n"),
        (&[b"keys", b"k*"], "*0\\r\\n"),
        (&[b"KEYS"], "-ERR wrong number of arguments for \\'keys\\' command\\r\\n"),
        (&[b"KEYS", b"*", b"*"], "-ERR wrong number of arguments for \\'keys\\' command\\r\\n"),
    ] {
        assert_eq!(shown(&subject.execute(request)), reply);
    }
}

#[test]
fn keys_lists_a_key_that_a_dump_has_brought() {
    let mut subject = Subject::default();
    let deadline = [b"\xfc", &NOW.to_le_bytes()[..]].concat();
    subject.load(&dump(&[&deadline, b"\x00\x06loaded\x05value"]), NOW).expect("a sound dump");
    assert_eq!(keys(&mut subject, b"l*d", NOW), [b"loaded"]);
    assert_eq!(keys(&mut subject, b"l*d", NOW + 1), [b""; 0]);
}

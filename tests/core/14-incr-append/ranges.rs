//! APPEND and SETRANGE: what a value may take, and what that costs.

use allocation_counter::measure;

use crate::corpus::from_echo::request::{shown, words};
use crate::subject::Subject;

const MIB: i64 = 1024 * 1024;

#[test]
fn a_value_that_would_be_too_long_takes_no_memory() {
    const TOO_LONG: &str = r"-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n";
    const NEGATIVE: &str = r"-ERR offset is out of range\r\n";
    let mut subject = Subject::default();
    subject.execute(&words("SET k v"));
    for (request, expected) in [
        ("SETRANGE k 536870911 ab", TOO_LONG),
        ("SETRANGE k 536870912 a", TOO_LONG),
        ("SETRANGE nokey 536870912 a", TOO_LONG),
        ("SETRANGE k 9223372036854775807 a", TOO_LONG),
        ("SETRANGE k -1 a", NEGATIVE),
        ("SETRANGE k -9223372036854775808 ", NEGATIVE),
        ("SETRANGE k 9223372036854775807 ", r":1\r\n"),
        ("SETRANGE nokey 5 ", r":0\r\n"),
    ] {
        let taken = measure(|| {
            assert_eq!(shown(&subject.execute(&words(request))), expected, "{request}");
        });
        assert!(taken.bytes_max < 100_000, "{request}: {} bytes", taken.bytes_max);
        assert_eq!(shown(&subject.execute(&words("EXISTS nokey"))), r":0\r\n", "{request}");
    }
}

#[test]
fn a_value_takes_exactly_its_bytes_however_it_grows() {
    let mut subject = Subject::default();
    let mut length = subject.execute(&words("SET k v")).len() as i64 - 4;
    let taken = measure(|| {
        for number in 0..2000 {
            let part = vec![b'x'; number % 100];
            subject.execute(&[b"APPEND", b"k", &part]);
            length += part.len() as i64;
        }
        subject.execute(&words("SETRANGE k 5000000 end"));
    });
    assert_eq!(taken.bytes_current, 5_000_003 - 1);
    let reply = subject.execute(&words("GETRANGE k 98999 99001"));
    assert_eq!((length, shown(&reply)), (99_001, r"$3\r\nxx\x00\r\n".into()));
    let gap = subject.execute(&words("GETRANGE k 99001 4999999"));
    assert!(gap.ends_with(b"\0\r\n") && gap[10..gap.len() - 2].iter().all(|byte| *byte == 0));
}

#[test]
fn a_gap_is_allocated_once() {
    let mut subject = Subject::default();
    subject.execute(&words("SET k v"));
    let taken = measure(|| {
        subject.execute(&[b"SETRANGE", b"k", (64 * MIB - 1).to_string().as_bytes(), b"x"]);
    });
    let (most, now) = (taken.bytes_max as i64, taken.bytes_current);
    assert!((64 * MIB - 1..64 * MIB + 1000).contains(&now) && most < now + 1000, "{most}, {now}");
}

#[test]
fn ends_of_a_range_are_any_integers() {
    const SYNTAX: &str = r"-ERR value is not an integer or out of range\r\n";
    let mut subject = Subject::default();
    subject.execute(&words("SET k Hello"));
    for (range, expected) in [
        ("0 9223372036854775807", r"$5\r\nHello\r\n"),
        ("-9223372036854775808 9223372036854775807", r"$5\r\nHello\r\n"),
        ("-9223372036854775808 -9223372036854775808", r"$1\r\nH\r\n"),
        ("9223372036854775807 9223372036854775807", r"$0\r\n\r\n"),
        ("9223372036854775807 0", r"$0\r\n\r\n"),
        ("0 -100", r"$1\r\nH\r\n"),
        ("-1 -5", r"$0\r\n\r\n"),
        ("4 5", r"$1\r\no\r\n"),
        ("5 5", r"$0\r\n\r\n"),
        ("0 9223372036854775808", SYNTAX),
        ("x 0", SYNTAX),
        ("0 +1", SYNTAX),
    ] {
        for name in ["GETRANGE", "SUBSTR"] {
            let request = format!("{name} k {range}");
            assert_eq!(shown(&subject.execute(&words(&request))), expected, "{request}");
        }
    }
}

/// An entry's bytes are its flags, its key, and its value.
#[test]
fn a_part_is_written_beside_a_key_and_a_deadline_of_any_length() {
    for length in [1, 126, 127, 300] {
        for option in [&[][..], &[&b"PX"[..], b"1000"]] {
            let mut subject = Subject::default();
            let key = vec![b'k'; length];
            subject.execute(&[&[b"SET", &key[..], b"value"], option].concat());
            subject.execute(&[b"SETRANGE", &key, b"1", b"AL"]);
            subject.execute(&[b"APPEND", &key, b"s"]);
            subject.execute(&[b"SETRANGE", &key, b"1000", b"!"]);
            let reply = shown(&subject.execute(&[b"GETRANGE", &key, b"0", b"6"]));
            assert_eq!(reply, r"$7\r\nvALues\x00\r\n");
            let left = if option.is_empty() { r":-1\r\n" } else { r":1000\r\n" };
            assert_eq!(shown(&subject.execute(&[b"PTTL", &key])), left);
        }
    }
}

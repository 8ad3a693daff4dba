//! Expiry: the options of SET, and when a key is gone.

use allocation_counter::measure;

use crate::request::{encoded, words};
use crate::subject::{NOW, Subject};

const OK: &str = r"+OK\r\n";
const SYNTAX: &str = r"-ERR syntax error\r\n";
const NOT_AN_INTEGER: &str = r"-ERR value is not an integer or out of range\r\n";
const INVALID: &str = r"-ERR invalid expire time in \'set\' command\r\n";

/// The options with a number.
const TIMES: [&str; 4] = ["EX", "PX", "EXAT", "PXAT"];

impl Subject {
    /// Returns the reply to a request at `NOW`.
    fn say(&self, request: &str) -> String {
        encoded(&self.execute(&words(request)))
    }

    /// Returns the value of the key `k` at that moment.
    fn value_at(&self, now: i64) -> Option<String> {
        let reply = encoded(&self.execute_at(now, &[b"GET", b"k"]));
        (reply != r"$-1\r\n").then_some(reply)
    }

    /// Returns whether the key `k` lives at that moment. If not, it is gone for good.
    fn lives_at(&self, now: i64) -> bool {
        self.value_at(now).is_some()
    }
}

/// Returns the reply to a SET with these options.
fn set(options: &str) -> String {
    Subject::default().say(&format!("SET k v {options}"))
}

/// Holds a SET with these options to the last moment at which its key lives.
fn check_deadline(options: &str, deadline: i64) {
    let subject = Subject::default();
    assert_eq!(subject.say(&format!("SET k v {options}")), OK, "{options}");
    for (now, lives) in [(NOW, NOW <= deadline), (deadline, true), (deadline + 1, false)] {
        // A key that is found to be gone is gone, so every moment gets a key of its own.
        let subject = Subject::default();
        subject.say(&format!("SET k v {options}"));
        assert_eq!(subject.lives_at(now), lives, "{options} at {now}");
    }
}

#[test]
fn a_key_lives_at_its_deadline_and_is_gone_a_millisecond_later() {
    for (options, deadline) in [
        ("EX 1".to_owned(), NOW + 1000),
        ("EX 10".to_owned(), NOW + 10_000),
        ("PX 1".to_owned(), NOW + 1),
        ("PX 1500".to_owned(), NOW + 1500),
        (format!("EXAT {}", NOW / 1000 + 1), NOW + 1000),
        (format!("EXAT {}", NOW / 1000), NOW),
        (format!("PXAT {}", NOW + 1), NOW + 1),
        (format!("PXAT {NOW}"), NOW),
    ] {
        check_deadline(&options, deadline);
    }
}

#[test]
fn a_deadline_in_the_past_is_accepted_and_ends_the_old_value_too() {
    for options in ["EXAT 1", "PXAT 1", "PXAT 1699999999999", "EXAT 1699999999"] {
        let subject = Subject::default();
        subject.say("SET k old");
        assert_eq!(subject.say(&format!("SET k new {options}")), OK, "{options}");
        assert!(!subject.lives_at(NOW), "{options}");
    }
}

#[test]
fn options_are_read_in_any_letter_case() {
    for (options, deadline) in [
        ("ex 10", NOW + 10_000),
        ("eX 10", NOW + 10_000),
        ("pX 10", NOW + 10),
        ("exAT 1700000001", NOW + 1000),
        ("pXaT 1700000000001", NOW + 1),
    ] {
        check_deadline(options, deadline);
    }
    assert_eq!(set("keepTTL"), OK);
}

#[test]
fn what_is_no_option_is_a_syntax_error() {
    for options in [
        "FOO",
        "",
        " EX 10",
        "10",
        "10 EX",
        "KEEPTT",
        "KEEPTTLX",
        "PXATX 1",
        "E 1",
        "EX10",
        "EX 10 10",
        "EX 10 FOO",
        "EX EX 10",
        "EX PX 10",
        "KEEPTTL 10",
        "KEEPTTL FOO",
    ] {
        assert_eq!(set(options), SYNTAX, "{options:?}");
    }
    assert_eq!(encoded(&Subject::default().execute(&[b"SET", b"k", b"v", b"EX\0", b"10"])), SYNTAX);
}

#[test]
fn a_time_needs_its_number() {
    for option in TIMES {
        assert_eq!(set(option), SYNTAX, "{option}");
        assert_eq!(set(&format!("{option} 10 {option}")), SYNTAX, "{option}");
        // Whatever comes next is the number.
        for other in TIMES.into_iter().chain(["KEEPTTL", "FOO"]) {
            assert_eq!(set(&format!("{option} {other}")), NOT_AN_INTEGER, "{option} {other}");
        }
    }
}

#[test]
fn two_different_options_contradict_each_other() {
    let options = ["EX 10", "PX 10", "EXAT 1700000001", "PXAT 1700000000001", "KEEPTTL"];
    for first in options {
        for second in options {
            let expected = if first == second { OK } else { SYNTAX };
            assert_eq!(set(&format!("{first} {second}")), expected, "{first} {second}");
            let third = format!("{first} {second} {first}");
            assert_eq!(set(&third), expected, "{third}");
        }
    }
}

#[test]
fn of_an_option_given_twice_only_the_last_number_counts() {
    check_deadline("EX 10 EX 20", NOW + 20_000);
    check_deadline("EX 20 EX 10", NOW + 10_000);
    check_deadline("PX 20 px 10 PX 15", NOW + 15);
    check_deadline("EXAT 1700000009 EXAT 1700000001", NOW + 1000);
    check_deadline("PXAT 1700000000009 PXAT 1700000000001", NOW + 1);
    check_deadline("EX abc EX 10", NOW + 10_000);
    check_deadline("EX 0 EX 10", NOW + 10_000);
    assert_eq!(set("EX 10 EX abc"), NOT_AN_INTEGER);
    assert_eq!(set("EX 10 EX 0"), INVALID);
}

#[test]
fn syntax_is_checked_before_any_number() {
    for options in ["EX abc FOO", "EX 0 FOO", "PX -1 10", "EXAT abc PX 10", "PXAT 0 KEEPTTL"] {
        assert_eq!(set(options), SYNTAX, "{options}");
    }
}

#[test]
fn a_time_is_a_plain_decimal_integer() {
    for option in TIMES {
        for number in [
            "",
            "abc",
            "+5",
            "007",
            "00",
            "-0",
            "5.0",
            "5e3",
            "-",
            "--5",
            "0x10",
            "5a",
            "5\n",
            "9223372036854775808",
            "-9223372036854775809",
            "18446744073709551616",
        ] {
            let reply = set(&format!("{option} {number}"));
            assert_eq!(reply, NOT_AN_INTEGER, "{option} {number:?}");
        }
        for number in ["0", "-1", "-9223372036854775808"] {
            assert_eq!(set(&format!("{option} {number}")), INVALID, "{option} {number}");
        }
    }
}

#[test]
fn a_deadline_beyond_64_bits_is_invalid() {
    let most_seconds = (i64::MAX - NOW) / 1000;
    for (option, last) in [("EX", most_seconds), ("PX", i64::MAX - NOW), ("EXAT", i64::MAX / 1000)]
    {
        assert_eq!(set(&format!("{option} {last}")), OK, "{option} {last}");
        assert_eq!(set(&format!("{option} {}", last + 1)), INVALID, "{option} {last} + 1");
        assert_eq!(set(&format!("{option} {}", i64::MAX)), INVALID, "{option}");
    }
    let subject = Subject::default();
    assert_eq!(subject.say(&format!("SET k v PXAT {}", i64::MAX)), OK);
    assert!(subject.lives_at(i64::MAX), "the last moment of all");
}

#[test]
fn a_refused_set_leaves_the_value_and_its_deadline() {
    for options in ["FOO", "EX", "EX abc", "EX 0", "PX 9223372036854775807", "EX 1 PX 1"] {
        let subject = Subject::default();
        subject.say("SET k old PX 10");
        let reply = subject.say(&format!("SET k new {options}"));
        assert!(reply.starts_with("-ERR "), "{options}: {reply}");
        assert_eq!(subject.value_at(NOW + 10).as_deref(), Some(r"$3\r\nold\r\n"), "{options}");
        assert!(!subject.lives_at(NOW + 11), "{options}");
    }
}

#[test]
fn a_set_without_options_takes_the_deadline_away() {
    let subject = Subject::default();
    subject.say("SET k old PX 10");
    subject.say("SET k new");
    assert_eq!(subject.value_at(i64::MAX).as_deref(), Some(r"$3\r\nnew\r\n"));
}

#[test]
fn a_new_deadline_takes_the_place_of_the_old_one() {
    for (first, second, deadline) in [("PX 10", "PX 20", NOW + 20), ("PX 20", "EX 1", NOW + 1000)] {
        let subject = Subject::default();
        subject.say(&format!("SET k old {first}"));
        subject.say(&format!("SET k new {second}"));
        assert_eq!(subject.value_at(deadline).as_deref(), Some(r"$3\r\nnew\r\n"));
        assert!(!subject.lives_at(deadline + 1));
    }
}

#[test]
fn keepttl_keeps_the_deadline_and_does_not_start_it_again() {
    let subject = Subject::default();
    subject.say("SET k old PX 10");
    subject.execute_at(NOW + 10, &words("SET k new KEEPTTL"));
    assert_eq!(subject.value_at(NOW + 10).as_deref(), Some(r"$3\r\nnew\r\n"));
    assert!(!subject.lives_at(NOW + 11));
}

#[test]
fn keepttl_gives_no_deadline_to_a_key_that_has_none() {
    for before in ["SET k old", "SET k old PXAT 1", "SET other old PX 10", "GET k"] {
        let subject = Subject::default();
        subject.say(before);
        subject.say("SET k new KEEPTTL");
        let value = subject.value_at(i64::MAX);
        assert_eq!(value.as_deref(), Some(r"$3\r\nnew\r\n"), "after {before}");
    }
}

#[test]
fn an_expired_key_can_be_set_again() {
    let subject = Subject::default();
    subject.say("SET k old PX 10");
    subject.execute_at(NOW + 11, &words("SET k new"));
    assert_eq!(subject.value_at(i64::MAX).as_deref(), Some(r"$3\r\nnew\r\n"));
}

#[test]
fn a_key_expires_and_its_neighbours_stay() {
    let subject = Subject::default();
    for request in ["SET j v", "SET k v PX 10", "SET l v PX 20", "SET kk v"] {
        subject.say(request);
    }
    assert!(!subject.lives_at(NOW + 11));
    for key in ["j", "l", "kk"] {
        let reply = subject.execute_at(NOW + 11, &[b"GET", key.as_bytes()]);
        assert_eq!(encoded(&reply), r"$1\r\nv\r\n", "{key}");
    }
}

#[test]
fn a_key_without_a_deadline_takes_no_room_for_one() {
    let subject = Subject::default();
    let added = measure(|| {
        for number in 100_000..200_000 {
            subject.say(&format!("SET {number} {number}"));
        }
    });
    // The bytes of keys and values, and tables of 2^17 places: two boxes in each, and a hash.
    let expected =
        100_000 * (6 + 6) + ((1 << 17) + 256 * 8) * (2 * size_of::<Box<[u8]>>() as i64 + 8);
    assert!(added.bytes_current < expected + 10_000, "{} bytes", added.bytes_current);
}

#[test]
fn an_expired_key_that_is_looked_up_leaves_nothing_behind() {
    let subject = Subject::default();
    let long = "x".repeat(5000);
    // From then on the table has room for it.
    subject.say(&format!("SET {long} {long} PX 1"));
    subject.execute_at(NOW + 2, &[b"GET", long.as_bytes()]);
    let added = measure(|| {
        subject.say(&format!("SET {long} {long} PX 1"));
    });
    assert!(added.bytes_current >= 10_000, "the key and its value");
    let removed = measure(|| {
        subject.execute_at(NOW + 2, &[b"GET", long.as_bytes()]);
    });
    assert_eq!(added.bytes_current + removed.bytes_current, 0);
}

//! Expiry: the options of SET, when a key is gone, and random ones beside a plain model.

use std::collections::BTreeSet;

use allocation_counter::measure;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::corpus::from_echo::hostile::config;
use crate::corpus::from_echo::request::{shown, words};
use crate::subject::{NOW, Subject, size_of_table};

const OK: &str = r"+OK\r\n";
pub const SYNTAX: &str = r"-ERR syntax error\r\n";
const NOT_AN_INTEGER: &str = r"-ERR value is not an integer or out of range\r\n";
const INVALID: &str = r"-ERR invalid expire time in \'set\' command\r\n";

/// The options with a number.
const TIMES: [&str; 4] = ["EX", "PX", "EXAT", "PXAT"];

impl Subject {
    /// Returns the reply to a request at `NOW`.
    pub fn say(&mut self, request: &str) -> String {
        shown(&self.execute(&words(request)))
    }

    /// Returns the value of the key `k` at this moment.
    fn value_at(&mut self, now: i64) -> Option<String> {
        let reply = shown(&self.execute_at(now, &[b"GET", b"k"]));
        (reply != r"$-1\r\n").then_some(reply)
    }

    /// Returns whether the key `k` exists at this moment. If not, it is gone for good.
    fn lives_at(&mut self, now: i64) -> bool {
        self.value_at(now).is_some()
    }
}

/// Returns the reply to a SET with these options.
pub fn set(options: &str) -> String {
    Subject::default().say(&format!("SET k v {options}"))
}

/// Checks the last moment at which the key of a SET with these options exists.
fn check_deadline(options: &str, deadline: i64) {
    let mut subject = Subject::default();
    assert_eq!(subject.say(&format!("SET k v {options}")), OK, "{options}");
    for (now, lives) in [(NOW, NOW <= deadline), (deadline, true), (deadline + 1, false)] {
        // A lookup removes an expired key, so every moment gets a key of its own.
        let mut subject = Subject::default();
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
        let mut subject = Subject::default();
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
    assert_eq!(shown(&Subject::default().execute(&[b"SET", b"k", b"v", b"EX\0", b"10"])), SYNTAX);
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
    let mut subject = Subject::default();
    assert_eq!(subject.say(&format!("SET k v PXAT {}", i64::MAX)), OK);
    assert!(subject.lives_at(i64::MAX), "the last moment of all");
}

#[test]
fn a_refused_set_leaves_the_value_and_its_deadline() {
    for options in ["FOO", "EX", "EX abc", "EX 0", "PX 9223372036854775807", "EX 1 PX 1"] {
        let mut subject = Subject::default();
        subject.say("SET k old PX 10");
        let reply = subject.say(&format!("SET k new {options}"));
        assert!(reply.starts_with("-ERR "), "{options}: {reply}");
        assert_eq!(subject.value_at(NOW + 10).as_deref(), Some(r"$3\r\nold\r\n"), "{options}");
        assert!(!subject.lives_at(NOW + 11), "{options}");
    }
}

#[test]
fn a_set_without_options_takes_the_deadline_away() {
    let mut subject = Subject::default();
    subject.say("SET k old PX 10");
    subject.say("SET k new");
    assert_eq!(subject.value_at(i64::MAX).as_deref(), Some(r"$3\r\nnew\r\n"));
}

#[test]
fn a_new_deadline_takes_the_place_of_the_old_one() {
    for (first, second, deadline) in [("PX 10", "PX 20", NOW + 20), ("PX 20", "EX 1", NOW + 1000)] {
        let mut subject = Subject::default();
        subject.say(&format!("SET k old {first}"));
        subject.say(&format!("SET k new {second}"));
        assert_eq!(subject.value_at(deadline).as_deref(), Some(r"$3\r\nnew\r\n"));
        assert!(!subject.lives_at(deadline + 1));
    }
}

#[test]
fn keepttl_keeps_the_deadline_and_does_not_start_it_again() {
    let mut subject = Subject::default();
    subject.say("SET k old PX 10");
    subject.execute_at(NOW + 10, &words("SET k new KEEPTTL"));
    assert_eq!(subject.value_at(NOW + 10).as_deref(), Some(r"$3\r\nnew\r\n"));
    assert!(!subject.lives_at(NOW + 11));
}

#[test]
fn keepttl_gives_no_deadline_to_a_key_that_has_none() {
    for before in ["SET k old", "SET k old PXAT 1", "SET other old PX 10", "GET k"] {
        let mut subject = Subject::default();
        subject.say(before);
        subject.say("SET k new KEEPTTL");
        let value = subject.value_at(i64::MAX);
        assert_eq!(value.as_deref(), Some(r"$3\r\nnew\r\n"), "after {before}");
    }
}

#[test]
fn an_expired_key_can_be_set_again() {
    let mut subject = Subject::default();
    subject.say("SET k old PX 10");
    subject.execute_at(NOW + 11, &words("SET k new"));
    assert_eq!(subject.value_at(i64::MAX).as_deref(), Some(r"$3\r\nnew\r\n"));
}

#[test]
fn a_key_expires_and_its_neighbours_stay() {
    let mut subject = Subject::default();
    for request in ["SET j v", "SET k v PX 10", "SET l v PX 20", "SET kk v"] {
        subject.say(request);
    }
    assert!(!subject.lives_at(NOW + 11));
    for key in ["j", "l", "kk"] {
        let reply = subject.execute_at(NOW + 11, &[b"GET", key.as_bytes()]);
        assert_eq!(shown(&reply), r"$1\r\nv\r\n", "{key}");
    }
}

#[test]
fn a_key_without_a_deadline_takes_no_room_for_one() {
    let mut subject = Subject::default();
    let added = measure(|| {
        for number in 100_000..180_000 {
            subject.say(&format!("SET {number} {number}"));
        }
    });
    // The bytes of keys and values, and tables of 2^17 slots.
    let expected = 80_000 * (6 + 6) + size_of_table(1 << 17);
    assert!(added.bytes_current < expected + 10_000, "{} bytes", added.bytes_current);
}

#[test]
fn an_expired_key_that_is_looked_up_leaves_nothing_behind() {
    let mut subject = Subject::default();
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

/// A key in a plain model: its value, and the last moment at which it lives.
type Key = Option<(Vec<u8>, Option<i128>)>;

/// Does to the model what a SET with these options does; returns the reply.
fn set_in_model(key: &mut Key, now: i64, value: &[u8], options: &[String]) -> &'static str {
    let mut names = BTreeSet::new();
    let mut last_number = None;
    let mut rest = options.iter();
    while let Some(option) = rest.next() {
        let name = option.to_ascii_uppercase();
        if TIMES.contains(&name.as_str()) {
            let Some(number) = rest.next() else { return SYNTAX };
            last_number = Some(number.as_str());
        } else if name != "KEEPTTL" {
            return SYNTAX;
        }
        names.insert(name);
    }
    let deadline = match (names.first(), last_number) {
        _ if names.len() > 1 => return SYNTAX,
        (Some(name), Some(number)) => {
            let Some(number) = number.parse::<i64>().ok().filter(|n| n.to_string() == number)
            else {
                return NOT_AN_INTEGER;
            };
            let unit = if name.starts_with("EX") { 1000 } else { 1 };
            let start = if name.ends_with("AT") { 0 } else { i128::from(now) };
            let deadline = i128::from(number) * unit + start;
            if number <= 0 || deadline > i128::from(i64::MAX) {
                return INVALID;
            }
            Some(deadline)
        }
        (Some(_), None) => live(key, now).and_then(|(_, deadline)| deadline),
        (None, _) => None,
    };
    *key = Some((value.to_vec(), deadline));
    OK
}

/// Returns what the model has at that moment.
fn live(key: &Key, now: i64) -> Key {
    key.clone().filter(|(_, deadline)| deadline.is_none_or(|last| i128::from(now) <= last))
}

/// Returns the reply to a GET at that moment, if the key lives.
fn value_in_model(key: &Key, now: i64) -> Option<String> {
    let (value, _) = live(key, now)?;
    Some(format!(r"${}\r\n{}\r\n", value.len(), value.escape_ascii()))
}

/// Returns options, mostly valid ones.
fn options() -> impl Strategy<Value = Vec<String>> {
    let name = select(&["EX", "PX", "EXAT", "PXAT", "KEEPTTL", "ex", "pX", "ExAt", "keepttl"][..]);
    let near = (-2000..4000_i64).prop_flat_map(|ms| {
        select(vec![ms, ms / 100, NOW + ms, (NOW + ms) / 1000, i64::MAX - NOW + ms])
    });
    let number = prop_oneof![
        8 => near.prop_map(|number| number.to_string()),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => vec(select(&b"-+0019 "[..]), 0..4).prop_map(|bytes| bytes.escape_ascii().to_string()),
    ];
    let option = prop_oneof![
        8 => (name, number).prop_map(|(name, number)| match name {
            "KEEPTTL" | "keepttl" => vec![name.to_owned()],
            _ => vec![name.to_owned(), number],
        }),
        1 => name_alone(),
    ];
    prop_oneof![1 => Just(Vec::new()), 6 => vec(option, 1..4)].prop_map(|options| options.concat())
}

fn name_alone() -> impl Strategy<Value = Vec<String>> {
    select(&["EX", "PXAT", "NOSUCH", "", "10", "KEEPTTLX"][..])
        .prop_map(|name| vec![name.to_owned()])
}

const SEEDS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/core/04-px-expiry/expiry.seeds");

proptest! {
    #![proptest_config(config(SEEDS))]

    #[test]
    fn any_options_do_what_a_plain_model_says(
        steps in vec((0..3000_i64, vec(any::<u8>(), 0..3), options()), 1..8),
    ) {
        let (mut subject, mut model) = (Subject::default(), None);
        let mut now = NOW;
        for (pause, value, options) in steps {
            now += pause;
            let found = subject.value_at(now);
            prop_assert_eq!(found, value_in_model(&model, now), "before {:?}", &options);
            let args = [&b"SET"[..], b"k", &value].into_iter();
            let args: Vec<&[u8]> = args.chain(options.iter().map(String::as_bytes)).collect();
            let expected = set_in_model(&mut model, now, &value, &options);
            prop_assert_eq!(shown(&subject.execute_at(now, &args)), expected, "{:?}", &options);
        }
        for pause in [0, 1, 1000, 100_000] {
            now += pause;
            prop_assert_eq!(subject.value_at(now), value_in_model(&model, now));
        }
    }
}

//! An entry: that it holds what it was given, in as few bytes as it says.

use allocation_counter::measure;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::corpus::from_echo::hostile::config;
use crate::corpus::from_echo::request::{shown, words};
use crate::subject::Subject;
use crate::subject::stage::clock::UnixMillis;
use crate::subject::stage::entry::Entry;

/// Deadlines of which some begin or end with a zero, and none at all.
const DEADLINES: [Option<UnixMillis>; 6] = [
    None,
    Some(UnixMillis(0)),
    Some(UnixMillis(-1)),
    Some(UnixMillis(i64::MIN)),
    Some(UnixMillis(i64::MAX)),
    Some(UnixMillis(1_700_000_000_000)),
];

/// Returns this many bytes, of which neighbours differ.
fn bytes(length: usize, first: usize) -> Vec<u8> {
    // Copied: without the optimizer, a byte by itself takes as long as hundreds that are copied.
    const ROUND: usize = 251;
    let round: Vec<u8> = (first..first + ROUND).map(|number| (number % ROUND) as u8).collect();
    let mut bytes = round.repeat(length.div_ceil(ROUND));
    bytes.truncate(length);
    bytes
}

/// Returns how many bytes an entry takes: one for a short key's length, eight more for a long one.
fn size(key: &[u8], value: &[u8], deadline: Option<UnixMillis>) -> usize {
    let length = if key.len() < 127 { 1 } else { 9 };
    length + 8 * usize::from(deadline.is_some()) + key.len() + value.len()
}

fn check(entry: &Entry, key: &[u8], value: &[u8], deadline: Option<UnixMillis>) {
    assert!(entry.key() == key, "a key of {} bytes", key.len());
    assert!(entry.value() == value, "a value of {} bytes, key of {}", value.len(), key.len());
    assert_eq!(entry.deadline(), deadline, "a key of {} bytes", key.len());
}

#[test]
fn a_key_of_any_length_keeps_its_value_and_its_deadline_in_one_allocation() {
    let keys = (0..=300).chain([65_535, 65_536, 1 << 20]);
    for (key, value) in keys.flat_map(|key| [0, 1, 16, 300, 1 << 20].map(|value| (key, value))) {
        // Each length with each deadline; the large ones, of which copies take time, with two.
        let few = if key + value > 1000 { 2 } else { DEADLINES.len() };
        let (key, value) = (bytes(key, 7), bytes(value, 130));
        for deadline in DEADLINES.into_iter().take(few) {
            let mut made = None;
            let info = measure(|| made = Some(Entry::new(&key, &value, deadline)));
            let taken = (info.count_total, info.bytes_current);
            assert_eq!(taken, (1, size(&key, &value, deadline) as i64), "{}", key.len());
            check(&made.expect("it was made"), &key, &value, deadline);
        }
    }
}

#[test]
fn what_takes_as_many_bytes_is_written_in_place() {
    for key in [0, 1, 126, 127, 128, 255, 256, 70_000] {
        let key = bytes(key, 0);
        for (old, new) in DEADLINES.iter().flat_map(|old| DEADLINES.map(|new| (*old, new))) {
            for (before, after) in [(0, 0), (0, 1), (1, 0), (16, 16), (16, 17), (1 << 20, 1 << 20)]
            {
                let (before, after) = (bytes(before, 1), bytes(after, 2));
                let mut entry = Entry::new(&key, &before, old);
                let moves = before.len() != after.len() || old.is_some() != new.is_some();
                let info = measure(|| entry.set(&after, new));
                assert_eq!(info.count_total, u64::from(moves), "{old:?} to {new:?}");
                check(&entry, &key, &after, new);
            }
        }
    }
}

#[test]
fn a_set_of_the_same_length_takes_no_memory() {
    let mut subject = Subject::default();
    let [old, new] = [b'o', b'n'].map(|byte| vec![byte; 1 << 20]);
    for options in ["", " PX 100000", " KEEPTTL"] {
        let request = format!("SET k v{options}");
        let [mut set_old, mut set_new] = [words(&request), words(&request)];
        (set_old[2], set_new[2]) = (&old, &new);
        subject.execute(&set_old);
        let info = measure(|| assert_eq!(subject.execute(&set_new), b"+OK\r\n"));
        assert!(info.bytes_max < 1024, "{} bytes", info.bytes_max);
        let reply = subject.execute(&[b"GET", b"k"]);
        assert!(reply.ends_with(&[&new[..], b"\r\n"].concat()), "{}", shown(&reply[..100]));
    }
}

#[test]
fn a_deadline_is_past_when_now_is_later() {
    for (deadline, now, is_expired) in [
        (None, i64::MAX, false),
        (Some(5), 4, false),
        (Some(5), 5, false),
        (Some(5), 6, true),
        (Some(-5), 0, true),
        (Some(i64::MAX), i64::MAX, false),
    ] {
        let entry = Entry::new(b"k", b"v", deadline.map(UnixMillis));
        assert_eq!(entry.is_expired(UnixMillis(now)), is_expired, "{deadline:?} at {now}");
    }
}

const SEEDS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/core/10-look-ahead/entry.seeds");

proptest! {
    #![proptest_config(config(SEEDS))]

    #[test]
    fn an_entry_is_what_it_was_set_to_last(
        key in prop_oneof![vec(any::<u8>(), 0..4), vec(any::<u8>(), 120..135)],
        changes in vec((vec(any::<u8>(), 0..5), any::<Option<i64>>()), 1..20),
    ) {
        let mut entry = Entry::new(&key, b"", None);
        for (value, deadline) in changes {
            let deadline = deadline.map(UnixMillis);
            entry.set(&value, deadline);
            check(&entry, &key, &value, deadline);
        }
    }
}

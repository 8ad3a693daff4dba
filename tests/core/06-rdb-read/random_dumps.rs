//! Random valid dumps, in all encodings: what was written is what is loaded.

use std::collections::BTreeMap;
use std::io::BufReader;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::dump::{NOW, counts, dump_of, holds, load, load_from, refusal};
use super::lzf::{compress, tokens};
use crate::corpus::from_echo::hostile::config;

/// A string as a dump encodes it, and its bytes.
type Written = (Vec<u8>, Vec<u8>);

/// A record of a dump.
#[derive(Clone, Debug)]
enum Record {
    /// A string of database 0, with what comes between its deadline and its key.
    String { key: Written, value: Written, deadline: Option<Deadline>, between: Vec<u8> },
    /// A key of another type: what the log calls it, and its bytes.
    Other(&'static str, Vec<u8>),
    /// A record that says nothing about keys.
    Operands(Vec<u8>),
    /// A string of another database, and the way back.
    Elsewhere(u64, Written),
}

/// A moment, in milliseconds or in seconds.
#[derive(Clone, Copy, Debug)]
enum Deadline {
    Ms(i64),
    Seconds(i32),
}

impl Deadline {
    fn ms(self) -> i64 {
        match self {
            Self::Ms(ms) => ms,
            Self::Seconds(seconds) => i64::from(seconds) * 1000,
        }
    }

    fn bytes(self) -> Vec<u8> {
        match self {
            Self::Ms(ms) => [&[0xfc], &ms.to_le_bytes()[..]].concat(),
            Self::Seconds(seconds) => [&[0xfd], &seconds.to_le_bytes()[..]].concat(),
        }
    }
}

impl Record {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::String { key, value, deadline, between } => {
                let deadline = deadline.map_or(Vec::new(), Deadline::bytes);
                [&deadline[..], between, &[0], &key.0, &value.0].concat()
            }
            Self::Other(_, bytes) | Self::Operands(bytes) => bytes.clone(),
            Self::Elsewhere(database, string) => {
                let there = [&[0xfe], &length(*database, 0)[..]].concat();
                [&there[..], &[0], &string.0, &string.0, b"\xfe\x00"].concat()
            }
        }
    }
}

/// Writes a length in the shortest form that has at least this rank: 6 bits, 14, 32, 64.
fn length(length: u64, rank: u8) -> Vec<u8> {
    match (rank, length) {
        (0, 0..64) => vec![length as u8],
        (..=1, 0..0x4000) => vec![0x40 | (length >> 8) as u8, length as u8],
        (..=2, 0..0x1_0000_0000) => [&[0x80], &(length as u32).to_be_bytes()[..]].concat(),
        _ => [&[0x81], &length.to_be_bytes()[..]].concat(),
    }
}

/// Returns a string: plain, as an integer, or compressed.
fn written() -> impl Strategy<Value = Written> {
    let bytes = prop_oneof![
        6 => vec(any::<u8>(), 0..10),
        1 => vec(any::<u8>(), 60..70),
        1 => (16_380..16_390_usize).prop_map(|length| vec![b'x'; length]),
    ];
    let plain = (bytes, 0..4_u8).prop_map(|(bytes, rank)| {
        ([&length(bytes.len() as u64, rank)[..], &bytes].concat(), bytes)
    });
    let number = prop_oneof![
        any::<i8>().prop_map(|n| (vec![0xc0, n as u8], n.to_string().into_bytes())),
        any::<i16>().prop_map(|n| {
            ([&[0xc1], &n.to_le_bytes()[..]].concat(), n.to_string().into_bytes())
        }),
        any::<i32>().prop_map(|n| {
            ([&[0xc2], &n.to_le_bytes()[..]].concat(), n.to_string().into_bytes())
        }),
    ];
    let compressed = (tokens(), 0..4_u8, 0..4_u8);
    let compressed = compressed.prop_filter_map("nothing", |(tokens, one, other)| {
        let (input, text) = compress(&tokens);
        let lengths = [length(input.len() as u64, one), length(text.len() as u64, other)];
        (!text.is_empty()).then(|| ([b"\xc3", &lengths.concat()[..], &input].concat(), text))
    });
    prop_oneof![4 => plain, 2 => number, 1 => compressed]
}

fn deadline() -> impl Strategy<Value = Option<Deadline>> {
    let seconds = (NOW / 1000) as i32;
    prop_oneof![
        4 => Just(None),
        2 => (-3..3_i64).prop_map(|ms| Some(Deadline::Ms(NOW + ms))),
        1 => (0..i64::MAX).prop_map(|ms| Some(Deadline::Ms(ms))),
        1 => (-3..3_i32).prop_map(move |more| Some(Deadline::Seconds(seconds + more))),
        1 => (0..i32::MAX).prop_map(|seconds| Some(Deadline::Seconds(seconds))),
    ]
}

/// What may come before any key: a frequency, an idle time, an auxiliary field, a size hint.
fn operands() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        any::<u8>().prop_map(|byte| vec![0xf9, byte]),
        (any::<u32>(), 0..4_u8)
            .prop_map(|(idle, rank)| [&[0xf8], &length(idle.into(), rank)[..]].concat()),
        (written(), written()).prop_map(|(key, value)| [b"\xfa", &key.0[..], &value.0].concat()),
        (0..50_u64, 0..4_u8).prop_map(|(keys, rank)| {
            [&[0xfb], &length(keys, rank)[..], &length(keys / 2, rank)].concat()
        }),
    ]
}

/// Keys of other types: lists, sets and hashes, of which all elements are strings.
fn other() -> impl Strategy<Value = Record> {
    let kind = select(&[("lists", 1, 1), ("sets", 2, 1), ("hashes", 4, 2)][..]);
    let elements = vec((written(), written()), 0..4);
    (kind, written(), elements, 0..4_u8).prop_map(|((name, kind, each), key, elements, rank)| {
        let mut bytes = [&[kind], &key.0[..], &length(elements.len() as u64, rank)].concat();
        for (one, other) in elements {
            bytes.extend(one.0);
            bytes.extend(other.0.into_iter().filter(|_| each == 2));
        }
        Record::Other(name, bytes)
    })
}

fn record() -> impl Strategy<Value = Record> {
    let between = prop_oneof![3 => Just(Vec::new()), 1 => operands()];
    let string = (written(), written(), deadline(), between);
    let string = string.prop_map(|(key, value, deadline, between)| Record::String {
        key,
        value,
        deadline,
        between,
    });
    prop_oneof![
        8 => string,
        2 => other(),
        1 => operands().prop_map(Record::Operands),
        1 => (1..100_000_u64, written()).prop_map(|(n, key)| Record::Elsewhere(n, key)),
    ]
}

fn magic() -> impl Strategy<Value = &'static [u8]> {
    select(vec![&b"REDIS0009"[..], b"REDIS0010", b"REDIS0011", b"REDIS0012", b"VALKEY080"])
}

/// Returns records without a repeated key.
fn records() -> impl Strategy<Value = Vec<Record>> {
    vec(record(), 0..12).prop_map(|mut records| {
        let mut keys = Vec::new();
        records.retain(|record| match record {
            Record::String { key, .. } if keys.contains(&key.1) => false,
            Record::String { key, .. } => {
                keys.push(key.1.clone());
                true
            }
            _ => true,
        });
        records
    })
}

/// Returns what the log must report of these records.
fn expected(records: &[Record]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::from(["keys", "expired"].map(|what| (what.to_owned(), 0)));
    for record in records {
        let what = match record {
            Record::String { deadline: Some(deadline), .. } if deadline.ms() < NOW => "expired",
            Record::String { .. } => "keys",
            Record::Other(name, _) => name,
            Record::Elsewhere(..) => "keys of other databases",
            Record::Operands(_) => continue,
        };
        *counts.entry(what.to_owned()).or_default() += 1;
    }
    counts
}

const SEEDS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/core/06-rdb-read/random_dumps.seeds");

proptest! {
    #![proptest_config(config(SEEDS))]

    #[test]
    fn what_was_written_is_loaded(
        magic in magic(),
        records in records(),
        without_checksum: bool,
        capacity in 1..50_usize,
    ) {
        let bytes: Vec<Vec<u8>> = records.iter().map(Record::bytes).collect();
        let slices: Vec<&[u8]> = bytes.iter().map(Vec::as_slice).collect();
        let mut dump = dump_of(magic, &slices);
        if without_checksum {
            dump.iter_mut().rev().take(8).for_each(|byte| *byte = 0);
        }
        let size = dump.len();
        let (loaded, mut database) = load_from(BufReader::with_capacity(capacity, &dump[..]), size)
            .map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(counts(&loaded), expected(&records));
        for record in &records {
            let Record::String { key, value, deadline, .. } = record else { continue };
            let deadline = deadline.map(Deadline::ms);
            if deadline.is_some_and(|deadline| deadline < NOW) {
                prop_assert_eq!(database.get(&key.1, NOW), None);
            } else {
                prop_assert!(holds(&mut database, (&key.1, &value.1, deadline)), "{:?}", record);
            }
        }
    }

    #[test]
    fn a_dump_of_which_the_end_is_missing_is_refused(
        magic in magic(),
        records in records(),
        cut: Index,
    ) {
        let bytes: Vec<Vec<u8>> = records.iter().map(Record::bytes).collect();
        let slices: Vec<&[u8]> = bytes.iter().map(Vec::as_slice).collect();
        let dump = dump_of(magic, &slices);
        prop_assert!(load(&dump).is_ok());
        let says = refusal(&dump[..cut.index(dump.len())]);
        prop_assert!(says.contains("the end of the file"), "{}", says);
    }
}

//! Random bytes and damaged dumps: whatever a file contains, it is loaded or rejected.
//!
//! Every run tries the same few hundred of each kind. A million others, in a minute:
//!
//! ```sh
//! PROPTEST_CASES=1000000 PROPTEST_RNG_SEED=$RANDOM cargo test --release -p stage-06 --test core hostile_dumps
//! ```
//!
//! One that fails is made as small as possible, shown, and kept in `hostile_dumps.seeds` beside
//! this file, where every run of every stage tries it again.

use std::fs;
use std::io::{self, BufReader};
use std::path::Path;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::dump::{counts, dump_of, emptiness, load, load_from, one_of_each};
use crate::corpus::from_echo::hostile::config;

/// The dumps that get damaged: the project's, valid and corrupt, except for the longest.
static DUMPS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    let mut dumps = vec![one_of_each().0];
    for directory in [fixtures.join("corrupt"), fixtures] {
        let files = fs::read_dir(directory).expect("a directory");
        let files = files.map(|entry| entry.expect("an entry").path());
        let mut files: Vec<_> =
            files.filter(|file| file.extension() == Some("rdb".as_ref())).collect();
        files.sort();
        dumps.extend(files.into_iter().map(|file| fs::read(file).expect("a file")));
    }
    dumps.retain(|dump| dump.len() < 2000);
    assert!(dumps.len() > 100);
    dumps
});

/// Something that happens to a file.
#[derive(Clone, Debug)]
enum Fault {
    Flip(Index, u8),
    Replace(Index, u8),
    Cut(Index),
    Remove(Index, usize),
    Insert(Index, Vec<u8>),
    Repeat(Index, usize),
    ZeroChecksum,
}

impl Fault {
    fn strike(&self, bytes: &mut Vec<u8>) {
        let length = bytes.len();
        let place = |index: &Index| index.index(length + 1);
        let range = |index: &Index, count: &usize| place(index)..length.min(place(index) + count);
        match self {
            Self::Flip(index, bit) => bytes[index.index(length + 1).min(length - 1)] ^= 1 << bit,
            Self::Replace(index, byte) => bytes[place(index).min(length - 1)] = *byte,
            Self::Cut(index) => bytes.truncate(place(index)),
            Self::Remove(index, count) => drop(bytes.drain(range(index, count))),
            Self::Insert(index, new) => drop(bytes.splice(place(index)..place(index), new.clone())),
            Self::Repeat(index, count) => {
                let again = bytes[range(index, count)].to_vec();
                drop(bytes.splice(place(index)..place(index), again));
            }
            Self::ZeroChecksum => bytes.iter_mut().rev().take(8).for_each(|byte| *byte = 0),
        }
    }
}

/// A byte with a meaning in the format: types, opcodes, encodings, and small lengths.
fn telling_byte() -> impl Strategy<Value = u8> {
    prop_oneof![
        4 => 0..=5_u8,
        2 => 6..=25_u8,
        2 => select(vec![0x40_u8, 0x80, 0x81, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4]),
        2 => 0xf3..=0xff_u8,
        1 => any::<u8>(),
    ]
}

fn fault() -> impl Strategy<Value = Fault> {
    let place = any::<Index>;
    prop_oneof![
        4 => (place(), 0..8_u8).prop_map(|(place, bit)| Fault::Flip(place, bit)),
        4 => (place(), telling_byte()).prop_map(|(place, byte)| Fault::Replace(place, byte)),
        1 => place().prop_map(Fault::Cut),
        2 => (place(), 1..20_usize).prop_map(|(place, count)| Fault::Remove(place, count)),
        2 => (place(), vec(telling_byte(), 1..12)).prop_map(|(place, new)| Fault::Insert(place, new)),
        2 => (place(), 1..40_usize).prop_map(|(place, count)| Fault::Repeat(place, count)),
        2 => Just(Fault::ZeroChecksum),
    ]
}

fn magic() -> impl Strategy<Value = &'static [u8]> {
    select(vec![&b"REDIS0003"[..], b"REDIS0012", b"VALKEY080"])
}

/// What may come before a length: of a key, a value, its compressed bytes, a list, a hash.
fn before() -> impl Strategy<Value = &'static [u8]> {
    let value = [&b"\x00\x01k"[..], b"\x00\x01k\xc3", b"\x00\x01k\xc3\x07"];
    let other = [&b"\x00"[..], b"\x01\x01k", b"\x10\x01k", b"\xfa\x01k", b"\xfb"];
    select([&value[..], &other].concat())
}

/// Loads a dump at once and byte by byte: both have the same result, and take memory in proportion
/// to the file, not to the lengths in it.
fn try_to_load(bytes: &[u8]) -> Result<(), TestCaseError> {
    let outcome = |result: io::Result<_>| match result {
        Ok((loaded, _)) => Ok(loaded),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(error.to_string()),
        Err(error) => panic!("{error}"),
    };
    let slowly = outcome(load_from(BufReader::with_capacity(1, bytes), bytes.len()));
    let mut at_once = Err(String::new());
    let memory = allocation_counter::measure(|| at_once = outcome(load(bytes))).bytes_max;
    prop_assert_eq!(&at_once, &slowly);
    // Three compressed bytes decompress to 264 at most, and a vector that grows has three times
    // that for a moment.
    let most = 500 * bytes.len() as u64 + 4096 + emptiness();
    prop_assert!(memory <= most, "{} bytes of memory for {}", memory, bytes.len());
    // No key takes less than three bytes.
    let keys = at_once.map_or(0, |loaded| counts(&loaded)["keys"]);
    prop_assert!(keys <= bytes.len() as u64 / 3, "{} keys", keys);
    Ok(())
}

const SEEDS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/core/06-rdb-read/hostile_dumps.seeds");

proptest! {
    #![proptest_config(config(SEEDS))]

    #[test]
    fn spoiled_dumps(dump: Index, faults in vec(fault(), 1..6)) {
        let mut bytes = dump.get(&DUMPS[..]).clone();
        for fault in faults {
            if !bytes.is_empty() {
                fault.strike(&mut bytes);
            }
        }
        try_to_load(&bytes)?;
    }

    #[test]
    fn random_bytes(magic in magic(), bytes: Vec<u8>) {
        try_to_load(&dump_of(magic, &[&bytes]))?;
    }

    #[test]
    fn telling_bytes(magic in magic(), bytes in vec(telling_byte(), 0..60)) {
        try_to_load(&dump_of(magic, &[&bytes]))?;
    }

    #[test]
    fn announced_lengths(announced: u64, form in 0..4_u8, before in before(), bytes: Vec<u8>) {
        let length = match form {
            0 => [&[0x81], &announced.to_be_bytes()[..]].concat(),
            1 => [&[0x81], &(announced >> 30).to_be_bytes()[..]].concat(),
            2 => [&[0x80], &announced.to_be_bytes()[..4]].concat(),
            _ => [&[0x80], &(announced as u32 >> 8).to_be_bytes()[..]].concat(),
        };
        try_to_load(&[b"REDIS0012", before, &length, &bytes].concat())?;
    }
}

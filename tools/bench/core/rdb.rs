//! How long a dump takes to be loaded, and what it allocates.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};

use crate::subject::Database;

const KEYS: u32 = 100_000;

#[divan::bench]
fn load_short_strings(bencher: Bencher<'_, '_>) {
    load(bencher, |number| [b"\x00", &key(number)[..], b"\x10sixteen letters!"].concat());
}

#[divan::bench]
fn load_integers(bencher: Bencher<'_, '_>) {
    load(bencher, |number| [b"\x00", &key(number)[..], b"\xc2", &number.to_le_bytes()].concat());
}

#[divan::bench]
fn load_strings_with_a_deadline(bencher: Bencher<'_, '_>) {
    let deadline = i64::MAX.to_le_bytes();
    load(bencher, |number| {
        [b"\xfc", &deadline[..], b"\x00", &key(number), b"\x10sixteen letters!"].concat()
    });
}

/// A hundred times `x`, in six bytes.
#[divan::bench]
fn load_compressed_strings(bencher: Bencher<'_, '_>) {
    load(bencher, |number| {
        [b"\x00", &key(number)[..], b"\xc3\x05\x40\x64\x00x\xe0\x5a\x00"].concat()
    });
}

#[divan::bench]
fn step_over_lists(bencher: Bencher<'_, '_>) {
    load(bencher, |number| [b"\x01", &key(number)[..], b"\x02\x03one\x03two"].concat());
}

/// Fourteen bytes after their length.
fn key(number: u32) -> Vec<u8> {
    format!("\x0ekey:{number:010}").into_bytes()
}

/// A dump of version 11, with these records and no checksum.
fn load(bencher: Bencher<'_, '_>, record: impl Fn(u32) -> Vec<u8>) {
    let records: Vec<u8> = (0..KEYS).flat_map(record).collect();
    let dump = [b"REDIS0011", &records[..], b"\xff", &[0; 8]].concat();
    bencher
        .counter(ItemsCount::new(KEYS))
        .counter(BytesCount::of_slice(&dump))
        .with_inputs(Database::default)
        .bench_local_refs(|database| database.load(&dump[..], dump.len(), 0).expect("a dump"));
}

//! A small dump with everything in it: cut at every byte, and with every byte exchanged.

use std::fs;
use std::io;

use super::dump::{Entry, assert_loads, counts, holds, load, one_of_each, refusal};

/// Replaces every byte by every other one, in turn. Each such dump is rejected as corrupt, or loads
/// the same strings. Returns the beginnings of those that load.
fn beginnings_that_load(bytes: &[u8], entries: &[Entry<'_>]) -> Vec<[u8; 9]> {
    let mut loads = Vec::new();
    let mut exchanged = bytes.to_vec();
    for place in 0..bytes.len() {
        for difference in 1..=255 {
            exchanged[place] = bytes[place] ^ difference;
            let byte = exchanged[place];
            match load(&exchanged) {
                Err(e) => {
                    assert_eq!(e.kind(), io::ErrorKind::InvalidData, "{byte} at {place}: {e}");
                }
                Ok((loaded, mut database)) => {
                    assert_eq!(counts(&loaded)["keys"], entries.len() as u64, "{byte} at {place}");
                    let all = entries.iter().all(|entry| holds(&mut database, *entry));
                    assert!(all, "{byte} at {place}");
                    loads.push(exchanged[..9].try_into().expect("nine bytes"));
                }
            }
        }
        exchanged[place] = bytes[place];
    }
    loads
}

#[test]
fn every_truncation_is_refused_at_its_end() {
    let (bytes, entries) = one_of_each();
    assert_loads(&bytes, &entries);
    for length in 0..bytes.len() {
        let error = refusal(&bytes[..length]);
        let place = format!("byte {length} should be ");
        assert!(error.starts_with(&place), "{length}: {error}");
        assert!(error.ends_with(", but is the end of the file"), "{length}: {error}");
    }
}

#[test]
fn every_truncation_without_a_checksum_is_refused_too() {
    let (mut bytes, entries) = one_of_each();
    bytes[5..9].copy_from_slice(b"0004");
    bytes.truncate(bytes.len() - 8);
    assert_loads(&bytes, &entries);
    for length in 0..bytes.len() {
        assert!(refusal(&bytes[..length]).contains("the end of the file"), "{length}");
    }
}

#[test]
fn every_exchanged_byte_is_refused_or_changes_nothing() {
    let (bytes, entries) = one_of_each();
    // The one version at this distance that has no checksum.
    assert_eq!(beginnings_that_load(&bytes, &entries), [*b"REDIS0002"]);
}

#[test]
fn every_exchanged_byte_of_a_dump_that_redis_wrote_is_refused() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/idle_times.rdb");
    let bytes = fs::read(path).unwrap();
    let entries: [Entry<'_>; 2] =
        [(b"expiring", b"hello", Some(4_102_444_800_000)), (b"plain", b"hello", None)];
    assert_loads(&bytes, &entries);
    assert_eq!(beginnings_that_load(&bytes, &entries), [[0; 9]; 0]);
}

/// Without a checksum the loader cannot know: a letter of a value may be any other. But it is
/// always one or the other, and the server does not panic.
#[test]
fn every_flipped_bit_without_a_checksum_loads_or_is_refused_as_corrupt() {
    let (mut bytes, _) = one_of_each();
    let checksum = bytes.len() - 8;
    bytes[checksum..].fill(0);
    let mut loads = 0;
    for bit in 0..8 * bytes.len() {
        bytes[bit / 8] ^= 1 << (bit % 8);
        match load(&bytes) {
            Ok(_) => loads += 1,
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{bit}: {error}"),
        }
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    assert!(loads > 500, "only {loads} load");
}

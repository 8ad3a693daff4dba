//! Keys of a dump are stored many at once: each must be where it was saved, and of two faults the
//! first must be told.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::corpus::from_echo::request::shown;
use crate::corpus::from_rdb_read::dump::{NOW, dump};
use crate::subject::Subject;

/// What comes after the records of a dump: its end, and a checksum.
const TAIL: usize = 9;

/// A record: its database, and a byte that is its key and its value.
type Record = (u8, u8);

fn dump_of(records: &[Record]) -> Vec<u8> {
    let records = records.iter().map(|&(database, key)| [0xfe, database, 0, 1, key, 1, key]);
    let records: Vec<[u8; 7]> = records.collect();
    dump(&records.iter().map(|record| &record[..]).collect::<Vec<_>>())
}

/// Returns where the first key begins that comes again in its database.
fn second(records: &[Record]) -> Option<usize> {
    let mut seen = BTreeSet::new();
    let place = records.iter().position(|record| !seen.insert(record))?;
    // Before the key, its record says the database in two bytes.
    Some(dump_of(&records[..place]).len() - TAIL + 2)
}

proptest! {
    #[test]
    fn every_key_of_a_dump_is_in_its_database_and_the_first_that_comes_again_is_told(
        records in vec((0..4_u8, b'A'..=b'z'), 0..70),
    ) {
        let mut subject = Subject::default();
        match (subject.load(&dump_of(&records), NOW), second(&records)) {
            (Ok(loaded), None) => {
                prop_assert_eq!(loaded, format!("{} keys, 0 expired", records.len()));
                for (database, key) in records {
                    subject.execute_at(NOW, &[b"SELECT", database.to_string().as_bytes()]);
                    let reply = shown(&subject.execute_at(NOW, &[b"GET", &[key]]));
                    prop_assert_eq!(reply, format!(r"$1\r\n{}\r\n", key.escape_ascii()));
                }
            }
            (Err(error), Some(offset)) => {
                let expected = format!("byte {offset} should be a new key, but is ");
                prop_assert!(error.to_string().starts_with(&expected), "{error}");
            }
            (loaded, offset) => prop_assert!(false, "{loaded:?}, but {offset:?} comes again"),
        }
    }
}

#[test]
fn a_key_that_comes_again_is_told_before_a_fault_behind_it() {
    let twice: &[u8] = b"\x00\x01k\x01v\x00\x01k\x01w";
    for behind in [&b"\xee"[..], b"\x00\x7f", b"\xfe\xff", b"\x00\x01l\x01v\xee"] {
        let error = Subject::default().load(&dump(&[twice, behind]), NOW).expect_err("a fault");
        assert_eq!(error.to_string(), "byte 14 should be a new key, but is 'k' again");
    }
}

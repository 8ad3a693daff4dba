//! The hash table: what it stores, and that a walk misses nothing.

use std::collections::{BTreeMap, BTreeSet};

use allocation_counter::measure;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::corpus::from_echo::hostile::config;
use crate::subject::Numbers;

/// What may happen to a table.
#[derive(Clone, Copy, Debug)]
enum Change {
    Insert(u8, u32),
    Remove(u8),
}

/// Returns all keys and values.
fn entries(table: &Numbers) -> impl Iterator<Item = (&[u8], u32)> {
    table.iter_from(0).filter_map(|(_, found)| found)
}

/// Returns a hash whose beginning many keys share, so that runs get long.
fn crowded(key: u8) -> u64 {
    u64::from(key % 5).reverse_bits() | u64::from(key / 7)
}

/// Returns a hash as good as any: what SplitMix64 makes of a number.
fn spread(number: u64) -> u64 {
    let mut hash = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ hash >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ hash >> 31
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (0..100_u8, any::<u32>()).prop_map(|(key, value)| Change::Insert(key, value)),
        (0..100_u8).prop_map(Change::Remove),
    ]
}

const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/core/09-scan/dict.seeds");

proptest! {
    #![proptest_config(config(SEEDS))]

    #[test]
    fn a_table_is_a_map(changes in vec(change(), 0..400)) {
        for hash in [crowded as fn(u8) -> u64, |key| spread(key.into()), |_| 0, |_| u64::MAX] {
            let (mut dict, mut map) = (Numbers::default(), BTreeMap::new());
            for change in &changes {
                match *change {
                    Change::Insert(key, value) => {
                        prop_assert_eq!(dict.insert(hash(key), &[key], value), map.insert(key, value));
                    }
                    Change::Remove(key) => {
                        prop_assert_eq!(dict.remove(hash(key), &[key]), map.remove(&key));
                    }
                }
                prop_assert_eq!(dict.len(), map.len());
            }
            for key in 0..100 {
                prop_assert_eq!(dict.get(hash(key), &[key]), map.get(&key).copied());
            }
            let found: BTreeMap<u8, u32> = entries(&dict).map(|(key, value)| (key[0], value)).collect();
            prop_assert_eq!(entries(&dict).count(), map.len());
            let places: Vec<u64> = dict.iter_from(0).map(|(hash, _)| hash).collect();
            prop_assert!(places.is_sorted(), "a walk goes back: {places:x?}");
            prop_assert_eq!(found, map);
        }
    }

    #[test]
    fn a_walk_sees_what_is_there_all_the_while(
        before in vec(change(), 0..200),
        during in vec(vec(change(), 0..5), 1..40),
        steps in 5..30_usize,
    ) {
        for hash in [crowded as fn(u8) -> u64, |key| spread(key.into()), |key| u64::from(key) << 60] {
            let mut dict = Numbers::default();
            let apply = |dict: &mut Numbers, change: Change| match change {
                Change::Insert(key, value) => drop(dict.insert(hash(key), &[key], value)),
                Change::Remove(key) => drop(dict.remove(hash(key), &[key])),
            };
            before.iter().for_each(|change| apply(&mut dict, *change));
            let mut stayed: BTreeSet<u8> = entries(&dict).map(|(key, _)| key[0]).collect();
            let mut seen = BTreeSet::new();
            let mut during = during.iter().cycle().take(2000);
            let mut next = Some(0);
            while let Some(place) = next.take() {
                // As many slots as there are steps, and then to the end of those with the same hash.
                let mut last = None;
                for (index, (hash, found)) in dict.iter_from(place).enumerate() {
                    if index >= steps && last != Some(hash) {
                        next = Some(hash);
                        break;
                    }
                    last = Some(hash);
                    seen.extend(found.map(|(key, _)| key[0]));
                }
                for change in during.next().into_iter().flatten() {
                    apply(&mut dict, *change);
                    if let Change::Remove(key) = change {
                        stayed.remove(key);
                    }
                }
            }
            prop_assert!(stayed.is_subset(&seen), "{stayed:?} of {seen:?}");
        }
    }
}

#[test]
fn a_walk_is_in_the_order_of_hashes_whatever_the_order_of_insertion() {
    for step in [1, 7, 999] {
        let mut dict = Numbers::default();
        for number in 0..1000_u64 {
            let key = number * step % 1000;
            dict.insert(spread(key), &key.to_le_bytes(), 0);
        }
        let places: Vec<u64> = dict.iter_from(0).map(|(hash, _)| hash).collect();
        assert!(places.is_sorted());
        assert!((1000..=2100).contains(&places.len()), "{} slots", places.len());
    }
}

#[test]
fn a_table_takes_little_more_than_its_keys_whatever_comes_and_goes() {
    let mut dict = Numbers::default();
    let grown = measure(|| {
        for number in 0..7000_u64 {
            dict.insert(spread(number), &number.to_le_bytes(), 0);
        }
    });
    // Keys of eight bytes; slots of which 7/8 were in use, and which are half as many again; and the
    // overflow slots.
    let [slot, more] = Numbers::SIZES;
    let most = 7000 * (8 + more) + (12_000 + 100) * slot;
    assert!(grown.bytes_current <= most as i64, "{} bytes", grown.bytes_current);
    let churn = measure(|| {
        for number in 0..100_000_u64 {
            assert_eq!(dict.remove(spread(number), &number.to_le_bytes()), Some(0));
            let new = number + 7000;
            assert_eq!(dict.insert(spread(new), &new.to_le_bytes(), 0), None);
        }
    });
    assert!(churn.bytes_current < 100 * slot as i64, "{} bytes more", churn.bytes_current);
}

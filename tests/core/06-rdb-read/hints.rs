//! Hints of how many keys will come, as long as a table makes room for them: until stage 08.

use crate::corpus::from_rdb_read::dump::memory_for;

#[test]
fn a_hint_of_how_many_keys_will_come_makes_room_for_them_at_once() {
    const HINT: &[u8] = b"\xfb\x80\x00\x01\x86\xa0\x00"; // 100,000 keys
    let keys: Vec<u8> =
        (100_000..200_000).flat_map(|n| format!("\0\x06{n}\0").into_bytes()).collect();
    let unannounced = memory_for(&[&keys]);
    let room = memory_for(&[HINT, &keys]);
    assert!(room < unannounced * 3 / 4, "{room} of {unannounced} bytes");
    let too_late = memory_for(&[&keys, HINT]);
    assert!(too_late > unannounced * 5 / 4, "{too_late} of {unannounced} bytes");
    let elsewhere = memory_for(&[b"\xfe\x01", HINT, b"\xfe\x00", &keys]);
    assert!(elsewhere.abs_diff(unannounced) < unannounced / 20, "{elsewhere}, {unannounced} bytes");
}

#[test]
fn a_hint_that_lies_makes_no_more_room_than_for_the_keys_that_the_file_could_hold() {
    let long_key = [&b"\x00\x80\x00\x04\x93\xe0"[..], &[b'k'; 300_000], b"\x00"].concat();
    let unannounced = memory_for(&[&long_key]);
    let lie = memory_for(&[b"\xfb\x80\x00\x10\x00\x00\x00", &long_key]);
    // For 100,000 keys, 2^17 slots of 33 bytes, and a few bytes more for each shard.
    let room = lie - unannounced;
    assert!((100_000 * 33..(1 << 17) * 33 + 30_000).contains(&room), "{room} bytes");
}

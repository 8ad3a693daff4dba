//! The dump format: every length, string, opcode and type, each good and bad.

use std::io::{self, BufRead, BufReader, Read};

use super::dump::{
    Entry, NOW, assert_loads, counts, crc64, dump, dump_of, emptiness, holds, load, load_from,
    one_of_each, refusal,
};
use crate::subject::Database;
use crate::subject::stage::rdb_reader::RdbReader;

/// The record of the key `k`, and after it a value in any bytes.
pub fn key(value: &[u8]) -> Vec<u8> {
    [b"\x00\x01k", value].concat()
}

/// A record that loads only if the one before it was read to its end, and no further.
pub const LAST: &[u8] = b"\x00\x04last\x01v";
const LAST_ENTRY: Entry<'static> = (b"last", b"v", None);

#[test]
fn the_magic_names_a_version_from_1_to_12_or_valkeys_80() {
    for version in 1..=12 {
        let magic = format!("REDIS{version:04}");
        assert_loads(&dump_of(magic.as_bytes(), &[LAST]), &[LAST_ENTRY]);
    }
    assert_loads(&dump_of(b"VALKEY080", &[LAST]), &[LAST_ENTRY]);

    for magic in [
        "REDIS0000",
        "REDIS0013",
        "REDIS0080",
        "REDIS9999",
        "REDIS+011",
        "REDIS 011",
        "REDIS11  ",
        "REDIS-001",
        "redis0011",
        "VALKEY011",
        "VALKEY079",
        "VALKEY081",
        "valkey080",
        "RADIS0011",
    ] {
        let error = refusal(&dump_of(magic.as_bytes(), &[LAST]));
        let expected = "byte 0 should be REDIS0001 to REDIS0012 or VALKEY080, but is";
        assert_eq!(error, format!("{expected} '{magic}'"));
    }
    let error = refusal(b"REDIS0\xff\n1 and more");
    assert!(error.ends_with(r"but is 'REDIS0\xff\n1'"), "{error}");
}

/// The encoding of a string, and the string.
fn strings() -> Vec<(Vec<u8>, Vec<u8>)> {
    let announced = |header: &[u8], length: usize| {
        let text = b"0123456789abcdef".repeat(length.div_ceil(16))[..length].to_vec();
        ([header, &text].concat(), text)
    };
    let short: [(&[u8], &[u8]); 17] = [
        (b"\xc0\x00", b"0"),
        (b"\xc0\x7f", b"127"),
        (b"\xc0\x80", b"-128"),
        (b"\xc0\xff", b"-1"),
        (b"\xc1\x00\x80", b"-32768"),
        (b"\xc1\xff\x7f", b"32767"),
        (b"\xc1\x01\x00", b"1"),
        (b"\xc1\x34\x12", b"4660"),
        (b"\xc2\x00\x00\x00\x80", b"-2147483648"),
        (b"\xc2\xff\xff\xff\x7f", b"2147483647"),
        (b"\xc2\x78\x56\x34\x12", b"305419896"),
        (b"\xc2\xff\xff\xff\xff", b"-1"),
        (b"\xc3\x02\x01\x00a", b"a"),
        (b"\xc3\x05\x06\x01ab\x40\x01", b"ababab"),
        (b"\xc3\x40\x05\x80\x00\x00\x00\x06\x01ab\x40\x01", b"ababab"),
        (b"\xc3\x00\x00", b""),
        (b"\x03\x00\r\n", b"\x00\r\n"),
    ];
    let mut strings: Vec<_> = short.map(|(bytes, text)| (bytes.to_vec(), text.to_vec())).into();
    strings.extend([
        announced(b"\x00", 0),
        announced(b"\x01", 1),
        announced(b"\x3f", 63),
        announced(b"\x40\x00", 0),
        announced(b"\x40\x3f", 63),
        announced(b"\x40\x40", 64),
        announced(b"\x41\x00", 256),
        announced(b"\x7f\xff", 16383),
        announced(b"\x80\x00\x00\x00\x00", 0),
        announced(b"\x80\x00\x00\x40\x00", 16384),
        announced(b"\x80\x00\x01\x00\x02", 65538),
        announced(b"\x81\x00\x00\x00\x00\x00\x00\x00\x03", 3),
        announced(b"\x81\x00\x00\x00\x00\x00\x01\x00\x02", 65538),
    ]);
    strings
}

#[test]
fn a_string_may_be_written_in_many_ways_as_a_key_and_as_a_value() {
    for (bytes, text) in strings() {
        assert_loads(&dump(&[&key(&bytes), LAST]), &[(b"k", &text, None), LAST_ENTRY]);
        let record = [b"\x00", &bytes[..], b"\x01v"].concat();
        assert_loads(&dump(&[&record, LAST]), &[(&text, b"v", None), LAST_ENTRY]);
        let aux = [b"\xfa", &bytes[..], &bytes[..]].concat();
        assert_loads(&dump(&[&aux, LAST]), &[LAST_ENTRY]);
    }
}

#[test]
fn what_is_no_string_is_refused_by_offset_expectation_and_find() {
    let unpacked = |n: u64| format!("bytes that do not unpack to the {n} announced");
    for (value, offset, expected, found) in [
        (&b"\xc4abc"[..], 12, "the encoding of a string", "196".to_owned()),
        (b"\xff", 12, "the encoding of a string", "255".into()),
        (b"\x82\x00\x00\x00\x01a", 12, "a length", "130".into()),
        (b"\xbfabc", 12, "a length", "191".into()),
        (b"\xc3\xc0\x01a", 13, "the length of compressed bytes", "192".into()),
        (b"\xc3\x02\xc1\x00a", 14, "the length of a string", "193".into()),
        (b"\xc3\x02\x02\x00a", 15, "a compressed string", unpacked(2)),
        (b"\xc3\x02\x00\x00a", 15, "a compressed string", unpacked(0)),
        (b"\xc3\x00\x01", 15, "a compressed string", unpacked(1)),
    ] {
        let error = refusal(&dump(&[&key(value), LAST]));
        assert_eq!(error, format!("byte {offset} should be {expected}, but is {found}"));
    }
}

#[test]
fn a_dump_that_ends_too_early_is_refused_by_what_is_missing() {
    for (records, expected) in [
        (&b"\x00"[..], "a length"),
        (b"\x00\x40", "a length"),
        (b"\x00\x80\x00\x00\x00", "a length"),
        (b"\x00\x81\x00\x00\x00\x00\x00\x00\x00", "a length"),
        (b"\x00\x01k\x05valu", "a string"),
        (b"\x00\x01k\xc0", "an integer"),
        (b"\x00\x01k\xc1\x00", "an integer"),
        (b"\x00\x01k\xc2\x00\x00\x00", "an integer"),
        (b"\x00\x01k\xc3\x05\x06\x00", "a string"),
        (b"\xfc\x00\x00\x00\x00\x00\x00\x00", "a time in milliseconds"),
        (b"\xfd\x00\x00\x00", "a time in seconds"),
        (b"\x03\x01z\x01\x01a", "a score"),
        (b"\x03\x01z\x01\x01a\x031.", "a score"),
        (b"\x05\x01z\x01\x01a\x00\x00\x00\x00\x00\x00\x00", "a number"),
        (b"\xf9", "a number"),
        (b"", "a key's type or an opcode"),
        (b"\xff", "a checksum"),
        (b"\xff\x01\x02\x03\x04\x05\x06\x07", "a checksum"),
    ] {
        let bytes = [b"REDIS0011", records].concat();
        let (end, found) = (bytes.len(), "the end of the file");
        assert_eq!(refusal(&bytes), format!("byte {end} should be {expected}, but is {found}"));
    }
}

#[test]
fn opcodes_are_stepped_over_wherever_they_stand() {
    for opcode in [
        &b"\xfb\x00\x00"[..],
        b"\xfb\x81\xff\xff\xff\xff\xff\xff\xff\xff\x80\xff\xff\xff\xff",
        b"\xfa\x09redis-ver\x057.2.0",
        b"\xfa\xc0\x01\xc0\x40",
        b"\xf9\x00",
        b"\xf9\xff",
        b"\xf8\x05",
        b"\xf8\x41\x00",
        b"\xf7\x81\x00\x00\x00\x00\x00\x00\x00\x07\x02\x01\x00",
        b"\xf7\x07\x02\x01\x01\x05\x02\x40\x07\x03abcd\x04abcdefgh\x05\x03xyz\x05\xc0\x07\x00",
        b"\xf6\x01f\x03LUA\x00\x04code",
        b"\xf6\x01f\x03LUA\x01\x04desc\x04code",
        b"\xf6\x01f\x03LUA\x02\x04desc\x04code",
        b"\xf5\x04code",
        b"\xf4\x07\x01\x02",
        b"\xfe\x00",
        b"\xfe\x81\x00\x00\x00\x00\x00\x00\x00\x00",
    ] {
        for magic in [b"REDIS0001", b"REDIS0012", b"VALKEY080"] {
            let bytes = dump_of(magic, &[opcode, &key(b"\x01v"), opcode, opcode, LAST, opcode]);
            let loaded = assert_loads(&bytes, &[(b"k", b"v", None), LAST_ENTRY]);
            assert_eq!(loaded, "2 keys, 0 expired");
        }
    }
}

#[test]
fn what_is_wrong_inside_an_opcode_is_refused() {
    for (opcode, offset, expected, found) in [
        (&b"\xfe\xc0\x01"[..], 10, "the number of a database", "192"),
        (b"\xfb\xc3\x00", 10, "a number of keys", "195"),
        (b"\xfb\x00\xc3\x01", 11, "a number of deadlines", "195"),
        (b"\xf8\xc1", 10, "a number", "193"),
        (b"\xf7\x07\x01\x01\x00", 11, "a marker within 2..=2", "1"),
        (b"\xf7\x07\x03\x01\x00", 11, "a marker within 2..=2", "3"),
        (b"\xf7\x07\x02\x01\x06", 13, "a module's opcode", "6"),
        (b"\xf7\x07\x02\x01\xc0", 13, "a module's opcode", "192"),
        (b"\xf6\x01f\x03LUA\xc0\x01d\x01c", 16, "whether something follows", "192"),
        (b"\xf4\x07\x01\xc0", 12, "a number", "192"),
        (b"\xf3\x03job\x00", 9, "a key's type or an opcode", "243"),
    ] {
        let error = refusal(&dump(&[opcode, LAST]));
        assert_eq!(error, format!("byte {offset} should be {expected}, but is {found}"));
    }
}

/// What the log calls a value, its type, and its bytes: the values that both projects write.
const VALUES: [(&str, u8, &[u8]); 30] = [
    ("lists", 1, b"\x00"),
    ("lists", 1, b"\x03\x01a\xc0\x05\xc3\x02\x01\x00b"),
    ("lists", 10, b"\x03zip"),
    ("lists", 14, b"\x00"),
    ("lists", 14, b"\x02\x03zip\x03zip"),
    ("lists", 18, b"\x00"),
    ("lists", 18, b"\x03\x01\x05plain\x02\x02lp\x80\x00\x00\x00\x01\x01p"),
    ("sets", 2, b"\x00"),
    ("sets", 2, b"\x02\x01a\x01b"),
    ("sets", 11, b"\x03int"),
    ("sets", 20, b"\x02lp"),
    ("sorted sets", 3, b"\x00"),
    ("sorted sets", 3, b"\x01\x01a\x00"),
    ("sorted sets", 3, b"\x05\x01a\x011\x01b\x04-2.5\x01n\xfd\x01p\xfe\x01m\xff"),
    ("sorted sets", 5, b"\x00"),
    ("sorted sets", 5, b"\x02\x01a<a score\x01b<a score"),
    ("sorted sets", 12, b"\x03zip"),
    ("sorted sets", 17, b"\x02lp"),
    ("hashes", 4, b"\x00"),
    ("hashes", 4, b"\x02\x01f\x01v\x01g\x01w"),
    ("hashes", 9, b"\x03zip"),
    ("hashes", 13, b"\x03zip"),
    ("hashes", 16, b"\x02lp"),
    ("values of modules", 7, b"\x07\x00"),
    (
        "values of modules",
        7,
        b"\x07\x01\x81\xff\xff\xff\xff\xff\xff\xff\xff\x02\x05\x03four\x04a double\x05\x01s\x00",
    ),
    ("streams", 15, b"\x00\x00\x00\x00\x00"),
    ("streams", 15, b"\x02\x02id\x02lp\x02id\x02lp\x02\x40\x01\x03\x00"),
    (
        "streams",
        15,
        b"\x00\x01\x02\x03\x02\x01g\x04\x05\x00\x00\x01g\x04\x05\
          \x02<an entry's id-><a time>\x01<an entry's id-><a time>\x02\
          \x02\x03ann<a time>\x02<an entry's id-><an entry's id->\x03bob<a time>\x00",
    ),
    (
        "streams",
        19,
        b"\x01\x02id\x02lp\x01\x02\x03\x04\x05\x06\x07\x08\
          \x01\x01g\x04\x05\x81\xff\xff\xff\xff\xff\xff\xff\xff\
          \x01<an entry's id-><a time>\x01\
          \x02\x03ann<a time>\x01<an entry's id->\x03bob<a time>\x00",
    ),
    (
        "streams",
        21,
        b"\x01\x02id\x02lp\x01\x02\x03\x04\x05\x06\x07\x08\
          \x01\x01g\x04\x05\x06\
          \x01<an entry's id-><a time>\x01\
          \x02\x03ann<a time><a time>\x01<an entry's id->\x03bob<a time><a time>\x00",
    ),
];

/// Hashes with fields that expire, which Redis and Valkey each write in their own way.
const HASHES_OF_REDIS: [(&str, u8, &[u8]); 7] = [
    ("hashes", 22, b"\x00"),
    ("hashes", 22, b"\x02\x00\x01f\x01v\x41\x00\x01g\x01w"),
    ("hashes", 23, b"\x02lp"),
    ("hashes", 24, b"<a time>\x00"),
    ("hashes", 24, b"<a time>\x02\x00\x01f\x01v\x41\x00\x01g\x01w"),
    ("hashes", 25, b"<a time>\x00"),
    ("hashes", 25, b"<a time>\x02lp"),
];
const HASHES_OF_VALKEY: [(&str, u8, &[u8]); 2] = [
    ("hashes", 22, b"\x00"),
    ("hashes", 22, b"\x02\x01f\x01v\xff\xff\xff\xff\xff\xff\xff\xff\x01g\x01w<a time>"),
];

#[test]
fn a_value_of_another_type_is_stepped_over_to_its_last_byte_and_counted() {
    let redis = VALUES.iter().chain(&HASHES_OF_REDIS).map(|value| (b"REDIS0012", value));
    let valkey = VALUES.iter().chain(&HASHES_OF_VALKEY).map(|value| (b"VALKEY080", value));
    for (magic, (name, kind, value)) in redis.chain(valkey) {
        let record = [&[*kind], &b"\x01k"[..], value].concat();
        let loaded = assert_loads(&dump_of(magic, &[&record, &record, LAST]), &[LAST_ENTRY]);
        assert_eq!(loaded, format!("1 keys, 0 expired, 2 {name} skipped"));
        assert_eq!(counts(&loaded)[*name], 2);
    }
}

#[test]
fn types_that_nobody_wrote_or_nobody_can_step_over_are_refused() {
    let both = [6, 8].into_iter().chain(26..=243);
    let redis = both.clone().filter(|kind| *kind != 22).map(|kind| (b"REDIS0012", kind));
    let valkey = both.filter(|kind| *kind != 243).chain(23..=25).map(|kind| (b"VALKEY080", kind));
    for (magic, kind) in redis.chain(valkey) {
        let error = refusal(&dump_of(magic, &[LAST, &[kind], b"\x01k\x02lp"]));
        let place = "byte 17 should be a key's type or an opcode";
        assert_eq!(error, format!("{place}, but is {kind}"));
    }
}

#[test]
fn valkey_may_tell_of_slots_that_were_being_imported() {
    for ranges in [&b"\x00"[..], b"\x01\x05\x06", b"\x02\x05\x06\x41\x00\x41\xff"] {
        let opcode = [b"\xf3\x03job", ranges].concat();
        assert_loads(&dump_of(b"VALKEY080", &[&opcode, LAST]), &[LAST_ENTRY]);
    }
}

#[test]
fn what_is_wrong_inside_a_value_is_refused() {
    for (kind, value, offset, expected, found) in [
        (1, &b"\xc0\x01a"[..], 12, "a number of elements", "192"),
        (1, b"\x82\x00\x00\x00\x01", 12, "a length", "130"),
        (1, b"\x01\xc4", 13, "the encoding of a string", "196"),
        (5, b"\xff", 12, "a number of elements", "255"),
        (18, b"\x01\x00\x01p", 13, "a marker within 1..=2", "0"),
        (18, b"\x01\x03\x01p", 13, "a marker within 1..=2", "3"),
        (18, b"\x01\xc1\x01p", 13, "a marker", "193"),
        (7, b"\xc7\x00", 12, "a number", "199"),
        (7, b"\x07\x06", 13, "a module's opcode", "6"),
        (7, b"\x07\x01\xc0", 14, "a number", "192"),
        (7, b"\x07\x02\xc0", 14, "a number", "192"),
        (15, b"\x00\x00\x00\x00\x01\x01g\xc4", 19, "a number", "196"),
    ] {
        let record = [&[kind], &b"\x01k"[..], value].concat();
        let error = refusal(&dump(&[&record, LAST]));
        assert_eq!(error, format!("byte {offset} should be {expected}, but is {found}"));
    }
}

#[test]
fn the_checksum_is_verified_from_version_5_on() {
    for version in 1..=12 {
        let magic = format!("REDIS{version:04}");
        let mut bytes = dump_of(magic.as_bytes(), &[LAST]);
        let checksum = bytes.len() - 8;
        let computed = crc64(&bytes[..checksum]);
        bytes[checksum] ^= 1;
        if version < 5 {
            assert_loads(&bytes, &[LAST_ENTRY]);
            assert_loads(&bytes[..checksum], &[LAST_ENTRY]);
            continue;
        }
        let stored = computed ^ 1;
        let expected = format!("should be the checksum {computed:016x}, but is {stored:016x}");
        assert_eq!(refusal(&bytes), format!("byte {checksum} {expected}"));
    }
    let mut valkey = dump_of(b"VALKEY080", &[LAST]);
    *valkey.last_mut().unwrap() ^= 0x80;
    assert!(refusal(&valkey).contains("should be the checksum"));
}

#[test]
fn a_checksum_of_zero_was_not_computed() {
    let mut bytes = dump(&[LAST]);
    let checksum = bytes.len() - 8;
    bytes[checksum..].fill(0);
    assert_loads(&bytes, &[LAST_ENTRY]);
}

#[test]
fn what_stands_behind_the_end_is_not_read() {
    let with_checksum = [&dump(&[LAST])[..], b"\x00\x01x\x01y"].concat();
    assert_loads(&with_checksum, &[LAST_ENTRY]);

    let without_checksum = [b"REDIS0004", LAST, b"\xffgarbage"].concat();
    assert_loads(&without_checksum, &[LAST_ENTRY]);
}

#[test]
fn an_opcode_gives_the_next_key_a_deadline_in_milliseconds_or_seconds() {
    const PAST: &[u8] = b"\xfc\x01\x00\x00\x00\x00\x00\x00\x00";
    let ms = |deadline: i64| [b"\xfc", &deadline.to_le_bytes()[..]].concat();
    let seconds = |deadline: i32| [b"\xfd", &deadline.to_le_bytes()[..]].concat();
    let now_s = (NOW / 1000) as i32;
    for (opcodes, deadline) in [
        (ms(NOW + 1), Some(NOW + 1)),
        (ms(NOW), Some(NOW)),
        (ms(0x0102_0304_0506_0708), Some(0x0102_0304_0506_0708)),
        (ms(i64::MAX), Some(i64::MAX)),
        (ms(-1), None),
        (seconds(now_s), Some(NOW)),
        (seconds(now_s + 1), Some(NOW + 1000)),
        (seconds(0x7654_3210), Some(0x7654_3210 * 1000)),
        (seconds(i32::MAX), Some(2_147_483_647_000)),
        ([PAST, &ms(NOW + 5)].concat(), Some(NOW + 5)),
        ([PAST, &seconds(now_s + 5)].concat(), Some(NOW + 5000)),
        ([seconds(0), ms(NOW + 5)].concat(), Some(NOW + 5)),
        ([PAST, &ms(-1)].concat(), None),
        ([&ms(NOW + 5)[..], b"\xf9\x01\xf8\x05\xfe\x01\xfe\x00"].concat(), Some(NOW + 5)),
        ([&ms(NOW + 5)[..], b"\xfb\x01\x01\xfa\x01a\x01b\xf5\x01f"].concat(), Some(NOW + 5)),
    ] {
        let bytes = dump(&[&opcodes, &key(b"\x01v"), LAST]);
        let loaded = assert_loads(&bytes, &[(b"k", b"v", deadline), LAST_ENTRY]);
        assert_eq!(counts(&loaded)["expired"], 0);
    }
    for opcodes in [
        ms(NOW - 1),
        ms(1),
        ms(0),
        ms(-2),
        ms(i64::MIN),
        seconds(now_s - 1),
        seconds(0),
        seconds(-1),
        seconds(i32::MIN),
        [ms(NOW + 5), seconds(0)].concat(),
        [&seconds(i32::MAX)[..], PAST].concat(),
        [PAST, b"\xfe\x00\xfb\x01\x01\xfa\x01a\x01b\xf9\x01\xf8\x05"].concat(),
    ] {
        let loaded = assert_loads(&dump(&[&opcodes, &key(b"\x01v"), LAST]), &[LAST_ENTRY]);
        assert_eq!(loaded, "1 keys, 1 expired");
    }
}

#[test]
fn a_deadline_is_for_one_key_alone_whatever_becomes_of_it() {
    let past = b"\xfc\x01\x00\x00\x00\x00\x00\x00\x00";
    let future = b"\xfc\xff\xff\xff\xff\xff\xff\xff\x7e";
    let list = b"\x01\x01l\x01\x01a";
    let key = key(b"\x01v");
    for (records, log) in [
        ([&future[..], &key, LAST], "2 keys, 0 expired"),
        ([past, &key, LAST], "1 keys, 1 expired"),
        ([past, list, LAST], "1 keys, 0 expired, 1 lists skipped"),
        (
            [b"\xfe\x01", &[&past[..], &key, b"\xfe\x00"].concat(), LAST],
            "1 keys, 0 expired, 1 keys of other databases skipped",
        ),
        (
            [b"\xfe\x01", &[&past[..], list, b"\xfe\x00"].concat(), LAST],
            "1 keys, 0 expired, 1 keys of other databases skipped",
        ),
        ([LAST, past, b""], "1 keys, 0 expired"),
    ] {
        let (loaded, mut database) = load(&dump(&records)).unwrap();
        assert_eq!(loaded, log);
        assert!(holds(&mut database, LAST_ENTRY), "{log}");
    }
}

#[test]
fn a_faulty_value_is_refused_even_if_its_key_has_expired() {
    let past = b"\xfc\x01\x00\x00\x00\x00\x00\x00\x00";
    let error = refusal(&dump(&[past, &key(b"\xc4"), LAST]));
    assert_eq!(error, "byte 21 should be the encoding of a string, but is 196");
}

#[test]
fn only_database_0_is_kept() {
    for (select, loaded, elsewhere) in [
        (&b""[..], 1, 0),
        (b"\xfe\x00", 1, 0),
        (b"\xfe\x01", 0, 1),
        (b"\xfe\x0f", 0, 1),
        (b"\xfe\x80\xff\xff\xff\xff", 0, 1),
        (b"\xfe\x81\xff\xff\xff\xff\xff\xff\xff\xff", 0, 1),
        (b"\xfe\x81\x00\x00\x00\x01\x00\x00\x00\x00", 0, 1),
        (b"\xfe\x01\xfe\x00", 1, 0),
    ] {
        let bytes = dump(&[select, &key(b"\x01v"), b"\xfe\x00", LAST]);
        let entries: &[Entry<'_>] = &[LAST_ENTRY, (b"k", b"v", None)][..1 + loaded];
        let found = assert_loads(&bytes, entries);
        let counts = counts(&found);
        let skipped = counts.get("keys of other databases").copied().unwrap_or(0);
        assert_eq!((skipped, counts.len() as u64), (elsewhere, 2 + elsewhere));
    }
}

#[test]
fn a_key_may_come_once_in_a_database() {
    let (one, other) = (&key(b"\x01v")[..], &key(b"\x01w")[..]);
    let past: &[u8] = b"\xfc\x01\x00\x00\x00\x00\x00\x00\x00";
    let future: &[u8] = b"\xfc\xff\xff\xff\xff\xff\xff\xff\x7e";
    for records in [
        &[one, b"\xfe\x01", other, other][..],
        &[b"\xfe\x01", other, b"\xfe\x00", one],
        &[past, other, one],
        &[one, past, other],
        &[past, other, past, other, one],
        &[b"\x01\x01k\x00", one],
    ] {
        assert_loads(&dump(records), &[(b"k", b"v", None)]);
    }
    for (records, offset) in [
        (&[one, other][..], 14),
        (&[one, one], 14),
        (&[one, LAST, future, other], 31),
        (&[future, one, other], 23),
        (&[one, b"\xfe\x01", other, b"\xfe\x00", other], 23),
    ] {
        let error = refusal(&dump(records));
        assert_eq!(error, format!("byte {offset} should be a new key, but is 'k' again"));
    }
    let error = refusal(&dump(&[b"\x00\x02\x00'\x00", b"\x00\x02\x00'\x00"]));
    assert_eq!(error, r"byte 14 should be a new key, but is '\x00\'' again");
}

#[test]
fn the_log_tells_what_was_skipped_in_a_fixed_order() {
    let (bytes, entries) = one_of_each();
    assert_eq!(
        assert_loads(&bytes, &entries),
        "5 keys, 1 expired, 1 hashes skipped, 1 keys of other databases skipped, 2 lists skipped, \
         2 sorted sets skipped, 1 streams skipped, 1 values of modules skipped"
    );
}

#[test]
fn announced_sizes_cost_no_memory() {
    for header in [
        &b"\x80\x00\x10\x00\x00"[..],
        b"\x80\xff\xff\xff\xff",
        b"\x81\x00\x00\x01\x00\x00\x00\x00\x00",
        b"\x81\x40\x00\x00\x00\x00\x00\x00\x00",
        b"\x81\x7f\xff\xff\xff\xff\xff\xff\xff",
        b"\x81\xff\xff\xff\xff\xff\xff\xff\xff",
    ] {
        let truncated = |before: &[u8], after: &[u8], missing: &str| {
            let bytes = [b"REDIS0011", before, header, after].concat();
            let end = bytes.len();
            (bytes, format!("byte {end} should be {missing}, but is the end of the file"))
        };
        let lie = dump(&[b"\x00\x01k\xc3\x02", header, b"\x00a", LAST]);
        let announced = match header {
            [0x80, length @ ..] => u32::from_be_bytes(length.try_into().unwrap()).into(),
            length => u64::from_be_bytes(length[1..].try_into().unwrap()),
        };
        let found = format!("bytes that do not unpack to the {announced} announced");
        let place = 14 + header.len();
        for (bytes, refused) in [
            truncated(b"\x00", b"a", "a string"),
            truncated(b"\x00\x01k", b"a", "a string"),
            truncated(b"\x00\x01k\xc3", b"\x01\x00a", "a string"),
            truncated(b"\x0a\x01k", b"a", "a string"),
            truncated(b"\xfa\x01k", b"a", "a string"),
            truncated(b"\x01\x01k", b"\x01a", "a length"),
            truncated(b"\x05\x01k", b"\x01a", "a number"),
            truncated(b"\x0f\x01k", b"\x01a", "a length"),
            truncated(b"\x0f\x01k\x00\x00\x00\x00", b"\x01a\x00\x00\x00\x00", "a length"),
            truncated(b"\xfb", b"\x00", "a key's type or an opcode"),
            (lie, format!("byte {place} should be a compressed string, but is {found}")),
        ] {
            let mut error = String::new();
            let memory = allocation_counter::measure(|| error = refusal(&bytes)).bytes_max;
            assert_eq!(error, refused);
            assert!(memory < 4096 + emptiness(), "{memory} bytes: {}", bytes.escape_ascii());
        }
    }
}

#[test]
fn a_long_dump_takes_no_more_memory_than_its_longest_string() {
    let string = [&b"\x40\x80"[..], &[b'x'; 128]].concat();
    let list = [&b"\x01\x01l\x02"[..], &string, &string].concat();
    let expired = [b"\xfd\x00\x00\x00\x00\x00", &string[..], &string].concat();
    let records = [list, expired].concat().repeat(1_000);
    let bytes = [b"REDIS0004", &records[..], b"\xff"].concat();
    let mut loaded = None;
    let memory = allocation_counter::measure(|| {
        loaded = load_from(BufReader::with_capacity(512, &bytes[..]), bytes.len()).ok();
    });
    let (loaded, _) = loaded.unwrap();
    assert_eq!(loaded, "0 keys, 1000 expired, 1000 lists skipped");
    assert!(memory.bytes_max < 4096 + emptiness(), "{memory:?}");
}

/// Gives one byte at a time, is interrupted before each, and fails when there are none left.
struct Failing<'a>(BufReader<Interrupted<'a>>);

struct Interrupted<'a> {
    bytes: &'a [u8],
    is_due: bool,
}

impl<'a> Failing<'a> {
    fn after(bytes: &'a [u8]) -> Self {
        Self(BufReader::with_capacity(1, Interrupted { bytes, is_due: true }))
    }
}

impl Read for Interrupted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.is_due = !self.is_due;
        if !self.is_due {
            return Err(io::ErrorKind::Interrupted.into());
        }
        match self.bytes.read(buffer)? {
            0 => Err(io::Error::new(io::ErrorKind::ConnectionReset, "the disk is on fire")),
            count => Ok(count),
        }
    }
}

impl Read for Failing<'_> {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        unreachable!("a dump is read through its buffer")
    }
}

impl BufRead for Failing<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.0.consume(count);
    }
}

#[test]
fn a_reader_that_is_slow_and_interrupted_is_read_to_the_end() {
    let (bytes, entries) = one_of_each();
    let (loaded, mut database) = load_from(Failing::after(&bytes), bytes.len()).unwrap();
    assert_eq!(loaded, assert_loads(&bytes, &entries));
    assert!(entries.iter().all(|entry| holds(&mut database, *entry)));
}

#[test]
fn an_error_of_the_reader_comes_through_as_it_is() {
    let (bytes, _) = one_of_each();
    for length in 0..bytes.len() {
        let error = load_from(Failing::after(&bytes[..length]), bytes.len()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset, "after {length} bytes");
        assert_eq!(error.to_string(), "the disk is on fire", "after {length} bytes");
    }
}

#[test]
fn a_key_is_kept_as_soon_as_it_is_read_and_nothing_is_read_ahead() {
    let mut database = Database::default();
    let bytes = [b"REDIS0011", LAST].concat();
    let error = database.load(Failing::after(&bytes), 100, NOW).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    assert!(holds(&mut database, LAST_ENTRY));

    let fault = load_from(Failing::after(b"REDIS0011\x08"), 100).unwrap_err();
    assert_eq!(fault.to_string(), "byte 9 should be a key's type or an opcode, but is 8");
}

#[test]
fn a_keyspace_that_is_not_empty_keeps_what_it_has() {
    let deadline = [b"\xfc", &(NOW + 5).to_le_bytes()[..]].concat();
    let (_, mut database) = load(&dump(&[&deadline, &key(b"\x03old")])).unwrap();
    let bytes = dump(&[LAST, &key(b"\x03new")]);
    let error = database.load(&bytes[..], bytes.len(), NOW).unwrap_err();
    assert!(error.to_string().ends_with("but is 'k' again"), "{error}");
    assert!(holds(&mut database, LAST_ENTRY));
    assert!(holds(&mut database, (b"k", b"old", Some(NOW + 5))));
}

#[test]
fn a_reader_knows_where_it_is_and_what_it_has_read() {
    let mut reader = RdbReader::new(&b"123456789"[..]);
    assert_eq!((reader.offset(), reader.checksum().unwrap()), (0, 0));
    assert_eq!(reader.byte("a byte").unwrap(), b'1');
    assert_eq!(reader.array("an array").unwrap(), *b"2345678");
    assert_eq!(reader.byte("a byte").unwrap(), b'9');
    assert_eq!((reader.offset(), reader.checksum().unwrap()), (9, 0xe9c6_d914_c4b8_d9ca));
    let error = reader.byte("one more byte").unwrap_err();
    assert_eq!(error.to_string(), "byte 9 should be one more byte, but is the end of the file");
}

//! Dumps for the tests, put together from bytes.

/// A string that a dump holds: its key, its value, its deadline.
pub type Entry<'a> = (&'a [u8], &'a [u8], Option<i64>);

/// Returns a dump of version 11 that holds these records.
#[must_use]
pub fn dump(records: &[&[u8]]) -> Vec<u8> {
    dump_of(b"REDIS0011", records)
}

/// Returns a dump with this magic, and with a checksum whatever its version.
#[must_use]
pub fn dump_of(magic: &[u8], records: &[&[u8]]) -> Vec<u8> {
    let mut bytes = [magic, &records.concat(), b"\xff"].concat();
    bytes.extend(crc64(&bytes).to_le_bytes());
    bytes
}

/// Returns a small dump in which there is one of everything, and the strings of its database 0.
#[must_use]
pub fn one_of_each() -> (Vec<u8>, Vec<Entry<'static>>) {
    let records: &[&[u8]] = &[
        b"\xfa\x05redis\xc0\x07",                                          // AUX
        b"\xf5\x03lib",                                                    // FUNCTION2
        b"\xf6\x01f\x03LUA\x01\x01d\x01c",                                 // FUNCTION_PRE_GA
        b"\xf7\x07\x02\x01\x05\x01m\x00",                                  // MODULE_AUX
        b"\xfe\x00\xfb\x09\x03",                                           // SELECTDB, RESIZEDB
        b"\xf4\x07\x01\x00",                                               // SLOT_INFO
        b"\x00\x05plain\x05bytes",                                         // strings
        b"\x00\xc0\x07\xc1\x39\x30",                                       // 7, 12345
        b"\x00\x03lzf\xc3\x05\x06\x01ab\x40\x01",                          // ababab
        b"\xfc\x01\x02\x03\x04\x05\x06\x07\x08\x00\x02ms\x40\x01m",        // a length in 14 bits
        b"\xfd\xff\xff\xff\x7f\x00\x01s\x80\x00\x00\x00\x01s",             // and in 32
        b"\xfc\x01\x02\x03\x04\x05\x06\x07\xf8\x00\x04gone\xc2abcd", // EXPIRETIME_MS in the past
        b"\xf8\x05\xf9\x06\x01\x01l\x01\x01a",                       // IDLE, FREQ, a list
        b"\x03\x01z\x02\x01a\x031.5\x01b\xff",                       // a sorted set
        b"\x05\x01y\x01\x01a\x01\x02\x03\x04\x05\x06\x07\x08",       // and one with a double
        b"\x12\x01q\x01\x02\x01p",                                   // a quicklist
        b"\x07\x01m\x09\x01\x07\x03abcd\x00",                        // a module's value
        b"\x0f\x01x\x01\x02id\x02lp\x01\x02\x03\x01\x01g\x04\x05\x00\x00", // a stream with a group
        b"\x18\x01h\x01\x02\x03\x04\x05\x06\x07\x08\x01\x09\x01f\x01v", // a hash with a deadline
        b"\xfe\x01\x00\x05other\x01v",                               // another database
    ];
    let strings: Vec<Entry<'static>> = vec![
        (b"plain", b"bytes", None),
        (b"7", b"12345", None),
        (b"lzf", b"ababab", None),
        (b"ms", b"m", Some(0x0807_0605_0403_0201)),
        (b"s", b"s", Some(i32::MAX as i64 * 1000)),
    ];
    (dump_of(b"REDIS0012", records), strings)
}

/// CRC-64/Jones, bit by bit: slow and short.
#[must_use]
pub fn crc64(bytes: &[u8]) -> u64 {
    let shift = |crc: u64| if crc & 1 == 1 { crc >> 1 ^ 0x95ac_9329_ac4b_c9b5 } else { crc >> 1 };
    bytes.iter().fold(0, |crc, &byte| (0..8).fold(crc ^ u64::from(byte), |crc, _| shift(crc)))
}

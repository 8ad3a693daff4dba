//! The values in a dump that are no strings. Nothing is kept of them: only their structure counts.

use std::ops::RangeInclusive;

use Part::{Bytes, Lengths, Marker, Module, Repeat, Score, String};

use crate::rdb::Format::{self, Redis, Valkey};

/// What values, and the operands of opcodes, are made of.
#[derive(Debug)]
pub enum Part {
    /// A string in any encoding.
    String,
    /// So many lengths, or other numbers that are written like them.
    Lengths(usize),
    /// A length that is one of these and says what follows.
    Marker(RangeInclusive<u64>),
    /// So many bytes: a number in binary, or an ID of two.
    Bytes(u64),
    /// A number as text behind its length in one byte. 253 to 255 stand for NaN and the infinities.
    Score,
    /// What a module has written: numbers, strings, and the end.
    Module,
    /// A length, and so many times all of this.
    Repeat(&'static [Part]),
}

/// Entries with numbers on them, then groups: each with its numbers, with the entries that nobody
/// has acknowledged, and with the consumers whose entries those are.
const STREAM: &[Part] = &[ENTRIES, Lengths(3), Repeat(&[String, Lengths(2), PENDING, CONSUMERS])];
const STREAM_2: &[Part] = &[ENTRIES, Lengths(8), Repeat(&[String, Lengths(3), PENDING, CONSUMERS])];
const STREAM_3: &[Part] =
    &[ENTRIES, Lengths(8), Repeat(&[String, Lengths(3), PENDING, CONSUMERS_3])];
const ENTRIES: Part = Repeat(&[String, String]);
const PENDING: Part = Repeat(&[Bytes(24), Lengths(1)]);
const CONSUMERS: Part = Repeat(&[String, Bytes(8), Repeat(&[Bytes(16)])]);
const CONSUMERS_3: Part = Repeat(&[String, Bytes(16), Repeat(&[Bytes(16)])]);

/// Returns what the log calls values of this type, and what such a value is made of. Mirrors
/// `rdbLoadObject`.
pub fn layout(kind: u8, format: Format) -> Option<(&'static str, &'static [Part])> {
    Some(match (kind, format) {
        (1 | 14, _) => ("lists", &[Repeat(&[String])]),
        (18, _) => ("lists", &[Repeat(&[Marker(1..=2), String])]),
        (10, _) => ("lists", &[String]),
        (2, _) => ("sets", &[Repeat(&[String])]),
        (11 | 20, _) => ("sets", &[String]),
        (3, _) => ("sorted sets", &[Repeat(&[String, Score])]),
        (5, _) => ("sorted sets", &[Repeat(&[String, Bytes(8)])]),
        (12 | 17, _) => ("sorted sets", &[String]),
        (4, _) => ("hashes", &[Repeat(&[String, String])]),
        (9 | 13 | 16, _) => ("hashes", &[String]),
        // Hashes with fields that expire. Both projects have given the number 22 away.
        (22, Valkey) => ("hashes", &[Repeat(&[String, String, Bytes(8)])]),
        (22, Redis(_)) => ("hashes", &[Repeat(&[Lengths(1), String, String])]),
        (23, Redis(_)) => ("hashes", &[String]),
        (24, Redis(_)) => ("hashes", &[Bytes(8), Repeat(&[Lengths(1), String, String])]),
        (25, Redis(_)) => ("hashes", &[Bytes(8), String]),
        (15, _) => ("streams", STREAM),
        (19, _) => ("streams", STREAM_2),
        (21, _) => ("streams", STREAM_3),
        (7, _) => ("values of modules", &[Lengths(1), Module]),
        _ => return None,
    })
}

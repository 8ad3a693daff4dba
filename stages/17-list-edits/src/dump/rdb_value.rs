//! The values in a dump that are not strings. They are skipped, so only their layout matters.

use std::io::{self, BufRead};
use std::ops::RangeInclusive;

use Layout::{Operands, Value};
use Part::{Bytes, Lengths, Marker, Module, Optional, Repeat, Score, String};

use crate::dump::rdb_reader::{RdbReader, corrupt};
use Format::{Redis, Valkey};

/// The format of a dump: which project wrote it, and its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Redis, and Valkey before version 9. The format's versions are 1 to 12.
    Redis(u16),
    /// Valkey 9, whose versions begin at 80.
    Valkey,
}

impl Format {
    /// Reads the magic and the version, such as `REDIS0010` or `VALKEY080`.
    pub fn read(reader: &mut RdbReader<impl BufRead>) -> io::Result<Self> {
        const EXPECTED: &str = "REDIS0001 to REDIS0012 or VALKEY080";
        let magic: [u8; 9] = reader.array(EXPECTED)?;
        let digits =
            magic.strip_prefix(b"REDIS").filter(|digits| digits.iter().all(u8::is_ascii_digit));
        let version = digits.and_then(|digits| str::from_utf8(digits).ok()?.parse().ok());
        match version {
            Some(version @ 1..=12) => Ok(Self::Redis(version)),
            _ if &magic == b"VALKEY080" => Ok(Self::Valkey),
            _ => Err(corrupt(0, EXPECTED, format!("'{}'", magic.escape_ascii()))),
        }
    }
}

/// A part of a value, or of an opcode's operands.
#[derive(Debug)]
pub enum Part {
    /// A string in any encoding.
    String,
    /// This many lengths, or other numbers that are encoded like them.
    Lengths(usize),
    /// A length in this range, which says what follows.
    Marker(RangeInclusive<u64>),
    /// This many bytes: a binary number, or an ID of two.
    Bytes(u64),
    /// A number as text, after its length in one byte. 253 to 255 mean NaN and the infinities.
    Score,
    /// What a module has written: numbers, strings, and an end mark.
    Module,
    /// A length, then all of these parts unless it is 0.
    Optional(&'static [Part]),
    /// A length, then all of these parts that many times.
    Repeat(&'static [Part]),
}

impl Part {
    /// Skips what this part describes.
    pub fn skip(&self, reader: &mut RdbReader<impl BufRead>) -> io::Result<()> {
        match self {
            String => reader.string(&mut Vec::new())?,
            Lengths(count) => {
                for _ in 0..*count {
                    reader.length("a number")?;
                }
            }
            Marker(values) => {
                let offset = reader.offset();
                let value = reader.length("a marker")?;
                if !values.contains(&value) {
                    return Err(corrupt(offset, &format!("a marker within {values:?}"), value));
                }
            }
            Bytes(count) => reader.skip(*count, "a number")?,
            Score => match reader.byte("a score")? {
                253..=255 => {}
                length => reader.skip(length.into(), "a score")?,
            },
            Module => while skip_of_module(reader)? {},
            Optional(parts) => {
                if reader.length("whether something follows")? != 0 {
                    skip(parts, reader)?;
                }
            }
            Repeat(parts) => {
                for _ in 0..reader.length("a number of elements")? {
                    skip(parts, reader)?;
                }
            }
        }
        Ok(())
    }
}

/// Skips all of these parts.
pub fn skip(parts: &[Part], reader: &mut RdbReader<impl BufRead>) -> io::Result<()> {
    parts.iter().try_for_each(|part| part.skip(reader))
}

/// Skips one thing that a module has written. Returns false at the end mark.
fn skip_of_module(reader: &mut RdbReader<impl BufRead>) -> io::Result<bool> {
    let offset = reader.offset();
    match reader.length("a module's opcode")? {
        0 => return Ok(false),
        1 | 2 => Lengths(1).skip(reader)?,
        3 => Bytes(4).skip(reader)?,
        4 => Bytes(8).skip(reader)?,
        5 => String.skip(reader)?,
        other => return Err(corrupt(offset, "a module's opcode", other)),
    }
    Ok(true)
}

/// A stream: entries and counters, then groups. Each group has its counters, the entries not yet
/// acknowledged, and the consumers to which those were delivered.
const STREAM: &[Part] = &[ENTRIES, Lengths(3), Repeat(&[String, Lengths(2), PENDING, CONSUMERS])];
const STREAM_2: &[Part] = &[ENTRIES, Lengths(8), Repeat(&[String, Lengths(3), PENDING, CONSUMERS])];
const STREAM_3: &[Part] =
    &[ENTRIES, Lengths(8), Repeat(&[String, Lengths(3), PENDING, CONSUMERS_3])];
const ENTRIES: Part = Repeat(&[String, String]);
const PENDING: Part = Repeat(&[Bytes(24), Lengths(1)]);
const CONSUMERS: Part = Repeat(&[String, Bytes(8), Repeat(&[Bytes(16)])]);
const CONSUMERS_3: Part = Repeat(&[String, Bytes(16), Repeat(&[Bytes(16)])]);

/// What follows a byte that comes in place of a key's type.
#[derive(Debug)]
pub enum Layout {
    /// The byte is a type: its key follows, then a value. Also, what the log calls such values.
    Value(&'static str, &'static [Part]),
    /// The byte is an opcode: its operands follow.
    Operands(&'static [Part]),
}

/// Returns what follows `byte`, if it is a type or an opcode of this format. Mirrors
/// `rdbLoadObject` and parts of `rdbLoadRio`.
pub fn layout(byte: u8, format: Format) -> Option<Layout> {
    Some(match (byte, format) {
        (1 | 14, _) => Value("lists", &[Repeat(&[String])]),
        (18, _) => Value("lists", &[Repeat(&[Marker(1..=2), String])]),
        (10, _) => Value("lists", &[String]),
        (2, _) => Value("sets", &[Repeat(&[String])]),
        (11 | 20, _) => Value("sets", &[String]),
        (3, _) => Value("sorted sets", &[Repeat(&[String, Score])]),
        (5, _) => Value("sorted sets", &[Repeat(&[String, Bytes(8)])]),
        (12 | 17, _) => Value("sorted sets", &[String]),
        (4, _) => Value("hashes", &[Repeat(&[String, String])]),
        (9 | 13 | 16, _) => Value("hashes", &[String]),
        // Hashes with fields that expire. Redis and Valkey both use 22, for different layouts.
        (22, Valkey) => Value("hashes", &[Repeat(&[String, String, Bytes(8)])]),
        (22, Redis(_)) => Value("hashes", &[Repeat(&[Lengths(1), String, String])]),
        (23, Redis(_)) => Value("hashes", &[String]),
        (24, Redis(_)) => Value("hashes", &[Bytes(8), Repeat(&[Lengths(1), String, String])]),
        (25, Redis(_)) => Value("hashes", &[Bytes(8), String]),
        (15, _) => Value("streams", STREAM),
        (19, _) => Value("streams", STREAM_2),
        (21, _) => Value("streams", STREAM_3),
        (7, _) => Value("values of modules", &[Lengths(1), Module]),
        // How often and how recently a key was used, what modules and functions there are, and what
        // a cluster's slots hold.
        (0xf9, _) => Operands(&[Bytes(1)]),
        (0xf8, _) => Operands(&[Lengths(1)]),
        (0xf7, _) => Operands(&[Lengths(1), Marker(2..=2), Lengths(1), Module]),
        (0xf6, _) => Operands(&[String, String, Optional(&[String]), String]),
        (0xf5, _) => Operands(&[String]),
        (0xf4, _) => Operands(&[Lengths(3)]),
        (0xf3, Valkey) => Operands(&[String, Repeat(&[Lengths(2)])]),
        // Who wrote the dump, and when.
        (0xfa, _) => Operands(&[String, String]),
        _ => return None,
    })
}

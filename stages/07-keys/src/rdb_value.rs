//! The values in a dump that are no strings. They are stepped over: only their structure counts.

use std::io::BufRead;

use crate::rdb::Format;
use crate::rdb_reader::{RdbError, RdbReader, corrupt};

/// The type of a key whose value is a string.
pub const STRING: u8 = 0;

/// Steps over a value of the type `kind`, which stood at `offset`. Returns what to call such
/// values in the log. Mirrors `rdbLoadObject`.
pub fn skip<R: BufRead>(
    reader: &mut RdbReader<R>,
    kind: u8,
    format: Format,
    offset: u64,
) -> Result<&'static str, RdbError> {
    let valkey = format == Format::Valkey;
    match kind {
        // Elements one by one: plain lists and sets, and lists of packed nodes.
        1 | 2 | 14 => repeat(reader, |reader| reader.skip_strings(1))?,
        4 => repeat(reader, |reader| reader.skip_strings(2))?,
        // Each member of a sorted set with its score, as text or in 8 bytes.
        3 => repeat(reader, skip_scored_in_text)?,
        5 => repeat(reader, |reader| {
            reader.skip_strings(1)?;
            reader.skip(8, "a score")
        })?,
        // One string holds everything: zipmap, ziplist, intset, listpack.
        9..=13 | 16 | 17 | 20 => reader.skip_strings(1)?,
        // Each node of a list is a string with a word on what is in it.
        18 => repeat(reader, |reader| {
            reader.skip_lengths(1)?;
            reader.skip_strings(1)
        })?,
        15 | 19 | 21 => skip_stream(reader, kind)?,
        7 => {
            reader.skip_lengths(1)?;
            skip_module_values(reader)?;
        }
        // Hashes whose fields expire. Valkey and Redis use the same number for different ones.
        22 if valkey => repeat(reader, |reader| {
            reader.skip_strings(2)?;
            reader.skip(8, "the deadline of a field")
        })?,
        22 => repeat(reader, skip_expiring_field)?,
        23 if !valkey => reader.skip_strings(1)?,
        24 if !valkey => {
            reader.skip(8, "the first deadline of a hash")?;
            repeat(reader, skip_expiring_field)?;
        }
        25 if !valkey => {
            reader.skip(8, "the first deadline of a hash")?;
            reader.skip_strings(1)?;
        }
        _ => return Err(corrupt(offset, "a key's type or an opcode", kind)),
    }
    Ok(match kind {
        1 | 10 | 14 | 18 => "lists",
        2 | 11 | 20 => "sets",
        3 | 5 | 12 | 17 => "sorted sets",
        15 | 19 | 21 => "streams",
        7 => "values of modules",
        _ => "hashes",
    })
}

/// Reads a number, and does so many times what `skip_one` does.
pub fn repeat<R: BufRead>(
    reader: &mut RdbReader<R>,
    mut skip_one: impl FnMut(&mut RdbReader<R>) -> Result<(), RdbError>,
) -> Result<(), RdbError> {
    for _ in 0..reader.length("the number of elements")? {
        skip_one(reader)?;
    }
    Ok(())
}

fn skip_scored_in_text<R: BufRead>(reader: &mut RdbReader<R>) -> Result<(), RdbError> {
    reader.skip_strings(1)?;
    match reader.byte("a score")? {
        // Not a number, and the two infinities.
        253..=255 => Ok(()),
        length => reader.skip(length.into(), "a score"),
    }
}

fn skip_expiring_field<R: BufRead>(reader: &mut RdbReader<R>) -> Result<(), RdbError> {
    reader.skip_lengths(1)?;
    reader.skip_strings(2)
}

/// What a module has written of a value, piece by piece.
pub fn skip_module_values<R: BufRead>(reader: &mut RdbReader<R>) -> Result<(), RdbError> {
    loop {
        let offset = reader.offset();
        match reader.length("a module's opcode")? {
            0 => return Ok(()),
            1 | 2 => reader.skip_lengths(1)?,
            3 => reader.skip(4, "a float")?,
            4 => reader.skip(8, "a double")?,
            5 => reader.skip_strings(1)?,
            other => {
                let found = other.to_string();
                return Err(RdbError::Corrupt { offset, expected: "a module's opcode", found });
            }
        }
    }
}

/// Entries, then groups with their pending entries and consumers. Later versions know more.
fn skip_stream<R: BufRead>(reader: &mut RdbReader<R>, kind: u8) -> Result<(), RdbError> {
    let (second, third) = (kind >= 19, kind >= 21);
    repeat(reader, |reader| reader.skip_strings(2))?;
    reader.skip_lengths(if second { 8 } else { 3 })?;
    repeat(reader, |reader| {
        reader.skip_strings(1)?;
        reader.skip_lengths(if second { 3 } else { 2 })?;
        repeat(reader, |reader| {
            reader.skip(16 + 8, "a pending entry")?;
            reader.skip_lengths(1)
        })?;
        repeat(reader, |reader| {
            reader.skip_strings(1)?;
            reader.skip(if third { 16 } else { 8 }, "when a consumer was seen")?;
            repeat(reader, |reader| reader.skip(16, "the ID of a pending entry"))
        })
    })
}

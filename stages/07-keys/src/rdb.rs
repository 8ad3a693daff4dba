//! Dump files: the keys and values that a Redis or Valkey server has saved.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufRead};

use crate::clock::UnixMillis;
use crate::db::Db;
use crate::rdb_reader::{RdbReader, corrupt};
use crate::rdb_value;
use crate::rdb_value::Part::{Bytes, Lengths, Marker, Module, Repeat, String};

/// The type of a key whose value is a string.
const STRING: u8 = 0;

/// The opcodes: what may stand where a key's type would.
mod opcode {
    pub const EOF: u8 = 0xff;
    pub const SELECT_DB: u8 = 0xfe;
    pub const EXPIRE_TIME: u8 = 0xfd;
    pub const EXPIRE_TIME_MS: u8 = 0xfc;
    pub const RESIZE_DB: u8 = 0xfb;
    pub const AUX: u8 = 0xfa;
    pub const FREQ: u8 = 0xf9;
    pub const IDLE: u8 = 0xf8;
    pub const MODULE_AUX: u8 = 0xf7;
    pub const FUNCTION_PRE_GA: u8 = 0xf6;
    pub const FUNCTION2: u8 = 0xf5;
    pub const SLOT_INFO: u8 = 0xf4;
    pub const SLOT_IMPORT: u8 = 0xf3;
}

/// What a dump held, for the log.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// How many keys are in the keyspace now.
    pub keys: u64,
    /// How many had expired.
    pub expired: u64,
    /// How many were skipped, by what they were.
    pub skipped: BTreeMap<&'static str, u64>,
}

impl fmt::Display for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} keys, {} expired", self.keys, self.expired)?;
        for (kind, count) in &self.skipped {
            write!(f, ", {count} {kind} skipped")?;
        }
        Ok(())
    }
}

/// Loads the dump in `source` into `db`: all strings of database 0 that have not expired.
///
/// Keys of other types and of other databases are stepped over. Memory grows with the longest
/// string, not with the file. Mirrors `rdbLoadRio`.
pub fn load(source: impl BufRead, db: &Db, now: UnixMillis) -> io::Result<Loaded> {
    let mut reader = RdbReader::new(source);
    let format = Format::read(&mut reader)?;
    let loaded = Loaded::default();
    Loader { reader, format, db, now, database: 0, expires_at: None, loaded }.load()
}

/// Whose dump it is, and how new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Redis, and Valkey before version 9: what changed is counted up to 12 here.
    Redis(u16),
    /// Valkey 9, which counts from 80.
    Valkey,
}

impl Format {
    /// `REDIS0010`, `VALKEY080`
    fn read(reader: &mut RdbReader<impl BufRead>) -> io::Result<Self> {
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

struct Loader<'a, R> {
    reader: RdbReader<R>,
    format: Format,
    db: &'a Db,
    now: UnixMillis,
    /// The number of the database to which the next keys belong.
    database: u64,
    /// The deadline of the next key.
    expires_at: Option<UnixMillis>,
    loaded: Loaded,
}

impl<R: BufRead> Loader<'_, R> {
    fn load(mut self) -> io::Result<Loaded> {
        let (mut key, mut value) = (Vec::new(), Vec::new());
        loop {
            let offset = self.reader.offset();
            match self.reader.byte("a key's type or an opcode")? {
                opcode::EOF => break,
                opcode @ opcode::SLOT_IMPORT.. => self.opcode(opcode, offset)?,
                STRING => {
                    self.reader.string(&mut key)?;
                    self.reader.string(&mut value)?;
                    self.keep(&key, &value, offset)?;
                }
                kind => {
                    let layout = rdb_value::layout(kind, self.format);
                    let (name, parts) = layout.ok_or_else(|| unknown(offset, kind))?;
                    self.reader.skip(&[String])?;
                    self.reader.skip(parts)?;
                    self.skipped(name);
                }
            }
        }
        self.verify_checksum()?;
        Ok(self.loaded)
    }

    fn keep(&mut self, key: &[u8], value: &[u8], offset: u64) -> io::Result<()> {
        if self.database != 0 {
            self.skipped("strings");
            return Ok(());
        }
        let expires_at = self.expires_at.take();
        if expires_at.is_some_and(|deadline| self.now > deadline) {
            self.loaded.expired += 1;
        } else if self.db.load(key, value, expires_at) {
            self.loaded.keys += 1;
        } else {
            let found = format!("'{}' again", key.escape_ascii());
            return Err(corrupt(offset, "a new key", found));
        }
        Ok(())
    }

    fn skipped(&mut self, kind: &'static str) {
        let kind = if self.database == 0 { kind } else { "keys of other databases" };
        *self.loaded.skipped.entry(kind).or_default() += 1;
        self.expires_at = None;
    }

    fn opcode(&mut self, opcode: u8, offset: u64) -> io::Result<()> {
        let reader = &mut self.reader;
        match opcode {
            opcode::SELECT_DB => self.database = reader.length("the number of a database")?,
            opcode::EXPIRE_TIME_MS => {
                let ms = i64::from_le_bytes(reader.array("a time in milliseconds")?);
                // -1 is how Redis says that there is none.
                self.expires_at = (ms != -1).then_some(UnixMillis(ms));
            }
            opcode::EXPIRE_TIME => {
                let seconds = i32::from_le_bytes(reader.array("a time in seconds")?);
                self.expires_at = Some(UnixMillis(i64::from(seconds) * 1000));
            }
            // How many keys are to come, how many with a deadline: hints, which may lie.
            opcode::RESIZE_DB => reader.skip(&[Lengths(2)])?,
            opcode::AUX => reader.skip(&[String, String])?,
            opcode::FREQ => reader.skip(&[Bytes(1)])?,
            opcode::IDLE => reader.skip(&[Lengths(1)])?,
            opcode::MODULE_AUX => reader.skip(&[Lengths(1), Marker(2..=2), Lengths(1), Module])?,
            opcode::FUNCTION_PRE_GA => {
                reader.skip(&[String, String])?;
                let described = reader.length("whether a description follows")? != 0;
                reader.skip(if described { &[String, String] } else { &[String] })?;
            }
            opcode::FUNCTION2 => reader.skip(&[String])?,
            opcode::SLOT_INFO => reader.skip(&[Lengths(3)])?,
            opcode::SLOT_IMPORT if self.format == Format::Valkey => {
                reader.skip(&[String, Repeat(&[Lengths(2)])])?;
            }
            _ => return Err(unknown(offset, opcode)),
        }
        Ok(())
    }

    /// Redis writes a zero where it was told not to compute the checksum.
    fn verify_checksum(&mut self) -> io::Result<()> {
        if matches!(self.format, Format::Redis(..5)) {
            return Ok(());
        }
        let (offset, computed) = (self.reader.offset(), self.reader.checksum());
        let stored = u64::from_le_bytes(self.reader.array("a checksum")?);
        if stored != 0 && stored != computed {
            let expected = format!("the checksum {computed:016x}");
            return Err(corrupt(offset, &expected, format!("{stored:016x}")));
        }
        Ok(())
    }
}

fn unknown(offset: u64, found: u8) -> io::Error {
    corrupt(offset, "a key's type or an opcode", found)
}

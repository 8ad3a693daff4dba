//! Dump files: the keys and values that a Redis or Valkey server has saved.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufRead};

use crate::clock::UnixMillis;
use crate::db::Db;
use crate::rdb_reader::{RdbReader, corrupt};
use crate::rdb_value::{self, Layout, Part};

/// The type of a key whose value is a string.
const STRING: u8 = 0;

/// What a key takes at least: its type, its length and that of its value.
const MIN_KEY_SIZE: u64 = 3;

/// The opcodes that say something about keys. They stand where a key's type would.
const EOF: u8 = 0xff;
const SELECT_DB: u8 = 0xfe;
const EXPIRE_TIME: u8 = 0xfd;
const EXPIRE_TIME_MS: u8 = 0xfc;
const RESIZE_DB: u8 = 0xfb;

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

/// Loads the dump in `source`, which has `size` bytes, into `db`: all strings of database 0 that
/// have not expired.
///
/// Keys of other types and of other databases are stepped over. Memory grows with the longest
/// string, not with the file. Mirrors `rdbLoadRio`.
pub fn load(source: impl BufRead, size: u64, db: &Db, now: UnixMillis) -> io::Result<Loaded> {
    let mut reader = RdbReader::new(source);
    let format = Format::read(&mut reader)?;
    let loaded = Loaded::default();
    Loader { reader, format, size, db, now, database: 0, expires_at: None, loaded }.load()
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
    size: u64,
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
                EOF => break,
                opcode @ RESIZE_DB.. => self.opcode(opcode)?,
                STRING => {
                    self.reader.string(&mut key)?;
                    self.reader.string(&mut value)?;
                    self.store(&key, &value, offset)?;
                }
                other => match rdb_value::layout(other, self.format) {
                    Some(Layout::Operands(parts)) => self.reader.skip(parts)?,
                    Some(Layout::Value(name, parts)) => {
                        self.reader.skip(&[Part::String])?;
                        self.reader.skip(parts)?;
                        self.count_skipped(name);
                    }
                    None => return Err(corrupt(offset, "a key's type or an opcode", other)),
                },
            }
        }
        self.verify_checksum()?;
        Ok(self.loaded)
    }

    fn store(&mut self, key: &[u8], value: &[u8], offset: u64) -> io::Result<()> {
        if self.database != 0 {
            self.count_skipped("strings");
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

    fn count_skipped(&mut self, kind: &'static str) {
        let kind = if self.database == 0 { kind } else { "keys of other databases" };
        *self.loaded.skipped.entry(kind).or_default() += 1;
        self.expires_at = None;
    }

    fn opcode(&mut self, opcode: u8) -> io::Result<()> {
        let reader = &mut self.reader;
        match opcode {
            SELECT_DB => self.database = reader.length("the number of a database")?,
            EXPIRE_TIME => {
                let seconds = i32::from_le_bytes(reader.array("a time in seconds")?);
                self.expires_at = Some(UnixMillis(i64::from(seconds) * 1000));
            }
            EXPIRE_TIME_MS => {
                let ms = i64::from_le_bytes(reader.array("a time in milliseconds")?);
                // -1 is how Redis says that there is none.
                self.expires_at = (ms != -1).then_some(UnixMillis(ms));
            }
            _ => {
                let keys = reader.length("a number of keys")?;
                reader.length("a number of deadlines")?;
                if self.database == 0 {
                    // It may lie, but no file has more keys than its bytes can hold.
                    self.db.reserve(keys.min(self.size / MIN_KEY_SIZE) as usize);
                }
            }
        }
        Ok(())
    }

    /// Redis writes a zero where it was told not to compute the checksum.
    fn verify_checksum(&mut self) -> io::Result<()> {
        if matches!(self.format, Format::Redis(..5)) {
            return Ok(());
        }
        let (offset, computed) = (self.reader.offset(), self.reader.checksum()?);
        let stored = u64::from_le_bytes(self.reader.array("a checksum")?);
        if stored != 0 && stored != computed {
            let expected = format!("the checksum {computed:016x}");
            return Err(corrupt(offset, &expected, format!("{stored:016x}")));
        }
        Ok(())
    }
}

//! Dump files: the keys and values that a Redis or Valkey server has saved.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufRead};
use std::ops::Range;

use crate::dump::rdb_reader::{RdbReader, corrupt};
use crate::dump::rdb_value::{self, Format, Layout, Part};
use crate::keyspace::db::Db;
use crate::protocol::clock::UnixMillis;

/// The type of a key whose value is a string.
const STRING: u8 = 0;

/// The opcodes that say something about keys. They come in place of a key's type.
const EOF: u8 = 0xff;
const SELECT_DB: u8 = 0xfe;
const EXPIRE_TIME: u8 = 0xfd;
const EXPIRE_TIME_MS: u8 = 0xfc;
const RESIZE_DB: u8 = 0xfb;

/// The most keys that are read before they are stored, and the most bytes of them and their values,
/// but for the last one.
const MAX_PENDING: usize = 16;
const MAX_PENDING_BYTES: usize = 64 * 1024;

/// What a dump held, for the log.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// How many keys were loaded.
    pub keys: u64,
    /// How many keys had expired.
    pub expired: u64,
    /// How many keys were skipped, by what they were.
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

/// Loads the dump in `source` into `databases`: all strings that have not expired.
///
/// Keys of other types, and of databases that the server does not have, are skipped. Memory grows
/// with the longest string, not with the file. Mirrors `rdbLoadRio`.
pub fn load(source: impl BufRead, databases: &mut [Db], now: UnixMillis) -> io::Result<Loaded> {
    let mut reader = RdbReader::new(source);
    let format = Format::read(&mut reader)?;
    let loader = Loader {
        reader,
        format,
        databases,
        database: 0,
        now,
        expires_at: None,
        pending: Vec::new(),
        bytes: Vec::new(),
        loaded: Loaded::default(),
    };
    loader.load()
}

struct Loader<'a, R> {
    reader: RdbReader<R>,
    format: Format,
    databases: &'a mut [Db],
    /// The number of the database to which the next keys belong. The server may not have that many.
    database: usize,
    now: UnixMillis,
    /// The deadline of the next key.
    expires_at: Option<UnixMillis>,
    /// The keys that are read and not yet stored.
    pending: Vec<Pending>,
    /// Their bytes, and those of their values.
    bytes: Vec<u8>,
    loaded: Loaded,
}

/// A key that is read and not yet stored.
struct Pending {
    /// Where its bytes are.
    key: Range<usize>,
    /// Where those of its value are.
    value: Range<usize>,
    expires_at: Option<UnixMillis>,
    /// Where in the dump it begins.
    offset: u64,
}

impl<R: BufRead> Loader<'_, R> {
    fn load(mut self) -> io::Result<Loaded> {
        let read = self.read();
        // What is wrong with a key is before what could not be read.
        self.store()?;
        read?;
        self.verify_checksum()?;
        Ok(self.loaded)
    }

    fn read(&mut self) -> io::Result<()> {
        let (mut key, mut value) = (Vec::new(), Vec::new());
        loop {
            let offset = self.reader.offset();
            match self.reader.byte("a key's type or an opcode")? {
                EOF => return Ok(()),
                SELECT_DB => self.select()?,
                EXPIRE_TIME => self.expires_at = Some(self.seconds()?),
                EXPIRE_TIME_MS => self.expires_at = self.milliseconds()?,
                RESIZE_DB => self.resize()?,
                STRING => {
                    self.reader.string(&mut key)?;
                    self.reader.string(&mut value)?;
                    self.take(&key, &value, offset)?;
                }
                other => match rdb_value::layout(other, self.format) {
                    Some(Layout::Operands(parts)) => rdb_value::skip(parts, &mut self.reader)?,
                    Some(Layout::Value(name, parts)) => {
                        Part::String.skip(&mut self.reader)?;
                        rdb_value::skip(parts, &mut self.reader)?;
                        self.count_skipped(name);
                    }
                    None => return Err(corrupt(offset, "a key's type or an opcode", other)),
                },
            }
        }
    }

    fn take(&mut self, key: &[u8], value: &[u8], offset: u64) -> io::Result<()> {
        if self.database >= self.databases.len() {
            self.count_skipped("strings");
            return Ok(());
        }
        let expires_at = self.expires_at.take();
        if expires_at.is_some_and(|deadline| self.now > deadline) {
            self.loaded.expired += 1;
            return Ok(());
        }
        let start = self.bytes.len();
        let end = start + key.len();
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value);
        let (key, value) = (start..end, end..self.bytes.len());
        self.pending.push(Pending { key, value, expires_at, offset });
        if self.pending.len() < MAX_PENDING && self.bytes.len() < MAX_PENDING_BYTES {
            return Ok(());
        }
        self.store()
    }

    /// Stores the pending keys. The processor waits for all of their places at once.
    fn store(&mut self) -> io::Result<()> {
        let Some(db) = self.databases.get_mut(self.database) else { return Ok(()) };
        db.touch(self.pending.iter().map(|pending| &self.bytes[pending.key.clone()]));
        for Pending { key, value, expires_at, offset } in self.pending.drain(..) {
            let key = &self.bytes[key];
            if !db.load(key, &self.bytes[value], expires_at) {
                let found = format!("'{}' again", key.escape_ascii());
                return Err(corrupt(offset, "a new key", found));
            }
            self.loaded.keys += 1;
        }
        self.bytes.clear();
        Ok(())
    }

    fn count_skipped(&mut self, kind: &'static str) {
        let is_other = self.database >= self.databases.len();
        let kind = if is_other { "keys of other databases" } else { kind };
        *self.loaded.skipped.entry(kind).or_default() += 1;
        self.expires_at = None;
    }

    fn select(&mut self) -> io::Result<()> {
        self.store()?;
        let number = self.reader.length("the number of a database")?;
        self.database = usize::try_from(number).unwrap_or(usize::MAX);
        Ok(())
    }

    fn seconds(&mut self) -> io::Result<UnixMillis> {
        let seconds = i32::from_le_bytes(self.reader.array("a time in seconds")?);
        Ok(UnixMillis(i64::from(seconds) * 1000))
    }

    fn milliseconds(&mut self) -> io::Result<Option<UnixMillis>> {
        let ms = i64::from_le_bytes(self.reader.array("a time in milliseconds")?);
        // Redis writes -1 for "no deadline".
        Ok((ms != -1).then_some(UnixMillis(ms)))
    }

    /// Reads a hint of how many keys and deadlines will come. The table grows fast enough without
    /// it.
    fn resize(&mut self) -> io::Result<()> {
        self.reader.length("a number of keys")?;
        self.reader.length("a number of deadlines")?;
        Ok(())
    }

    /// Compares the checksum. Redis writes a zero if it is configured not to compute one.
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

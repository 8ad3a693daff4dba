//! The words of a dump file: lengths, strings and numbers.

use std::fmt;
use std::io::{self, BufRead};

use crc::{CRC_64_REDIS, Crc, Digest, Table};

use crate::lzf;

static CRC: Crc<u64, Table<16>> = Crc::<u64, Table<16>>::new(&CRC_64_REDIS);

/// Why a dump cannot be loaded.
#[derive(Debug)]
pub enum RdbError {
    /// The file cannot be read.
    Io(io::Error),
    /// The file is not what it should be.
    Corrupt {
        /// How many bytes from its start.
        offset: u64,
        /// What should have been there.
        expected: &'static str,
        /// What is there.
        found: String,
    },
}

impl std::error::Error for RdbError {}

impl fmt::Display for RdbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Corrupt { offset, expected, found } => {
                write!(f, "corrupt at byte {offset}: expected {expected}, found {found}")
            }
        }
    }
}

/// A length, or in its place the mark of a string that is encoded in another way.
enum Length {
    Plain(u64),
    Encoded(u8),
}

/// Reads a dump, knows where it is, and sums up what it has read.
pub struct RdbReader<R> {
    source: R,
    offset: u64,
    checksum: Digest<'static, u64, Table<16>>,
}

impl<R: BufRead> RdbReader<R> {
    /// Starts at the beginning of `source`.
    pub fn new(source: R) -> Self {
        Self { source, offset: 0, checksum: CRC.digest() }
    }

    /// Returns how many bytes have been read.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the CRC-64 of all bytes that have been read.
    pub fn checksum(&self) -> u64 {
        self.checksum.clone().finalize()
    }

    /// Returns the next byte.
    pub fn byte(&mut self, expected: &'static str) -> Result<u8, RdbError> {
        self.array(expected).map(|[byte]| byte)
    }

    /// Returns the next `N` bytes.
    pub fn array<const N: usize>(&mut self, expected: &'static str) -> Result<[u8; N], RdbError> {
        let mut bytes = [0; N];
        let mut filled = 0;
        self.pieces(N as u64, expected, |piece| {
            bytes[filled..filled + piece.len()].copy_from_slice(piece);
            filled += piece.len();
        })?;
        Ok(bytes)
    }

    /// Steps over `count` bytes.
    pub fn skip(&mut self, count: u64, expected: &'static str) -> Result<(), RdbError> {
        self.pieces(count, expected, |_| {})
    }

    /// Returns a length. Its first two bits say how it is written, big end first:
    ///
    /// ```text
    /// 00LLLLLL                    6 bits
    /// 01LLLLLL LLLLLLLL          14 bits
    /// 10000000 and 4 bytes       32 bits
    /// 10000001 and 8 bytes       64 bits
    /// 11EEEEEE                   no length, but the encoding of a string
    /// ```
    ///
    /// Mirrors `rdbLoadLenByRef`.
    fn length_or_encoding(&mut self) -> Result<Length, RdbError> {
        let offset = self.offset;
        let first = self.byte("a length")?;
        let low = first & 0x3f;
        let length = match (first >> 6, first) {
            (0b00, _) => low.into(),
            (0b01, _) => u16::from_be_bytes([low, self.byte("a length")?]).into(),
            (0b11, _) => return Ok(Length::Encoded(low)),
            (_, 0x80) => u32::from_be_bytes(self.array("a length")?).into(),
            (_, 0x81) => u64::from_be_bytes(self.array("a length")?),
            _ => return Err(corrupt(offset, "a length", first)),
        };
        Ok(Length::Plain(length))
    }

    /// Returns a length where no string may be, like the number of elements of a list.
    pub fn length(&mut self, expected: &'static str) -> Result<u64, RdbError> {
        let offset = self.offset;
        match self.length_or_encoding()? {
            Length::Plain(length) => Ok(length),
            Length::Encoded(encoding) => Err(corrupt(offset, expected, 0xc0 | encoding)),
        }
    }

    /// Reads a string into `string`, in place of what was there. Memory grows with the bytes that
    /// the file has, whatever length it announces. Mirrors `rdbGenericLoadStringObject`.
    pub fn string(&mut self, string: &mut Vec<u8>) -> Result<(), RdbError> {
        string.clear();
        let offset = self.offset;
        let integer: i32 = match self.length_or_encoding()? {
            Length::Plain(length) => return self.bytes(length, string),
            Length::Encoded(0) => i8::from_le_bytes(self.array("an integer")?).into(),
            Length::Encoded(1) => i16::from_le_bytes(self.array("an integer")?).into(),
            Length::Encoded(2) => i32::from_le_bytes(self.array("an integer")?),
            Length::Encoded(3) => return self.compressed(string),
            Length::Encoded(other) => {
                return Err(corrupt(offset, "the encoding of a string", 0xc0 | other));
            }
        };
        string.extend_from_slice(itoa::Buffer::new().format(integer).as_bytes());
        Ok(())
    }

    /// Steps over so many lengths.
    pub fn skip_lengths(&mut self, count: usize) -> Result<(), RdbError> {
        (0..count).try_for_each(|_| self.length("a number").map(drop))
    }

    /// Steps over so many strings.
    pub fn skip_strings(&mut self, count: usize) -> Result<(), RdbError> {
        (0..count).try_for_each(|_| self.skip_string())
    }

    fn skip_string(&mut self) -> Result<(), RdbError> {
        let offset = self.offset;
        let size = match self.length_or_encoding()? {
            Length::Plain(length) => length,
            Length::Encoded(integer @ 0..=2) => 1 << integer,
            Length::Encoded(3) => {
                let compressed = self.length("the length of compressed bytes")?;
                self.length("the length of a string")?;
                compressed
            }
            Length::Encoded(other) => {
                return Err(corrupt(offset, "the encoding of a string", 0xc0 | other));
            }
        };
        self.skip(size, "a string")
    }

    fn compressed(&mut self, string: &mut Vec<u8>) -> Result<(), RdbError> {
        let size = self.length("the length of compressed bytes")?;
        let length = self.length("the length of a string")?;
        let offset = self.offset;
        let mut compressed = Vec::new();
        self.bytes(size, &mut compressed)?;
        *string = lzf::decompress(&compressed, length).ok_or_else(|| RdbError::Corrupt {
            offset,
            expected: "a compressed string",
            found: format!("bytes that do not unpack to the {length} announced"),
        })?;
        Ok(())
    }

    fn bytes(&mut self, count: u64, bytes: &mut Vec<u8>) -> Result<(), RdbError> {
        self.pieces(count, "a string", |piece| bytes.extend_from_slice(piece))
    }

    /// Gives the next `count` bytes to `take`, as they come out of the file.
    fn pieces(
        &mut self,
        mut count: u64,
        expected: &'static str,
        mut take: impl FnMut(&[u8]),
    ) -> Result<(), RdbError> {
        while count > 0 {
            let buffer = match self.source.fill_buf() {
                Ok([]) => {
                    let found = "the end of the file".into();
                    return Err(RdbError::Corrupt { offset: self.offset, expected, found });
                }
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(RdbError::Io(error)),
            };
            let size = count.min(buffer.len() as u64) as usize;
            let piece = &buffer[..size];
            self.checksum.update(piece);
            take(piece);
            self.source.consume(size);
            self.offset += size as u64;
            count -= size as u64;
        }
        Ok(())
    }
}

/// Returns the error for a byte that should have been something else.
pub fn corrupt(offset: u64, expected: &'static str, found: u8) -> RdbError {
    RdbError::Corrupt { offset, expected, found: format!("{found:#04x}") }
}

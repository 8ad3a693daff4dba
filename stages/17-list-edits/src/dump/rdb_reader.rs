//! The primitives of a dump file: lengths, strings and numbers.

use std::fmt::Display;
use std::io::{self, BufRead};

use crc::{CRC_64_REDIS, Crc, Digest, Table};

use crate::dump::lzf;

static CRC: Crc<u64, Table<16>> = Crc::<u64, Table<16>>::new(&CRC_64_REDIS);

/// A length, or in its place the encoding of a string.
enum Length {
    Plain(u64),
    Encoded(u8),
}

/// Reads a dump, and keeps its offset and the checksum of what it has read.
pub struct RdbReader<R> {
    source: R,
    checksum: Digest<'static, u64, Table<16>>,
    /// How many bytes are in the checksum.
    checksummed: u64,
    /// How many bytes have been read after these. They are still in the source's buffer.
    read: usize,
}

impl<R: BufRead> RdbReader<R> {
    /// Starts at the beginning of `source`.
    pub fn new(source: R) -> Self {
        Self { source, checksum: CRC.digest(), checksummed: 0, read: 0 }
    }

    /// Returns how many bytes have been read.
    pub fn offset(&self) -> u64 {
        self.checksummed + self.read as u64
    }

    /// Returns the CRC-64 of all bytes that have been read.
    pub fn checksum(&mut self) -> io::Result<u64> {
        self.update_checksum()?;
        Ok(self.checksum.clone().finalize())
    }

    /// Returns the next byte.
    pub fn byte(&mut self, expected: &'static str) -> io::Result<u8> {
        self.array(expected).map(|[byte]| byte)
    }

    /// Returns the next `N` bytes.
    pub fn array<const N: usize>(&mut self, expected: &'static str) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        let mut filled = 0;
        self.read_chunks(N as u64, expected, |piece| {
            bytes[filled..filled + piece.len()].copy_from_slice(piece);
            filled += piece.len();
        })?;
        Ok(bytes)
    }

    /// Returns a length. Its first two bits say how it is encoded, big-endian:
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
    fn length_or_encoding(&mut self) -> io::Result<Length> {
        let offset = self.offset();
        let first = self.byte("a length")?;
        let low = first & 0x3f;
        let length = match (first >> 6, first) {
            (0b00, _) => low.into(),
            (0b01, _) => u16::from_be_bytes([low, self.byte("a length")?]).into(),
            (0b11, _) => return Ok(Length::Encoded(first)),
            (_, 0x80) => u32::from_be_bytes(self.array("a length")?).into(),
            (_, 0x81) => u64::from_be_bytes(self.array("a length")?),
            _ => return Err(corrupt(offset, "a length", first)),
        };
        Ok(Length::Plain(length))
    }

    /// Returns a length that cannot be a string's encoding, like the number of elements of a list.
    pub fn length(&mut self, expected: &'static str) -> io::Result<u64> {
        let offset = self.offset();
        match self.length_or_encoding()? {
            Length::Plain(length) => Ok(length),
            Length::Encoded(encoding) => Err(corrupt(offset, expected, encoding)),
        }
    }

    /// Reads a string into `string`, in place of what was there. Memory grows with the bytes in the
    /// file, not with the length that the file announces. Mirrors `rdbGenericLoadStringObject`.
    pub fn string(&mut self, string: &mut Vec<u8>) -> io::Result<()> {
        string.clear();
        let offset = self.offset();
        let integer: i32 = match self.length_or_encoding()? {
            Length::Plain(length) => return self.bytes(length, string),
            Length::Encoded(0xc0) => i8::from_le_bytes(self.array("an integer")?).into(),
            Length::Encoded(0xc1) => i16::from_le_bytes(self.array("an integer")?).into(),
            Length::Encoded(0xc2) => i32::from_le_bytes(self.array("an integer")?),
            Length::Encoded(0xc3) => return self.compressed(string),
            Length::Encoded(other) => {
                return Err(corrupt(offset, "the encoding of a string", other));
            }
        };
        string.extend_from_slice(itoa::Buffer::new().format(integer).as_bytes());
        Ok(())
    }

    /// Skips `count` bytes.
    pub fn skip(&mut self, count: u64, expected: &'static str) -> io::Result<()> {
        self.read_chunks(count, expected, |_| {})
    }

    fn compressed(&mut self, string: &mut Vec<u8>) -> io::Result<()> {
        let size = self.length("the length of compressed bytes")?;
        let length = self.length("the length of a string")?;
        let offset = self.offset();
        let mut compressed = Vec::new();
        self.bytes(size, &mut compressed)?;
        let found = || format!("bytes that do not unpack to the {length} announced");
        *string = lzf::decompress(&compressed, length)
            .ok_or_else(|| corrupt(offset, "a compressed string", found()))?;
        Ok(())
    }

    fn bytes(&mut self, count: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
        self.read_chunks(count, "a string", |piece| bytes.extend_from_slice(piece))
    }

    /// Passes the next `count` bytes to `take`, chunk by chunk as the file is read.
    fn read_chunks(
        &mut self,
        mut count: u64,
        expected: &'static str,
        mut take: impl FnMut(&[u8]),
    ) -> io::Result<()> {
        while count > 0 {
            let buffer = match self.source.fill_buf() {
                Ok([]) => return Err(corrupt(self.offset(), expected, "the end of the file")),
                Ok(buffer) => &buffer[self.read..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffer.is_empty() {
                self.update_checksum()?;
                continue;
            }
            let size = count.min(buffer.len() as u64) as usize;
            take(&buffer[..size]);
            self.read += size;
            count -= size as u64;
        }
        Ok(())
    }

    /// Adds what has been read from the source's buffer to the checksum. The more bytes at once,
    /// the better: most strings are too short to profit from the tables.
    fn update_checksum(&mut self) -> io::Result<()> {
        if self.read > 0 {
            self.checksum.update(&self.source.fill_buf()?[..self.read]);
            self.source.consume(self.read);
            self.checksummed += self.read as u64;
            self.read = 0;
        }
        Ok(())
    }
}

/// Returns the error that says what is wrong with a dump, and where.
pub fn corrupt(offset: u64, expected: &str, found: impl Display) -> io::Error {
    let text = format!("byte {offset} should be {expected}, but is {found}");
    io::Error::new(io::ErrorKind::InvalidData, text)
}

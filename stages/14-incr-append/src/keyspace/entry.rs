//! What the keyspace holds of a key: the key itself, its deadline and its value, in one piece.

use std::mem;
use std::ops::Range;

use crate::protocol::clock::UnixMillis;

/// The bit of the first byte that says whether there is a deadline.
const DEADLINE: u8 = 0x80;

/// The bits of the first byte for the key's length. If all are set, eight more bytes hold it.
const LENGTH: u8 = 0x7f;

/// The size in bytes of a deadline, and of a length that does not fit into the first byte.
const WORD: usize = 8;

/// An entry of more bytes is not freed at once, but in pieces of this size.
const PIECE: usize = 1024 * 1024;

/// A key, its deadline if it has one, and its value: exactly their bytes, and one or nine more, in
/// one allocation.
///
/// ```text
/// +----------+----------------+----------+-----+-------+
/// | dlllllll | length of key  | deadline | key | value |
/// +----------+----------------+----------+-----+-------+
///   1 byte     8, if l is 127   8, if d
/// ```
#[derive(Debug)]
pub struct Entry(Box<[u8]>);

impl Entry {
    /// Returns the entry of a key with this value.
    pub fn new(key: &[u8], value: &[u8], deadline: Option<UnixMillis>) -> Self {
        let short = u8::try_from(key.len()).ok().filter(|length| *length < LENGTH);
        let length = short.is_none().then(|| (key.len() as u64).to_ne_bytes());
        let deadline = deadline.map(|deadline| deadline.0.to_ne_bytes());
        let first = short.unwrap_or(LENGTH) | if deadline.is_some() { DEADLINE } else { 0 };
        Self([&[first], bytes(&length), bytes(&deadline), key, value].concat().into())
    }

    /// Returns the key.
    pub fn key(&self) -> &[u8] {
        &self.0[self.key_range()]
    }

    /// Returns the value.
    pub fn value(&self) -> &[u8] {
        &self.0[self.key_range().end..]
    }

    /// Returns the deadline, if there is one.
    pub fn deadline(&self) -> Option<UnixMillis> {
        self.has_deadline()
            .then(|| UnixMillis(i64::from_ne_bytes(self.word(self.key_range().start - WORD))))
    }

    /// Returns whether the deadline is past, not merely reached. Mirrors `keyIsExpired`.
    pub fn is_expired(&self, now: UnixMillis) -> bool {
        self.deadline().is_some_and(|deadline| now > deadline)
    }

    /// Returns whether these take as many bytes as the value and the deadline that it has.
    pub fn fits(&self, value: &[u8], deadline: Option<UnixMillis>) -> bool {
        self.value().len() == value.len() && self.has_deadline() == deadline.is_some()
    }

    /// Replaces the value and the deadline: in place, if they take as many bytes as before.
    pub fn set(&mut self, value: &[u8], deadline: Option<UnixMillis>) {
        if !self.fits(value, deadline) {
            *self = Self::new(self.key(), value, deadline);
            return;
        }
        let key = self.key_range();
        self.0[key.end..].copy_from_slice(value);
        if let Some(deadline) = deadline {
            self.0[key.start - WORD..key.start].copy_from_slice(&deadline.0.to_ne_bytes());
        }
    }

    /// Writes over a part of the value, or appends to it. If the value ends before that part, zeros
    /// fill the gap. Returns the value's length.
    ///
    /// The memory grows where it is, if what comes after it is free. What is mostly a gap is better
    /// allocated anew: the kernel clears its pages when they are first used.
    pub fn write(&mut self, offset: usize, bytes: &[u8]) -> usize {
        let value = self.key_range().end;
        let start = value + offset;
        let (old, new) = (self.0.len(), self.0.len().max(start + bytes.len()));
        if start > 2 * old {
            let old = mem::replace(&mut self.0, vec![0; new].into());
            self.0[..old.len()].copy_from_slice(&old);
        } else if new > old {
            let mut grown = mem::take(&mut self.0).into_vec();
            grown.reserve_exact(new - old);
            grown.resize(new, 0);
            self.0 = grown.into();
        }
        self.0[start..start + bytes.len()].copy_from_slice(bytes);
        new - value
    }

    /// Returns how many bytes it takes.
    pub fn size(&self) -> usize {
        self.0.len()
    }

    /// Returns whether freeing it at once would take too long.
    pub fn is_large(&self) -> bool {
        self.0.len() > PIECE
    }

    /// Frees the last piece of an entry that nobody needs. Returns whether more is left.
    pub fn cut(&mut self) -> bool {
        let mut rest = mem::take(&mut self.0).into_vec();
        rest.truncate(rest.len().saturating_sub(PIECE));
        self.0 = rest.into();
        !self.0.is_empty()
    }

    /// Reads the first byte and the last, so that they are near when they are needed. What it returns
    /// depends on both: or else the compiler would leave out the reads.
    pub fn touch(&self) -> u8 {
        self.0[0] ^ self.0[self.0.len() - 1]
    }

    fn has_deadline(&self) -> bool {
        self.0[0] & DEADLINE != 0
    }

    fn key_range(&self) -> Range<usize> {
        let (start, length) = match self.0[0] & LENGTH {
            LENGTH => (1 + WORD, u64::from_ne_bytes(self.word(1)) as usize),
            length => (1, length.into()),
        };
        let start = if self.has_deadline() { start + WORD } else { start };
        start..start + length
    }

    fn word(&self, start: usize) -> [u8; WORD] {
        let mut word = [0; WORD];
        word.copy_from_slice(&self.0[start..start + WORD]);
        word
    }
}

/// Returns the bytes of a word that may be missing.
fn bytes(word: &Option<[u8; WORD]>) -> &[u8] {
    word.as_ref().map_or(&[], |word| word)
}

//! What the keyspace holds of a key: the key itself, its deadline and its value.

use std::any::Any;
use std::mem;
use std::ops::Range;

use crate::protocol::clock::UnixMillis;
use crate::types::kind::Kind;
use crate::types::piece::{self, PIECE};
use crate::types::value::Value;

/// The bit of the first byte that says whether there is a deadline.
const DEADLINE: u8 = 0x80;

/// The bits of the first byte for the key's length. If all are set, eight more bytes hold it.
const LENGTH: u8 = 0x7f;

/// The size in bytes of a deadline, and of a length that does not fit into the first byte.
const WORD: usize = 8;

/// A key, its deadline if it has one, and its value.
#[derive(Debug)]
pub enum Entry {
    /// The value is a string.
    Text(Text),
    /// It is not.
    Object(Box<Object>),
}

/// A key whose value is not a string.
#[derive(Debug)]
pub struct Object {
    /// The key and its deadline, as if the value were an empty string.
    head: Text,
    value: Value,
}

/// Why a command does nothing: the key's value is of another type than those that it works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongType;

impl Entry {
    /// Returns the entry of a key with this string.
    pub fn new(key: &[u8], value: &[u8], deadline: Option<UnixMillis>) -> Self {
        Self::Text(Text::new(key, value, deadline))
    }

    /// Returns the entry of a key with this value.
    pub fn object(key: &[u8], value: Value, deadline: Option<UnixMillis>) -> Self {
        Self::Object(Box::new(Object { head: Text::new(key, b"", deadline), value }))
    }

    /// Returns the key.
    pub fn key(&self) -> &[u8] {
        self.head().key()
    }

    /// Returns the deadline, if there is one.
    pub fn deadline(&self) -> Option<UnixMillis> {
        self.head().deadline()
    }

    /// Returns whether the deadline is past, not merely reached.
    pub fn is_expired(&self, now: UnixMillis) -> bool {
        self.head().is_expired(now)
    }

    /// Reads a little of it: see [`Text::touch`].
    pub fn touch(&self) -> u8 {
        self.head().touch()
    }

    /// Returns the value, if it is a string. Mirrors `checkType`.
    pub fn text(&self) -> Result<&[u8], WrongType> {
        match self {
            Self::Text(text) => Ok(text.value()),
            Self::Object(_) => Err(WrongType),
        }
    }

    /// Returns the value, if it is of this type.
    pub fn get<T: Kind>(&self) -> Result<&T, WrongType> {
        let value: &dyn Any = self.value().ok_or(WrongType)?.kind();
        value.downcast_ref().ok_or(WrongType)
    }

    /// Returns the value, if it is of this type.
    pub fn get_mut<T: Kind>(&mut self) -> Result<&mut T, WrongType> {
        let value: &mut dyn Any = self.value_mut().ok_or(WrongType)?.kind_mut();
        value.downcast_mut().ok_or(WrongType)
    }

    /// Returns the value, if it is not a string.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Self::Text(_) => None,
            Self::Object(object) => Some(&object.value),
        }
    }

    fn value_mut(&mut self) -> Option<&mut Value> {
        match self {
            Self::Text(_) => None,
            Self::Object(object) => Some(&mut object.value),
        }
    }

    /// Returns the name of the value's type. Mirrors `getObjectTypeName`.
    pub fn type_name(&self) -> &'static str {
        self.value().map_or("string", |value| value.kind().name())
    }

    /// Returns whether nothing is in it, and it is not a string.
    pub fn is_empty(&self) -> bool {
        self.value().is_some_and(|value| value.kind().is_empty())
    }

    /// Returns an entry for another key, with a copy of the value, and the same deadline.
    pub fn copy_for(&self, key: &[u8]) -> Self {
        match self {
            Self::Text(text) => Self::new(key, text.value(), text.deadline()),
            Self::Object(object) => Self::object(key, object.value.clone(), self.deadline()),
        }
    }

    /// Gives the value another key and another deadline. Returns what it had in their place.
    pub fn replace_head(&mut self, key: &[u8], deadline: Option<UnixMillis>) -> Self {
        let head = self.head_mut();
        let new = Text::new(key, head.value(), deadline);
        Self::Text(mem::replace(head, new))
    }

    /// Returns how many bytes it takes.
    pub fn size(&self) -> usize {
        self.head().size() + self.value().map_or(0, |value| value.kind().size())
    }

    /// Returns whether freeing it at once would take too long.
    pub fn is_large(&self) -> bool {
        self.size() > PIECE
    }

    /// Frees a piece of it, when it is no longer needed. Returns how many bytes that were: 0, if
    /// nothing is left.
    pub fn cut(&mut self) -> usize {
        match self.value_mut().map_or(0, |value| value.kind_mut().cut()) {
            0 => self.head_mut().cut(),
            freed => freed,
        }
    }

    /// Returns the key and the deadline, and the value if it is a string.
    pub fn head(&self) -> &Text {
        match self {
            Self::Text(text) => text,
            Self::Object(object) => &object.head,
        }
    }

    /// Returns the key and the deadline, and the value if it is a string.
    pub fn head_mut(&mut self) -> &mut Text {
        match self {
            Self::Text(text) => text,
            Self::Object(object) => &mut object.head,
        }
    }
}

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
pub struct Text(Box<[u8]>);

impl Text {
    /// Returns a key with this value.
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
        let start = self.key_range().end;
        self.0[start..].copy_from_slice(value);
        if let Some(deadline) = deadline {
            self.set_deadline(deadline);
        }
    }

    /// Replaces the deadline, which it must have.
    pub fn set_deadline(&mut self, deadline: UnixMillis) {
        let key = self.key_range().start;
        self.0[key - WORD..key].copy_from_slice(&deadline.0.to_ne_bytes());
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

    /// Frees its last piece, when it is no longer needed. Returns how many bytes that were.
    pub fn cut(&mut self) -> usize {
        let mut rest = mem::take(&mut self.0).into_vec();
        let freed = piece::cut(&mut rest);
        self.0 = rest.into();
        freed
    }

    /// Reads the first byte and the last, so that they are near when they are needed. What it returns
    /// depends on both: or else the compiler would leave out the reads.
    pub fn touch(&self) -> u8 {
        self.0[0] ^ self.0[self.0.len() - 1]
    }

    /// Returns whether there is a deadline.
    pub fn has_deadline(&self) -> bool {
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

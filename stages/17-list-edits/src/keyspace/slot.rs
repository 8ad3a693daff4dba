//! A key while it changes.

use std::mem;
use std::num::NonZeroU64;

use crate::keyspace::dict::Dict;
use crate::keyspace::entry::{Entry, WrongType};
use crate::keyspace::garbage::Garbage;
use crate::protocol::clock::UnixMillis;
use crate::types::kind::Kind;
use crate::types::piece::PIECE;
use crate::types::value::Value;

/// What a new value does to the key's deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// The key lives forever.
    Never,
    /// The key has expired once this moment is past.
    At(UnixMillis),
    /// The key keeps its deadline.
    Keep,
}

/// A key, and its value if it has one. [`Db::update`](super::db::Db::update) lends it to the function
/// that changes the key.
#[derive(Debug)]
pub struct Slot<'a> {
    pub(super) key: &'a [u8],
    pub(super) hash: NonZeroU64,
    pub(super) dict: &'a mut Dict,
    /// The slot of its entry, or as an error the slot where to insert one: see [`Dict::find`].
    pub(super) place: Result<usize, usize>,
    pub(super) deadline: Option<UnixMillis>,
    /// Whether the lookup found a value, if it counts as a lookup.
    pub(super) lookup: Option<bool>,
    /// Whether a value that may be empty afterwards was lent.
    pub(super) is_lent: bool,
    pub(super) garbage: &'a mut Garbage,
}

impl Slot<'_> {
    /// Returns the value, if it is a string. Does not count. Mirrors `lookupKeyWrite`.
    pub fn value(&self) -> Result<Option<&[u8]>, WrongType> {
        self.entry().map(Entry::text).transpose()
    }

    /// Returns the value, if it is a string. Counts as a lookup. Mirrors `lookupKeyRead`.
    pub fn read(&mut self) -> Result<Option<&[u8]>, WrongType> {
        self.count_lookup();
        self.value()
    }

    /// Takes note that it counts as a lookup.
    pub fn count_lookup(&mut self) {
        self.lookup = Some(self.is_set());
    }

    /// Returns the value, if it is of this type, to be changed. If it is empty afterwards, it is
    /// removed.
    pub fn get_mut<T: Kind>(&mut self) -> Result<Option<&mut T>, WrongType> {
        self.is_lent = true;
        self.entry_mut().map(Entry::get_mut).transpose()
    }

    /// Returns the value, if it is of this type; and if there is none, an empty one.
    pub fn get_or_new<T: Kind + Default + Into<Value>>(&mut self) -> Result<&mut T, WrongType> {
        if !self.is_set() {
            self.put(Entry::object(self.key, T::default().into(), None));
        }
        self.get_mut()?.ok_or(WrongType)
    }

    /// Returns whether there is a value. Does not count.
    pub fn is_set(&self) -> bool {
        self.place.is_ok()
    }

    /// Gives the key a value, in place of the one that it may have. Mirrors `setKey`.
    pub fn set(&mut self, value: &[u8], expiry: Expiry) {
        let deadline = match expiry {
            Expiry::Never => None,
            Expiry::At(deadline) => Some(deadline),
            Expiry::Keep => self.deadline,
        };
        match self.entry_mut() {
            Some(Entry::Text(text)) if text.size() <= PIECE || text.fits(value, deadline) => {
                text.set(value, deadline);
                self.deadline = deadline;
            }
            _ => self.put(Entry::new(self.key, value, deadline)),
        }
    }

    /// Writes over a part of the string, or appends to it. If it ends before that part, zeros fill
    /// the gap. Returns its new length. The deadline stays. Mirrors `sdsgrowzero`.
    pub fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<usize, WrongType> {
        if !self.is_set() {
            self.put(Entry::new(self.key, b"", None));
        }
        match self.entry_mut() {
            Some(Entry::Text(text)) => Ok(text.write(offset, bytes)),
            _ => Err(WrongType),
        }
    }

    /// Puts an entry that was made for this key in the place of the one that it may have.
    pub fn put(&mut self, entry: Entry) {
        self.deadline = entry.deadline();
        match (self.place, self.entry_mut()) {
            (_, Some(old)) => {
                let old = mem::replace(old, entry);
                self.garbage.add(old);
            }
            (Ok(slot) | Err(slot), None) => {
                self.place = Ok(self.dict.insert(slot, self.hash, entry));
            }
        }
    }

    /// Returns the deadline, if there is one.
    pub fn deadline(&self) -> Option<UnixMillis> {
        self.deadline
    }

    /// Gives the key, if it has a value, another deadline, or none. Mirrors `setExpire` and
    /// `removeExpire`.
    pub fn set_deadline(&mut self, deadline: Option<UnixMillis>) {
        let key = self.key;
        let Some(entry) = self.entry_mut() else { return };
        match deadline {
            Some(deadline) if entry.head().has_deadline() => {
                entry.head_mut().set_deadline(deadline);
            }
            None if !entry.head().has_deadline() => {}
            _ => {
                let old = entry.replace_head(key, deadline);
                self.garbage.add(old);
            }
        }
        self.deadline = deadline;
    }

    /// Returns an entry for another key, with the value and the deadline of this one.
    pub fn copy_for(&self, key: &[u8]) -> Option<Entry> {
        self.entry().map(|entry| entry.copy_for(key))
    }

    /// Removes the key, and returns an entry for another one, with the value and the deadline.
    pub fn take_for(&mut self, key: &[u8]) -> Option<Entry> {
        let mut entry = self.take()?;
        let old = entry.replace_head(key, entry.deadline());
        self.garbage.add(old);
        Some(entry)
    }

    /// Removes the key, and returns its entry, if it has one.
    pub fn take(&mut self) -> Option<Entry> {
        let removed = self.dict.remove(self.place.ok()?);
        self.deadline = None;
        // Where to insert it: the table may have shrunk.
        self.place = self.dict.find(self.hash, self.key);
        removed
    }

    /// Removes the key, and returns whether it had a value. Mirrors `dbDelete`.
    pub fn remove(&mut self) -> bool {
        self.take().map(|entry| self.garbage.add(entry)).is_some()
    }

    /// Removes the key if nothing is left in its value.
    pub(super) fn remove_if_empty(&mut self) {
        if self.is_lent && self.entry().is_some_and(Entry::is_empty) {
            self.remove();
        }
    }

    fn entry(&self) -> Option<&Entry> {
        self.dict.entry(self.place.ok()?)
    }

    fn entry_mut(&mut self) -> Option<&mut Entry> {
        self.dict.entry_mut(self.place.ok()?)
    }
}

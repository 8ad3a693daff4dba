//! The index by deadline: when to look for expired keys, and where.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::protocol::clock::UnixMillis;

/// How many of the last bits of a mark say where its key is.
const PLACE_BITS: u32 = 22;

/// When to look at a key, in milliseconds since 1970, and after that the first [`PLACE_BITS`] of the
/// key's hash, in one number: the lower of two marks is the earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(u64);

impl Mark {
    /// How far the hashes of keys that share a mark are from each other at most.
    const RANGE: u64 = u64::MAX >> PLACE_BITS;

    /// Returns the mark of a deadline. There is none after the year 2109: such a key expires when a
    /// client looks it up, and not before.
    fn new(deadline: UnixMillis, hash: u64) -> Option<Self> {
        let deadline = deadline.0.max(0) as u64;
        let fits = deadline <= u64::MAX >> PLACE_BITS;
        fits.then_some(Self(deadline << PLACE_BITS | hash >> (u64::BITS - PLACE_BITS)))
    }

    /// Returns when to look.
    fn time(self) -> UnixMillis {
        UnixMillis((self.0 >> PLACE_BITS) as i64)
    }

    /// Returns the hashes of the keys that it may mean, from the lowest to the highest.
    pub fn hashes(self) -> (u64, u64) {
        let lowest = self.0 << (u64::BITS - PLACE_BITS);
        (lowest, lowest | Self::RANGE)
    }
}

/// When to look at which keys of a shard, the earliest first.
///
/// A mark says when to look, not what is true: that is in the entry. Each key with a deadline has a
/// mark that is *not later* than the deadline. So a deadline that moves to a later time, as that of
/// a session does with each request, changes nothing here: the look comes too early, and marks the
/// new time. A deadline that is removed, or moves to an earlier time, leaves its mark over.
///
/// The marks are a heap: 8 bytes for each, and 10 on average with the room to grow.
#[derive(Debug, Default)]
pub struct Deadlines {
    marks: BinaryHeap<Reverse<Mark>>,
    /// When to look next. The heap has it, too, but elsewhere in memory.
    next: Option<UnixMillis>,
    /// How many keys have a deadline.
    keys: usize,
}

impl Deadlines {
    /// Takes note that the deadline of a key has changed.
    pub fn change(&mut self, hash: u64, old: Option<UnixMillis>, new: Option<UnixMillis>) {
        self.keys += usize::from(new.is_some());
        self.keys -= usize::from(old.is_some());
        if let Some(new) = new
            && old.is_none_or(|old| new < old)
        {
            self.mark(new, hash);
        }
    }

    /// Marks when to look at a key.
    pub fn mark(&mut self, deadline: UnixMillis, hash: u64) {
        if let Some(mark) = Mark::new(deadline, hash) {
            self.put_back(mark);
        }
    }

    /// Adds a mark.
    pub fn put_back(&mut self, mark: Mark) {
        if self.marks.len() == self.marks.capacity() {
            // By half, as the table grows: doubling would leave more room unused.
            self.marks.reserve_exact(4 + self.marks.len() / 2);
        }
        self.marks.push(Reverse(mark));
        self.update_next();
    }

    /// Takes the earliest mark, if it is time to look: a key has expired once its deadline is past.
    pub fn take(&mut self, now: UnixMillis) -> Option<Mark> {
        self.next.filter(|next| *next < now)?;
        let Reverse(mark) = self.marks.pop()?;
        self.trim();
        Some(mark)
    }

    /// Returns how many marks are left over: more than there are keys with a deadline.
    pub fn left_over(&self) -> usize {
        self.marks.len().saturating_sub(self.keys)
    }

    /// Replaces all marks by those of these deadlines.
    pub fn rebuild(&mut self, deadlines: impl Iterator<Item = (UnixMillis, u64)>) {
        self.marks.clear();
        let marks = deadlines.filter_map(|(deadline, hash)| Mark::new(deadline, hash));
        self.marks.extend(marks.map(Reverse));
        self.trim();
    }

    /// Returns when to look next, if there is a mark.
    pub fn next(&self) -> Option<UnixMillis> {
        self.next
    }

    /// Gives back room that is no longer needed.
    fn trim(&mut self) {
        if self.marks.len() * 4 < self.marks.capacity() {
            self.marks.shrink_to(self.marks.len() * 2);
        }
        self.update_next();
    }

    fn update_next(&mut self) {
        self.next = self.marks.peek().map(|Reverse(mark)| mark.time());
    }
}

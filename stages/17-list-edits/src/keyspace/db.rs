//! The keyspace: all keys, their values and their deadlines.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::hint;
use std::num::NonZeroU64;

use crate::keyspace::deadlines::{Deadlines, Mark};
use crate::keyspace::dict::Dict;
use crate::keyspace::entry::{Entry, WrongType};
use crate::keyspace::garbage::Garbage;
use crate::keyspace::slot::{Expiry, Slot};
use crate::protocol::clock::UnixMillis;
use crate::types::kind::Kind;

/// How many of the first bits of a key's hash choose its shard.
const SHARD_BITS: u32 = 10;

/// How many shards a database has: of a million keys, one holds a thousand.
pub const SHARDS: usize = 1 << SHARD_BITS;

/// How many of the first bits of a hash make a cursor, with those of the shard. JavaScript
/// represents such integers exactly, and two keys hardly ever have all these bits in common.
const CURSOR_BITS: u32 = 48;

/// All databases of a server (Redis: `databases` in its configuration).
pub type Databases = [Db; 16];

/// How many marks a step of active expiry takes: a fraction of a millisecond.
pub const STEP: usize = 256;

/// Reading this many deadlines takes as long as freeing a key.
const READS: usize = 4;

/// A database (Redis: `redisDb`): all keys, their values, and how long they live.
///
/// They are in shards, so that a walk through all keys can stop between two shards, and a table
/// that grows moves one shard's keys, not all. Everything in here owns exactly its bytes: no spare
/// room, and no part of the read buffer from which it came.
#[derive(Debug, Default)]
pub struct Db {
    /// Empty until there is a first key: most databases never have one.
    shards: Vec<Dict>,
    /// The index of each shard. Empty until there is a first deadline.
    deadlines: Vec<Deadlines>,
    /// When to look for expired keys: not later than the earliest deadline of all.
    next: Option<UnixMillis>,
    usage: KeyspaceStats,
    garbage: Garbage,
    /// Its seed is random, so an attacker cannot choose keys that all end up in one place (hash
    /// flooding). Each database has another, or else copying one in the order of SCAN would do the
    /// same.
    hasher: RandomState,
}

/// Counters of a database's keys and lookups, for INFO.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyspaceStats {
    /// How many keys there are, including expired ones that are not yet removed.
    pub keys: usize,
    /// How many of them have a deadline.
    pub expires: usize,
    /// The sum of these deadlines, in milliseconds since 1970.
    pub deadlines: i128,
    /// How many keys were looked up and found.
    pub hits: u64,
    /// How many keys were looked up and not found.
    pub misses: u64,
    /// How many keys were removed because they had expired.
    pub expired: u64,
}

impl Db {
    /// Returns the string that `key` has, if it has a value. Counts as a lookup.
    pub fn get(&mut self, key: &[u8], now: UnixMillis) -> Result<Option<&[u8]>, WrongType> {
        self.lookup(key, now).map(Entry::text).transpose()
    }

    /// Returns the value of this type that `key` has, if it has a value. Counts as a lookup.
    pub fn get_as<T: Kind>(
        &mut self,
        key: &[u8],
        now: UnixMillis,
    ) -> Result<Option<&T>, WrongType> {
        self.lookup(key, now).map(Entry::get).transpose()
    }

    /// Returns whether `key` has a value. Counts as a lookup.
    pub fn exists(&mut self, key: &[u8], now: UnixMillis) -> bool {
        self.lookup(key, now).is_some()
    }

    /// Returns the deadline of `key`, if it has one; and `None` if there is no such key. Counts as a
    /// lookup.
    pub fn deadline(&mut self, key: &[u8], now: UnixMillis) -> Option<Option<UnixMillis>> {
        self.lookup(key, now).map(Entry::deadline)
    }

    /// Returns whether `key` has a value. Does not count. Mirrors `lookupKeyWrite`.
    pub fn is_set(&mut self, key: &[u8], now: UnixMillis) -> bool {
        self.find(key, now).is_some()
    }

    /// Returns the entry of `key`, if it has a value. Counts as a lookup. Mirrors `lookupKeyRead`.
    pub fn lookup(&mut self, key: &[u8], now: UnixMillis) -> Option<&Entry> {
        let found = self.find(key, now);
        self.usage.count_lookup(found.is_some());
        let (shard, slot) = found?;
        self.shards[shard].entry(slot)
    }

    /// Returns the shard and the slot of `key`, if it has a value.
    ///
    /// This is lazy expiry: the lookup removes an expired key, so no client ever sees it. Keys that
    /// are never looked up are left to [`Db::free_expired`]. Mirrors `expireIfNeeded`.
    fn find(&mut self, key: &[u8], now: UnixMillis) -> Option<(usize, usize)> {
        let (shard, hash) = self.place(key);
        let dict = self.shards.get(shard)?;
        let slot = dict.find(hash, key).ok()?;
        if dict.entry(slot)?.is_expired(now) {
            self.update(key, now, |_| ());
            return None;
        }
        Some((shard, slot))
    }

    /// Calls `change` with the key and its value, and returns what it returns. To `change`, an expired
    /// key has no value: it is removed before. A value that is empty afterwards is removed, too.
    ///
    /// No key changes elsewhere, so what must happen at every change happens here. Only [`Db::clear`]
    /// does not call it for each key.
    pub fn update<R>(
        &mut self,
        key: &[u8],
        now: UnixMillis,
        change: impl FnOnce(&mut Slot<'_>) -> R,
    ) -> R {
        let (shard, hash) = self.place(key);
        if self.shards.is_empty() {
            self.shards.resize_with(SHARDS, Dict::default);
        }
        let (dict, garbage) = (&mut self.shards[shard], &mut self.garbage);
        let place = dict.find(hash, key);
        let before = place.ok().and_then(|slot| dict.entry(slot)?.deadline());
        let is_expired = before.is_some_and(|deadline| now > deadline);
        let deadline = before;
        let mut slot =
            Slot { key, hash, dict, place, deadline, lookup: None, is_lent: false, garbage };
        if is_expired {
            slot.remove();
        }
        let result = change(&mut slot);
        slot.remove_if_empty();
        let Slot { deadline: after, lookup, .. } = slot;
        if before != after {
            self.change_deadline(shard, hash, before, after);
        }
        if let Some(found) = lookup {
            self.usage.count_lookup(found);
        }
        self.usage.expired += u64::from(is_expired);
        result
    }

    /// Takes note that the deadline of a key has changed.
    fn change_deadline(
        &mut self,
        shard: usize,
        hash: NonZeroU64,
        old: Option<UnixMillis>,
        new: Option<UnixMillis>,
    ) {
        self.usage.remove_deadline(old);
        self.usage.add_deadline(new);
        if self.deadlines.is_empty() {
            self.deadlines.resize_with(SHARDS, Deadlines::default);
        }
        self.deadlines[shard].change(hash.get(), old, new);
        if new.is_some_and(|new| self.next.is_none_or(|next| new < next)) {
            self.next = new;
        }
        self.bound_marks(shard);
    }

    /// Rebuilds the index of a shard if more marks are left over than half its keys. So there are
    /// never more than one mark and a half for each key; and a rebuild, which reads all deadlines of
    /// the shard, reads two for each change that has left a mark. Returns how many it has read.
    fn bound_marks(&mut self, shard: usize) -> usize {
        let (dict, deadlines) = (&self.shards[shard], &mut self.deadlines[shard]);
        if deadlines.left_over() <= dict.len() / 2 {
            return 0;
        }
        let entries = dict.range(0..=u64::MAX);
        deadlines.rebuild(entries.filter_map(|(_, hash, entry)| Some((entry.deadline()?, hash))));
        dict.len()
    }

    /// Returns when to call [`Db::free_expired`] next: not later than the earliest deadline.
    pub fn next_deadline(&self) -> Option<UnixMillis> {
        self.next
    }

    /// Frees keys that have expired, a few hundred at most. Returns whether there may be more.
    ///
    /// This is active expiry. Redis looks for expired keys among random ones, in
    /// `activeExpireCycle`; here, the marks say where to look.
    pub fn free_expired(&mut self, now: UnixMillis) -> bool {
        if self.next.is_none_or(|next| next >= now) {
            return false;
        }
        let marks = self.take_marks(now);
        let mut more = marks.len() == STEP;
        let mut budget = STEP;
        for (shard, mark) in marks {
            if budget == 0 {
                self.deadlines[shard].put_back(mark);
                more = true;
                continue;
            }
            self.look(shard, mark, now);
            budget = budget.saturating_sub(1 + self.bound_marks(shard) / READS);
        }
        self.next = self.deadlines.iter().filter_map(Deadlines::next).min();
        if self.next.is_none() && self.is_empty() {
            (self.shards, self.deadlines) = (Vec::new(), Vec::new());
        }
        more
    }

    /// Takes the marks of a step, each with its shard, and reads a little of the entries that they
    /// mean: see [`Db::touch`].
    fn take_marks(&mut self, now: UnixMillis) -> Vec<(usize, Mark)> {
        let mut marks = Vec::with_capacity(STEP);
        for (shard, deadlines) in self.deadlines.iter_mut().enumerate() {
            while marks.len() < STEP
                && let Some(mark) = deadlines.take(now)
            {
                marks.push((shard, mark));
            }
        }
        let place = |(shard, mark): &(usize, Mark)| (*shard, NonZeroU64::MIN | mark.hashes().0);
        self.touch_places(&Vec::from_iter(marks.iter().map(place)));
        marks
    }

    /// Frees the keys of a mark that have expired, and marks when to look at the others again.
    fn look(&mut self, shard: usize, mark: Mark, now: UnixMillis) {
        let (dict, deadlines) = (&mut self.shards[shard], &mut self.deadlines[shard]);
        let (first, last) = mark.hashes();
        let is_expired = |(.., entry): &(usize, u64, &Entry)| entry.is_expired(now);
        loop {
            let expired = dict.range(first..=last).find(is_expired);
            let Some((slot, hash, entry)) = expired else { break };
            let deadline = entry.deadline();
            dict.remove(slot).into_iter().for_each(|entry| self.garbage.add(entry));
            deadlines.change(hash, deadline, None);
            self.usage.remove_deadline(deadline);
            self.usage.expired += 1;
        }
        for (_, hash, entry) in dict.range(first..=last) {
            if let Some(deadline) = entry.deadline() {
                deadlines.mark(deadline, hash);
            }
        }
    }

    /// Removes all keys. Mirrors `emptyDbAsync`.
    pub fn clear(&mut self) {
        self.garbage.add_tables(&mut self.shards, &mut self.deadlines);
        self.next = None;
        self.usage = KeyspaceStats { expires: 0, deadlines: 0, ..self.usage };
    }

    /// Returns what has been removed and is still to be freed.
    pub fn garbage(&mut self) -> &mut Garbage {
        &mut self.garbage
    }

    /// Returns whether anything is still to be freed.
    pub fn has_garbage(&self) -> bool {
        !self.garbage.is_empty()
    }

    /// Returns a random key, if there is one. Each has the same chance. Mirrors `dbRandomKey`.
    pub fn random_key(&mut self, now: UnixMillis) -> Option<Vec<u8>> {
        loop {
            let mut number = random(self.len());
            let shard = self.shards.iter().find(|shard| {
                let is_here = number < shard.len();
                number = number.saturating_sub(shard.len());
                is_here
            })?;
            let key = shard.entry(shard.random_slot(random)?)?.key().to_vec();
            // If it has expired, this removes it.
            if self.is_set(&key, now) {
                return Some(key);
            }
        }
    }

    /// Returns what is in the slots of one of the [`SHARDS`], in no order. Some entries may have
    /// expired.
    pub fn entries(&self, shard: usize) -> impl Iterator<Item = Option<&Entry>> {
        let slots = self.shards.get(shard).into_iter().flat_map(|shard| shard.iter_from(0));
        slots.map(|(_, found)| found)
    }

    /// Returns `count` keys, or a few more or less, starting at `cursor`, and the cursor from which
    /// to continue: 0 at the end. A client that starts at 0 and continues to the end sees every key
    /// that exists all the while, see [`Dict::iter_from`].
    ///
    /// Examines at most ten times `count` slots, even if they are empty, and all shards.
    pub fn scan(&mut self, cursor: u64, count: usize, now: UnixMillis) -> (u64, Vec<Vec<u8>>) {
        let mut keys = Vec::new();
        let (mut looked_at, mut last) = (0, None);
        let first = (cursor >> (CURSOR_BITS - SHARD_BITS)) as usize;
        for number in first..self.shards.len() {
            let start = if number == first { cursor } else { 0 };
            let start = start << (u64::BITS - CURSOR_BITS) << SHARD_BITS;
            let (mut end, mut expired) = (None, Vec::new());
            for (hash, found) in self.shards[number].iter_from(start) {
                let place = (number as u64) << (u64::BITS - SHARD_BITS) | hash >> SHARD_BITS;
                let place = place >> (u64::BITS - CURSOR_BITS);
                // Keys that no cursor can tell apart come together.
                if (keys.len() >= count || looked_at / 10 >= count) && last != Some(place) {
                    end = Some(place);
                    break;
                }
                (looked_at, last) = (looked_at + 1, Some(place));
                match found {
                    Some(entry) if entry.is_expired(now) => expired.push(entry.key().to_vec()),
                    Some(entry) => keys.push(entry.key().to_vec()),
                    None => {}
                }
            }
            for key in &expired {
                // Finding it removes it.
                self.find(key, now);
            }
            if let Some(place) = end {
                return (place, keys);
            }
        }
        (0, keys)
    }

    /// Takes a key from a dump. Returns false, and changes nothing, if it is there already. Mirrors
    /// `dbAddRDBLoad`.
    pub fn load(&mut self, key: &[u8], value: &[u8], expires_at: Option<UnixMillis>) -> bool {
        // The caller knows what has expired.
        self.update(key, UnixMillis(i64::MIN), |slot| {
            let is_new = !slot.is_set();
            if is_new {
                slot.set(value, expires_at.map_or(Expiry::Never, Expiry::At));
            }
            is_new
        })
    }

    /// Reads where the entries of these keys are, and then a little of each entry: what a processor
    /// would otherwise wait for, key by key, when they are looked up.
    ///
    /// No read depends on another in the same loop, so it waits for all of them at once.
    pub fn touch<'a>(&self, keys: impl Iterator<Item = &'a [u8]>) {
        if self.shards.is_empty() {
            return;
        }
        self.touch_places(&Vec::from_iter(keys.map(|key| self.place(key))));
    }

    fn touch_places(&self, places: &[(usize, NonZeroU64)]) {
        let places = || places.iter().map(|(shard, hash)| (&self.shards[*shard], *hash));
        // What is read is thrown away, but the compiler does not know it.
        hint::black_box(places().fold(0, |sum, (dict, hash)| sum ^ dict.touch_slot(hash)));
        hint::black_box(places().fold(0, |sum, (dict, hash)| sum ^ dict.touch_entry(hash)));
    }

    /// Returns how many keys there are, including expired ones that are not yet removed.
    pub fn len(&self) -> usize {
        self.shards.iter().map(Dict::len).sum()
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the counters of its keys and lookups.
    pub fn usage(&self) -> KeyspaceStats {
        KeyspaceStats { keys: self.len(), ..self.usage }
    }

    /// Returns the shard that `key` is in, or would be, and its hash in there: the bits of the hash
    /// that are left, and a last one, so that it is not zero.
    fn place(&self, key: &[u8]) -> (usize, NonZeroU64) {
        let hash = hash(&self.hasher, key);
        ((hash >> (u64::BITS - SHARD_BITS)) as usize, NonZeroU64::MIN | hash << SHARD_BITS)
    }
}

/// Returns the hash of a key. Uses `write`, not `hash_one`, which would hash the length as well:
/// that only separates the parts of a composite key.
fn hash(hasher: &RandomState, key: &[u8]) -> u64 {
    let mut hasher = hasher.build_hasher();
    hasher.write(key);
    hasher.finish()
}

/// Returns a random number below this one, or 0. Each has nearly the same chance: every hasher of std
/// has another random seed.
fn random(below: usize) -> usize {
    let random = RandomState::new().hash_one(());
    ((u128::from(random) * below as u128) >> u64::BITS) as usize
}

impl KeyspaceStats {
    /// Returns the sum of both.
    pub fn merge(self, other: Self) -> Self {
        Self {
            keys: self.keys + other.keys,
            expires: self.expires + other.expires,
            deadlines: self.deadlines + other.deadlines,
            hits: self.hits + other.hits,
            misses: self.misses + other.misses,
            expired: self.expired + other.expired,
        }
    }

    fn count_lookup(&mut self, found: bool) {
        match found {
            true => self.hits += 1,
            false => self.misses += 1,
        }
    }

    fn add_deadline(&mut self, deadline: Option<UnixMillis>) {
        if let Some(deadline) = deadline {
            self.expires += 1;
            self.deadlines += i128::from(deadline.0);
        }
    }

    fn remove_deadline(&mut self, deadline: Option<UnixMillis>) {
        if let Some(deadline) = deadline {
            self.expires -= 1;
            self.deadlines -= i128::from(deadline.0);
        }
    }
}

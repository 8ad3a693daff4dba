//! The keyspace: what the server keeps, and for how long.

use std::hash::{BuildHasher, RandomState};

use crate::clock::UnixMillis;
use crate::dict::Dict;

/// The first bits of a key's hash say which shard it is in.
const SHARD_BITS: u32 = 10;

/// How many shards a database has: of a million keys, one holds a thousand.
pub const SHARDS: usize = 1 << SHARD_BITS;

/// The first bits of a hash, with those of the shard, are what a cursor is. JavaScript represents
/// such integers exactly, and hardly ever do two keys have them all in common.
const CURSOR_BITS: u32 = 48;

/// All databases of a server (Redis: `databases` in its configuration).
pub type Databases = [Db; 16];

/// What a SET makes of the deadline that a key may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// The key lives for ever.
    Never,
    /// The key has expired once this moment is past.
    At(UnixMillis),
    /// The key keeps its deadline.
    Keep,
}

/// A database (Redis: `redisDb`): all keys, their values, and how long they live.
///
/// They lie in shards, so that a walk through all keys can stop between two of them, and a table
/// that grows moves a shard's keys and not all. Everything in here owns exactly its bytes: no spare
/// room, and no part of the read buffer from which it came.
#[derive(Debug, Default)]
pub struct Db {
    /// None, until there is a first key: most databases stay empty.
    shards: Vec<Dict<Value>>,
    usage: KeyspaceStats,
    /// Its seed is random, so nobody can choose keys that all end up in one place; and it is
    /// another in each database, so nobody does by copying one in the order of SCAN.
    hasher: RandomState,
}

/// What a database holds, and how it has been used, for INFO.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyspaceStats {
    /// How many keys there are, with those that have expired and are not yet removed.
    pub keys: usize,
    /// How many of them have a deadline.
    pub expires: usize,
    /// The sum of these deadlines, in milliseconds since 1970.
    pub deadlines: i128,
    /// How many keys were looked up and found.
    pub hits: u64,
    /// How many were looked up in vain.
    pub misses: u64,
    /// How many were removed because they had expired.
    pub expired: u64,
}

/// A value, and the moment after which it is gone. Most values have none, and no room for one:
/// this enum is as small as the bytes' box.
#[derive(Debug)]
enum Value {
    Lasting(Box<[u8]>),
    Expiring(Box<(Box<[u8]>, UnixMillis)>),
}

impl Db {
    /// Returns the value of `key`, if it has one. Counts as a lookup. Mirrors `lookupKeyRead`.
    pub fn get(&mut self, key: &[u8], now: UnixMillis) -> Option<&[u8]> {
        self.lookup(key, now).map(Value::bytes)
    }

    /// Returns whether `key` has a value. Counts as a lookup.
    pub fn exists(&mut self, key: &[u8], now: UnixMillis) -> bool {
        self.lookup(key, now).is_some()
    }

    /// Returns the deadline of `key`, if it has one; and `None` if there is no such key. Counts as a
    /// lookup.
    pub fn deadline(&mut self, key: &[u8], now: UnixMillis) -> Option<Option<UnixMillis>> {
        self.lookup(key, now).map(Value::deadline)
    }

    /// Returns whether `key` has a value. Does not count. Mirrors `lookupKeyWrite`.
    pub fn is_set(&mut self, key: &[u8], now: UnixMillis) -> bool {
        self.find(key, now).is_some()
    }

    fn lookup(&mut self, key: &[u8], now: UnixMillis) -> Option<&Value> {
        let found = self.find(key, now);
        self.usage.count_lookup(found.is_some());
        let (shard, slot) = found?;
        self.shards[shard].value(slot)
    }

    /// Returns the shard and the slot of `key`, if it has a value.
    ///
    /// This is where a key that has expired is found and removed, so nobody ever sees it. One that
    /// nobody looks up stays in memory: a leak that only active expiry closes. Mirrors
    /// `expireIfNeeded`.
    fn find(&mut self, key: &[u8], now: UnixMillis) -> Option<(usize, usize)> {
        let (shard, hash) = self.place(key);
        let dict = self.shards.get(shard)?;
        let slot = dict.slot(hash, key)?;
        if dict.value(slot)?.is_expired(now) {
            self.expire(shard, slot);
            return None;
        }
        Some((shard, slot))
    }

    fn expire(&mut self, shard: usize, slot: usize) {
        let old = self.shards[shard].remove(slot);
        self.usage.remove_deadline(old.and_then(|old| old.deadline()));
        self.usage.expired += 1;
    }

    /// Gives `key` a value, in place of the one that it may have. Mirrors `setKey`.
    pub fn set(&mut self, key: &[u8], value: &[u8], expiry: Expiry, now: UnixMillis) {
        let deadline = match expiry {
            Expiry::Never => None,
            Expiry::At(deadline) => Some(deadline),
            Expiry::Keep => {
                let found = self.find(key, now);
                let old = found.and_then(|(shard, slot)| self.shards[shard].value(slot));
                old.and_then(Value::deadline)
            }
        };
        let (shard, hash) = self.place(key);
        let old = self.insert(shard, hash, key, Value::new(value.into(), deadline));
        self.usage.expired += u64::from(old.is_some_and(|old| old.is_expired(now)));
    }

    /// Returns the value that it takes the place of.
    fn insert(&mut self, shard: usize, hash: u64, key: &[u8], value: Value) -> Option<Value> {
        if self.shards.is_empty() {
            self.shards.resize_with(SHARDS, Dict::default);
        }
        self.usage.add_deadline(value.deadline());
        let old = self.shards[shard].insert(hash, key, value);
        self.usage.remove_deadline(old.as_ref().and_then(Value::deadline));
        old
    }

    /// Returns what is in the slots of one of the [`SHARDS`], in no order: keys, and `None` for a
    /// slot that is free, or whose key has expired.
    pub fn keys(&self, shard: usize, now: UnixMillis) -> impl Iterator<Item = Option<&[u8]>> {
        let slots = self.shards.get(shard).into_iter().flat_map(|shard| shard.iter_from(0));
        slots.map(move |(_, found)| {
            let (key, value) = found?;
            (!value.is_expired(now)).then_some(key)
        })
    }

    /// Returns `count` keys, or a few more or less, from the place on that `cursor` names, and the
    /// cursor of the place behind them: 0 at the end. Who begins with 0 and goes on to the end
    /// sees every key that is there all the while, see [`Dict::iter_from`].
    ///
    /// Looks at ten times `count` slots at most, even if they are empty, and at all shards.
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
                // Keys between which no cursor can tell come together.
                if (keys.len() >= count || looked_at / 10 >= count) && last != Some(place) {
                    end = Some(place);
                    break;
                }
                (looked_at, last) = (looked_at + 1, Some(place));
                match found {
                    Some((key, value)) if value.is_expired(now) => {
                        expired.push((hash, key.to_vec()));
                    }
                    Some((key, _)) => keys.push(key.to_vec()),
                    None => {}
                }
            }
            for (hash, key) in &expired {
                if let Some(slot) = self.shards[number].slot(*hash, key) {
                    self.expire(number, slot);
                }
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
        let (shard, hash) = self.place(key);
        let is_new = self.shards.get(shard).is_none_or(|shard| shard.slot(hash, key).is_none());
        if is_new {
            self.insert(shard, hash, key, Value::new(value.into(), expires_at));
        }
        is_new
    }

    /// Returns how many keys there are, with those that have expired and are not yet removed.
    pub fn len(&self) -> usize {
        self.shards.iter().map(Dict::len).sum()
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns what it holds, and how it has been used.
    pub fn usage(&self) -> KeyspaceStats {
        KeyspaceStats { keys: self.len(), ..self.usage }
    }

    /// Returns the shard that `key` is in, or would be, and its hash in there: the bits of the hash
    /// that are left.
    fn place(&self, key: &[u8]) -> (usize, u64) {
        let hash = self.hasher.hash_one(key);
        ((hash >> (u64::BITS - SHARD_BITS)) as usize, hash << SHARD_BITS)
    }
}

impl KeyspaceStats {
    /// Returns what both are together.
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

impl Value {
    fn new(bytes: Box<[u8]>, deadline: Option<UnixMillis>) -> Self {
        match deadline {
            None => Self::Lasting(bytes),
            Some(deadline) => Self::Expiring(Box::new((bytes, deadline))),
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Lasting(bytes) => bytes,
            Self::Expiring(both) => &both.0,
        }
    }

    fn deadline(&self) -> Option<UnixMillis> {
        match self {
            Self::Lasting(_) => None,
            Self::Expiring(both) => Some(both.1),
        }
    }

    /// At its deadline itself a key still lives. Mirrors `keyIsExpired`.
    fn is_expired(&self, now: UnixMillis) -> bool {
        self.deadline().is_some_and(|deadline| now > deadline)
    }
}

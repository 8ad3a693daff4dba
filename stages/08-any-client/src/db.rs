//! The keyspace: what the server keeps, and for how long.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard};

use crate::clock::UnixMillis;
use crate::dict::Dict;
use crate::glob::Glob;

/// When a SET is to do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// In any case.
    Always,
    /// If the key has no value.
    IfAbsent,
    /// If the key has a value.
    IfPresent,
}

/// The first bits of a key's hash say which shard it is in.
const SHARD_BITS: u32 = 8;

/// How many shards a database has: of a million keys, one holds four thousand.
const SHARDS: usize = 1 << SHARD_BITS;

/// A key's length by a pattern's, the steps that a match takes at worst: with more, the two are
/// compared after the shard is unlocked.
const MAX_LOCKED_STEPS: usize = 4096;

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

/// A database (Redis: `redisDb`), shared by all connections, in shards with a lock each.
///
/// So whoever goes through all keys keeps the others waiting for one shard at most, and so does a
/// table that grows. The locks are std's, not tokio's, because no method waits for anything while
/// it holds one.
#[derive(Debug)]
pub struct Db {
    shards: Vec<Mutex<Keyspace>>,
    /// Its seed is drawn by lot, so nobody can choose keys that all end up in one place; and it is
    /// another in each database, so nobody does by copying one in the order of SCAN.
    hasher: RandomState,
}

/// Everything in here owns exactly its bytes: no spare room, and no part of the read buffer from
/// which it came.
#[derive(Debug, Default)]
struct Keyspace {
    dict: Dict<Value>,
    usage: KeyspaceStats,
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

impl Default for Db {
    fn default() -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { shards, hasher: RandomState::new() }
    }
}

impl Db {
    /// Returns a copy of the value of `key`, if it has one. Mirrors `getCommand`.
    pub fn get(&self, key: &[u8], now: UnixMillis) -> Option<Vec<u8>> {
        self.lookup(key, now, |value| value.bytes().to_vec())
    }

    /// Returns how many bytes the value of `key` has: none, if it has no value.
    pub fn strlen(&self, key: &[u8], now: UnixMillis) -> usize {
        self.lookup(key, now, |value| value.bytes().len()).unwrap_or(0)
    }

    /// Returns whether `key` has a value.
    pub fn exists(&self, key: &[u8], now: UnixMillis) -> bool {
        self.lookup(key, now, |_| ()).is_some()
    }

    /// Returns the deadline of `key`, if it has one; and `None` if there is no such key.
    pub fn deadline(&self, key: &[u8], now: UnixMillis) -> Option<Option<UnixMillis>> {
        self.lookup(key, now, Value::deadline)
    }

    /// Returns what `read` makes of the value of `key`, if it has one.
    ///
    /// This is where a key that has expired is found out and removed, so nobody ever sees it. One
    /// that nobody looks up stays in memory: a leak that only a search in the background mends.
    /// Mirrors `lookupKeyRead` and `expireIfNeeded`.
    fn lookup<T>(&self, key: &[u8], now: UnixMillis, read: impl FnOnce(&Value) -> T) -> Option<T> {
        let (mut keyspace, hash) = self.shard(key);
        let found = match keyspace.dict.get(hash, key) {
            Some(value) if value.is_expired(now) => {
                keyspace.expire(hash, key);
                None
            }
            found => found.map(read),
        };
        keyspace.usage.count_lookup(found.is_some());
        found
    }

    /// Gives `key` a value, in place of the one that it may have. Mirrors `setKey`.
    pub fn set(&self, key: &[u8], value: &[u8], expiry: Expiry, now: UnixMillis) {
        self.set_if(Condition::Always, key, value, expiry, false, now);
    }

    /// Gives `key` a value if the condition holds, and returns whether it does. If the old value is
    /// wanted, returns a copy of it, too.
    pub fn set_if(
        &self,
        condition: Condition,
        key: &[u8],
        value: &[u8],
        expiry: Expiry,
        get: bool,
        now: UnixMillis,
    ) -> (bool, Option<Vec<u8>>) {
        let value = value.into();
        let (mut keyspace, hash) = self.shard(key);
        let old = keyspace.dict.get(hash, key);
        let has_expired = old.is_some_and(|old| old.is_expired(now));
        // Of a key that has expired there is nothing to keep.
        let old = old.filter(|_| !has_expired);
        let deadline = match expiry {
            Expiry::Never => None,
            Expiry::At(deadline) => Some(deadline),
            Expiry::Keep => old.and_then(Value::deadline),
        };
        let holds = match condition {
            Condition::Always => true,
            Condition::IfAbsent => old.is_none(),
            Condition::IfPresent => old.is_some(),
        };
        let old = get.then(|| old.map(|old| old.bytes().to_vec()));
        if has_expired {
            keyspace.expire(hash, key);
        }
        if holds {
            keyspace.insert(hash, key, Value::new(value, deadline));
        }
        if let Some(old) = &old {
            keyspace.usage.count_lookup(old.is_some());
        }
        (holds, old.flatten())
    }

    /// Returns all keys that `glob` matches, in no order. Every key is looked at.
    ///
    /// A key that is there from the beginning to the end is found. One that comes or goes meanwhile
    /// may be found or not; Redis lets nobody do anything meanwhile. Mirrors `keysCommand`.
    pub fn keys(&self, glob: &Glob<'_>, now: UnixMillis) -> Vec<Vec<u8>> {
        let mut keys = Vec::new();
        for shard in &self.shards {
            let keyspace = lock(shard);
            let living = keyspace.dict.iter().filter(|(_, value)| !value.is_expired(now));
            let mut deferred = Vec::new();
            for (key, _) in living {
                if key.len().saturating_mul(glob.pattern.len()) > MAX_LOCKED_STEPS {
                    deferred.push(key.to_vec());
                } else if glob.matches(key) {
                    keys.push(key.to_vec());
                }
            }
            drop(keyspace);
            keys.extend(deferred.into_iter().filter(|key| glob.matches(key)));
        }
        keys
    }

    /// Returns `count` keys, or a few more or less, from the place on that `cursor` names, and the
    /// cursor of the place behind them: 0 at the end. Who begins with 0 and goes on to the end
    /// sees every key that is there all the while, see [`Dict::iter_from`].
    ///
    /// Looks at ten times `count` slots at most, even if they are empty, and at all shards.
    pub fn scan(&self, cursor: u64, count: usize, now: UnixMillis) -> (u64, Vec<Vec<u8>>) {
        let mut keys = Vec::new();
        let (mut looked_at, mut last) = (0, None);
        let first = cursor >> (CURSOR_BITS - SHARD_BITS);
        for (number, shard) in (first..).zip(self.shards.iter().skip(first as usize)) {
            let mut keyspace = lock(shard);
            let start = if number == first { cursor } else { 0 };
            let start = start << (u64::BITS - CURSOR_BITS) << SHARD_BITS;
            let (mut end, mut expired) = (None, Vec::new());
            for (hash, found) in keyspace.dict.iter_from(start) {
                let place = number << (u64::BITS - SHARD_BITS) | hash >> SHARD_BITS;
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
            expired.iter().for_each(|(hash, key)| keyspace.expire(*hash, key));
            if let Some(place) = end {
                return (place, keys);
            }
        }
        (0, keys)
    }

    /// Takes a key from a dump. Returns false, and changes nothing, if it is there already. Mirrors
    /// `dbAddRDBLoad`.
    pub fn load(&self, key: &[u8], value: &[u8], expires_at: Option<UnixMillis>) -> bool {
        let (mut keyspace, hash) = self.shard(key);
        let is_new = keyspace.dict.get(hash, key).is_none();
        if is_new {
            keyspace.insert(hash, key, Value::new(value.into(), expires_at));
        }
        is_new
    }

    /// Returns how many keys there are, with those that have expired and are not yet removed.
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).dict.len()).sum()
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns what it holds, and how it has been used.
    pub fn usage(&self) -> KeyspaceStats {
        let usages = self.shards.iter().map(|shard| lock(shard).usage());
        usages.fold(KeyspaceStats::default(), KeyspaceStats::merge)
    }

    /// Returns the shard that `key` is in, or would be, and its hash in there: the bits of the hash
    /// that are left.
    fn shard(&self, key: &[u8]) -> (MutexGuard<'_, Keyspace>, u64) {
        let hash = self.hasher.hash_one(key);
        let shard = &self.shards[(hash >> (u64::BITS - SHARD_BITS)) as usize];
        (lock(shard), hash << SHARD_BITS)
    }
}

fn lock(shard: &Mutex<Keyspace>) -> MutexGuard<'_, Keyspace> {
    shard.lock().expect("nothing panics while it holds the lock")
}

impl Keyspace {
    fn usage(&self) -> KeyspaceStats {
        KeyspaceStats { keys: self.dict.len(), ..self.usage }
    }

    fn insert(&mut self, hash: u64, key: &[u8], value: Value) {
        let deadline = value.deadline();
        let old = self.dict.insert(hash, key, value);
        self.usage.remove_deadline(old.and_then(|old| old.deadline()));
        self.usage.add_deadline(deadline);
    }

    fn expire(&mut self, hash: u64, key: &[u8]) {
        let old = self.dict.remove(hash, key);
        self.usage.remove_deadline(old.and_then(|old| old.deadline()));
        self.usage.expired += 1;
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

//! The keyspace: all keys, their values and their deadlines.

use std::hash::{BuildHasher, Hasher, RandomState};

use hashbrown::HashTable;

use crate::protocol::clock::UnixMillis;

/// All databases of a server (Redis: `databases` in its configuration).
pub type Databases = [Db; 16];

/// What SET does to a key's deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// The key lives forever.
    Never,
    /// The key has expired once this moment is past.
    At(UnixMillis),
    /// The key keeps its deadline.
    Keep,
}

/// How many shards a database has: of a million keys, one holds a thousand.
pub const SHARDS: usize = 1024;

/// A database (Redis: `redisDb`): all keys, their values, and how long they live.
///
/// They are in shards, so that a walk through all keys can stop between two shards, and a table
/// that grows moves one shard's keys, not all. Everything in here owns exactly its bytes: no spare
/// room, and no part of the read buffer from which it came.
#[derive(Debug)]
pub struct Db {
    shards: Vec<Shard>,
    /// Its seed is random, so an attacker cannot choose keys that all end up in one shard.
    hasher: RandomState,
}

/// Keys and their values. One hash of a key chooses the shard and the bucket in it; a `HashMap`
/// would compute the same hash again.
type Shard = HashTable<(Box<[u8]>, Value)>;

/// A value, and its deadline if it has one. Most values have none, and take no room for one: this
/// enum is as small as the bytes' box.
#[derive(Debug)]
enum Value {
    Lasting(Box<[u8]>),
    Expiring(Box<(Box<[u8]>, UnixMillis)>),
}

impl Default for Db {
    fn default() -> Self {
        Self { shards: (0..SHARDS).map(|_| Shard::new()).collect(), hasher: RandomState::new() }
    }
}

impl Db {
    /// Returns the value of `key`, if it has one that has not expired. Mirrors `lookupKeyRead`.
    pub fn get(&self, key: &[u8], now: UnixMillis) -> Option<&[u8]> {
        let hash = hash(&self.hasher, key);
        let (_, value) = self.shards[shard_of(hash)].find(hash, |entry| *entry.0 == *key)?;
        (!value.is_expired(now)).then(|| value.bytes())
    }

    /// Removes `key` if it has expired (lazy expiry). Call it when a key is not found, to free its
    /// memory. A key that is never looked up is never freed: a leak that only active expiry closes.
    /// Mirrors `expireIfNeeded`.
    pub fn expire(&mut self, key: &[u8], now: UnixMillis) {
        let hash = hash(&self.hasher, key);
        let is_it = |(known, value): &(Box<[u8]>, Value)| **known == *key && value.is_expired(now);
        if let Ok(entry) = self.shards[shard_of(hash)].find_entry(hash, is_it) {
            entry.remove();
        }
    }

    /// Gives `key` a value, in place of the one that it may have. Mirrors `setKey`.
    pub fn set(&mut self, key: &[u8], value: &[u8], expiry: Expiry, now: UnixMillis) {
        let value = value.into();
        let hash = hash(&self.hasher, key);
        let shard = &mut self.shards[shard_of(hash)];
        let old = shard.find_mut(hash, |entry| *entry.0 == *key).map(|entry| &mut entry.1);
        let deadline = match expiry {
            Expiry::Never => None,
            Expiry::At(deadline) => Some(deadline),
            // An expired key has no deadline to keep.
            Expiry::Keep => {
                old.as_ref().filter(|old| !old.is_expired(now)).and_then(|old| old.deadline())
            }
        };
        let value = Value::new(value, deadline);
        match old {
            Some(old) => *old = value,
            None => insert(shard, &self.hasher, hash, (key.into(), value)),
        }
    }

    /// Returns the keys in one of the [`SHARDS`], in no order, and `None` for each that has
    /// expired: it has cost a look, too.
    pub fn keys(&self, shard: usize, now: UnixMillis) -> impl Iterator<Item = Option<&[u8]>> {
        let entries = self.shards[shard].iter();
        entries.map(move |(key, value)| (!value.is_expired(now)).then_some(&**key))
    }

    /// Takes a key from a dump. Returns false, and changes nothing, if it is there already. Mirrors
    /// `dbAddRDBLoad`.
    pub fn load(&mut self, key: &[u8], value: &[u8], expires_at: Option<UnixMillis>) -> bool {
        let hash = hash(&self.hasher, key);
        let shard = &mut self.shards[shard_of(hash)];
        let is_new = shard.find(hash, |entry| *entry.0 == *key).is_none();
        if is_new {
            insert(shard, &self.hasher, hash, (key.into(), Value::new(value.into(), expires_at)));
        }
        is_new
    }
}

/// Adds an entry whose key is not there yet. When the shard grows, it hashes its keys again.
fn insert(shard: &mut Shard, hasher: &RandomState, hash: u64, entry: (Box<[u8]>, Value)) {
    shard.insert_unique(hash, entry, |(key, _)| self::hash(hasher, key));
}

/// Returns the hash of a key. Uses `write`, not `hash_one`, which would hash the length as well:
/// that only separates the parts of a composite key.
fn hash(hasher: &RandomState, key: &[u8]) -> u64 {
    let mut hasher = hasher.build_hasher();
    hasher.write(key);
    hasher.finish()
}

/// Returns which shard a key with this hash belongs to. A shard's table uses the lowest and the
/// highest bits of the hash, so these are taken from the middle.
fn shard_of(hash: u64) -> usize {
    (hash >> 32) as usize % SHARDS
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

    /// Returns whether the deadline is past, not merely reached. Mirrors `keyIsExpired`.
    fn is_expired(&self, now: UnixMillis) -> bool {
        self.deadline().is_some_and(|deadline| now > deadline)
    }
}

//! The keyspace: what the server keeps, and for how long.

use std::collections::HashMap;
use std::collections::hash_map::{Entry, RandomState};
use std::hash::BuildHasher;

use crate::clock::UnixMillis;

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

/// How many shards a database has: of a million keys, one holds a thousand.
pub const SHARDS: usize = 1024;

/// A database (Redis: `redisDb`): all keys, their values, and how long they live.
///
/// They lie in shards, so that a walk through all keys can stop between two of them, and a table
/// that grows moves a shard's keys and not all. Everything in here owns exactly its bytes: no spare
/// room, and no part of the read buffer from which it came.
#[derive(Debug)]
pub struct Db {
    shards: Vec<Shard>,
    /// The hasher of all shards. Its seed is random, so nobody can choose keys that all end up in
    /// one.
    hasher: RandomState,
}

type Shard = HashMap<Box<[u8]>, Value>;

/// A value, and the moment after which it is gone. Most values have none, and no room for one:
/// this enum is as small as the bytes' box.
#[derive(Debug)]
enum Value {
    Lasting(Box<[u8]>),
    Expiring(Box<(Box<[u8]>, UnixMillis)>),
}

impl Default for Db {
    fn default() -> Self {
        let hasher = RandomState::new();
        let shard = || HashMap::with_hasher(hasher.clone());
        Self { shards: (0..SHARDS).map(|_| shard()).collect(), hasher }
    }
}

impl Db {
    /// Returns the value of `key`, if it has one that has not expired. Mirrors `lookupKeyRead`.
    pub fn get(&self, key: &[u8], now: UnixMillis) -> Option<&[u8]> {
        let shard = &self.shards[self.shard(key)];
        let value = shard.get(key).filter(|value| !value.is_expired(now))?;
        Some(value.bytes())
    }

    /// Removes `key` if it has expired, and does nothing if not. To be called for a key that was
    /// not found, so that one that is looked up in vain takes up no memory any more. One that is
    /// never looked up still does: a leak that only active expiry closes. Mirrors `expireIfNeeded`.
    pub fn expire(&mut self, key: &[u8], now: UnixMillis) {
        let shard = self.shard_mut(key);
        if shard.get(key).is_some_and(|value| value.is_expired(now)) {
            shard.remove(key);
        }
    }

    /// Gives `key` a value, in place of the one that it may have. Mirrors `setKey`.
    pub fn set(&mut self, key: &[u8], value: &[u8], expiry: Expiry, now: UnixMillis) {
        let value = value.into();
        let shard = self.shard_mut(key);
        let old = shard.get_mut(key);
        let deadline = match expiry {
            Expiry::Never => None,
            Expiry::At(deadline) => Some(deadline),
            // Of a key that has expired there is nothing to keep.
            Expiry::Keep => {
                old.as_ref().filter(|old| !old.is_expired(now)).and_then(|old| old.deadline())
            }
        };
        let value = Value::new(value, deadline);
        match old {
            Some(old) => *old = value,
            None => drop(shard.insert(key.into(), value)),
        }
    }

    /// Returns the keys in one of the [`SHARDS`], in no order, and `None` for each that has expired:
    /// it has been looked at, too.
    pub fn keys(&self, shard: usize, now: UnixMillis) -> impl Iterator<Item = Option<&[u8]>> {
        let entries = self.shards[shard].iter();
        entries.map(move |(key, value)| (!value.is_expired(now)).then_some(&**key))
    }

    /// Takes a key from a dump. Returns false, and changes nothing, if it is there already. Mirrors
    /// `dbAddRDBLoad`.
    pub fn load(&mut self, key: &[u8], value: &[u8], expires_at: Option<UnixMillis>) -> bool {
        let Entry::Vacant(entry) = self.shard_mut(key).entry(key.into()) else { return false };
        entry.insert(Value::new(value.into(), expires_at));
        true
    }

    /// Makes room for so many keys at once, if there is so much memory. Mirrors `dbExpand`.
    pub fn reserve(&mut self, keys: usize) {
        for shard in &mut self.shards {
            // Without the room it is only slower.
            let _ = shard.try_reserve(keys / SHARDS);
        }
    }

    /// Returns which shard `key` is in, or would be. By other bits of its hash than those by which
    /// a shard's table finds its place.
    fn shard(&self, key: &[u8]) -> usize {
        (self.hasher.hash_one(key) >> 32) as usize % SHARDS
    }

    fn shard_mut(&mut self, key: &[u8]) -> &mut Shard {
        let shard = self.shard(key);
        &mut self.shards[shard]
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

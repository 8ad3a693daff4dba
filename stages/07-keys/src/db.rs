//! The keyspace: what the server keeps, and for how long.

use std::collections::HashMap;
use std::collections::hash_map::{Entry, RandomState};
use std::hash::BuildHasher;
use std::sync::{Mutex, MutexGuard};

use crate::clock::UnixMillis;
use crate::glob::Glob;

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

/// How many shards a database has: of a million keys, one holds four thousand.
const SHARDS: usize = 256;

/// A key's length by a pattern's, the steps that a match takes at worst: with more, the two are
/// compared after the shard is unlocked.
const MAX_LOCKED_STEPS: usize = 4096;

/// A database (Redis: `redisDb`), shared by all connections, in shards with a lock each.
///
/// So whoever goes through all keys keeps the others waiting for one shard at most, and so does a
/// table that grows. The locks are std's, not tokio's, because no method waits for anything while
/// it holds one.
#[derive(Debug)]
pub struct Db {
    shards: Vec<Mutex<Keyspace>>,
    /// Says which shard a key is in. Like those of the tables, its seed is drawn by lot, so nobody
    /// can choose keys that all end up in one.
    hasher: RandomState,
}

/// Everything in here owns exactly its bytes: no spare room, and no part of the read buffer from
/// which it came.
type Keyspace = HashMap<Box<[u8]>, Value>;

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
    /// Returns a copy of the value of `key`, if it has one.
    ///
    /// This is where a key that has expired is found out and removed, so nobody ever sees it. One
    /// that nobody looks up stays in memory: a leak that only a search in the background mends.
    /// Mirrors `lookupKeyRead` and `expireIfNeeded`.
    pub fn get(&self, key: &[u8], now: UnixMillis) -> Option<Vec<u8>> {
        let mut keyspace = self.shard(key);
        let value = keyspace.get(key)?;
        if value.is_expired(now) {
            keyspace.remove(key);
            return None;
        }
        Some(value.bytes().to_vec())
    }

    /// Gives `key` a value, in place of the one that it may have. Mirrors `setKey`.
    pub fn set(&self, key: &[u8], value: &[u8], expiry: Expiry, now: UnixMillis) {
        let value = value.into();
        let mut keyspace = self.shard(key);
        let old = keyspace.get_mut(key);
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
            None => drop(keyspace.insert(key.into(), value)),
        }
    }

    /// Returns all keys that `glob` matches, in no order. Every key is looked at.
    ///
    /// A key that is there from the beginning to the end is found. One that comes or goes meanwhile
    /// may be found or not; Redis lets nobody do anything meanwhile. Mirrors `keysCommand`.
    pub fn keys(&self, glob: &Glob<'_>, now: UnixMillis) -> Vec<Vec<u8>> {
        let mut keys = Vec::new();
        for shard in &self.shards {
            let keyspace = lock(shard);
            let living = keyspace.iter().filter(|(_, value)| !value.is_expired(now));
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

    /// Takes a key from a dump. Returns false, and changes nothing, if it is there already. Mirrors
    /// `dbAddRDBLoad`.
    pub fn load(&self, key: &[u8], value: &[u8], expires_at: Option<UnixMillis>) -> bool {
        let mut keyspace = self.shard(key);
        let Entry::Vacant(entry) = keyspace.entry(key.into()) else { return false };
        entry.insert(Value::new(value.into(), expires_at));
        true
    }

    /// Makes room for so many keys at once, if there is so much memory. Mirrors `dbExpand`.
    pub fn reserve(&self, keys: usize) {
        for shard in &self.shards {
            // Without the room it is only slower.
            let _ = lock(shard).try_reserve(keys / SHARDS);
        }
    }

    /// Returns the shard that `key` is in, or would be.
    fn shard(&self, key: &[u8]) -> MutexGuard<'_, Keyspace> {
        lock(&self.shards[self.hasher.hash_one(key) as usize % SHARDS])
    }
}

fn lock(shard: &Mutex<Keyspace>) -> MutexGuard<'_, Keyspace> {
    shard.lock().expect("nothing panics while it holds the lock")
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

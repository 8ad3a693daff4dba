//! The keyspace: what the server keeps, and for how long.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard};

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

/// A database (Redis: `redisDb`), shared by all connections.
///
/// The lock is std's, not tokio's, because no method waits for anything while it holds it.
#[derive(Debug, Default)]
pub struct Db {
    keyspace: Mutex<Keyspace>,
}

/// Everything here owns exactly its bytes: no spare room, and no part of the read buffer from
/// which it came.
#[derive(Debug, Default)]
struct Keyspace {
    /// All keys and their values.
    dict: HashMap<Box<[u8]>, Box<[u8]>>,
    /// The deadlines of those keys that have one, apart: most have none.
    expires: HashMap<Box<[u8]>, UnixMillis>,
}

impl Db {
    /// Returns a copy of the value of `key`, if it has one. Mirrors `lookupKeyRead`.
    pub fn get(&self, key: &[u8], now: UnixMillis) -> Option<Vec<u8>> {
        let mut keyspace = self.lock();
        keyspace.remove_if_expired(key, now);
        keyspace.dict.get(key).map(|value| value.to_vec())
    }

    /// Gives `key` a value, in place of the one that it may have. Mirrors `setKey`.
    pub fn set(&self, key: &[u8], value: &[u8], expiry: Expiry, now: UnixMillis) {
        let value = value.into();
        let mut keyspace = self.lock();
        // First, or Keep would keep a deadline that is past.
        keyspace.remove_if_expired(key, now);
        match expiry {
            Expiry::Never => drop(keyspace.expires.remove(key)),
            Expiry::At(deadline) => drop(keyspace.expires.insert(key.into(), deadline)),
            Expiry::Keep => {}
        }
        match keyspace.dict.get_mut(key) {
            Some(old) => *old = value,
            None => drop(keyspace.dict.insert(key.into(), value)),
        }
    }

    /// Takes a key from a dump. Returns false, and changes nothing, if it is there already. Mirrors
    /// `dbAddRDBLoad`.
    pub fn load(&self, key: &[u8], value: &[u8], expires_at: Option<UnixMillis>) -> bool {
        let mut keyspace = self.lock();
        let Entry::Vacant(entry) = keyspace.dict.entry(key.into()) else { return false };
        entry.insert(value.into());
        if let Some(deadline) = expires_at {
            keyspace.expires.insert(key.into(), deadline);
        }
        true
    }

    /// Makes room for so many keys at once, if there is so much memory. Mirrors `dbExpand`.
    pub fn reserve(&self, keys: usize) {
        // Without the room it is only slower.
        let _ = self.lock().dict.try_reserve(keys);
    }

    fn lock(&self) -> MutexGuard<'_, Keyspace> {
        self.keyspace.lock().expect("nothing panics while it holds the lock")
    }
}

impl Keyspace {
    /// Whoever looks a key up asks this first, so nobody ever sees one that has expired. A key
    /// that nobody looks up stays in memory: a leak that only a search in the background mends.
    /// Mirrors `expireIfNeeded`.
    fn remove_if_expired(&mut self, key: &[u8], now: UnixMillis) {
        if self.is_expired(key, now) {
            self.expires.remove(key);
            self.dict.remove(key);
        }
    }

    /// At its deadline itself a key still lives. Mirrors `keyIsExpired`.
    fn is_expired(&self, key: &[u8], now: UnixMillis) -> bool {
        self.expires.get(key).is_some_and(|deadline| now > *deadline)
    }
}

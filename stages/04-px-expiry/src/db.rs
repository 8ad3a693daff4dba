//! The keyspace: what the server keeps, and for how long.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::clock::UnixMillis;

/// A key: exactly its bytes, and no read buffer from which they came.
type Key = Box<[u8]>;
/// A value likewise. It is shared, not copied, with the replies that are still to be sent.
pub type Value = Arc<[u8]>;

#[derive(Debug)]
struct Entry {
    value: Value,
    expires_at: Option<UnixMillis>,
}

impl Entry {
    /// Strictly past its deadline: at that very millisecond the entry still lives. Mirrors
    /// `keyIsExpired`.
    fn is_expired(&self, now: UnixMillis) -> bool {
        self.expires_at.is_some_and(|deadline| now > deadline)
    }
}

/// What a SET makes of a key's deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// The key lives for ever.
    Never,
    /// The key has expired after this moment.
    At(UnixMillis),
    /// The key keeps the deadline that it has, if any.
    Keep,
}

/// All keys and their values.
///
/// The lock is std's, not tokio's, because no method waits for anything while it holds it.
///
/// An expired key is removed when somebody asks for it. One that nobody asks for again stays in
/// memory: a leak that Redis mends with a second search, at random, in the background.
#[derive(Debug, Default)]
pub struct Db {
    dict: Mutex<HashMap<Key, Entry>>,
}

impl Db {
    /// Returns the value of `key`, if it has one that has not expired. Mirrors `lookupKeyRead`.
    pub fn get(&self, key: &[u8], now: UnixMillis) -> Option<Value> {
        let mut dict = self.lock();
        let entry = dict.get(key)?;
        if entry.is_expired(now) {
            dict.remove(key);
            return None;
        }
        Some(Arc::clone(&entry.value))
    }

    /// Gives `key` a value, in place of the one that it may have. Mirrors `setKey`.
    pub fn set(&self, key: &[u8], value: Value, expiry: Expiry, now: UnixMillis) {
        let mut dict = self.lock();
        let old = dict.get_mut(key);
        let expires_at = match expiry {
            Expiry::Never => None,
            Expiry::At(deadline) => Some(deadline),
            // Of a key that has expired, nothing is left to be kept.
            Expiry::Keep => {
                old.as_ref().filter(|old| !old.is_expired(now)).and_then(|old| old.expires_at)
            }
        };
        let entry = Entry { value, expires_at };
        match old {
            Some(old) => *old = entry,
            None => drop(dict.insert(key.into(), entry)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Entry>> {
        self.dict.lock().expect("nothing panics while it holds the lock")
    }
}

//! The keyspace: all keys, their values and their deadlines.

use std::collections::HashMap;

use crate::clock::UnixMillis;

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

/// A database (Redis: `redisDb`): all keys, their values, and how long they live.
///
/// Everything in here owns exactly its bytes: no spare room, and no part of the read buffer from
/// which it came.
#[derive(Debug, Default)]
pub struct Db {
    keyspace: HashMap<Box<[u8]>, Value>,
}

/// A value, and its deadline if it has one. Most values have none, and take no room for one: this
/// enum is as small as the bytes' box.
#[derive(Debug)]
enum Value {
    Lasting(Box<[u8]>),
    Expiring(Box<(Box<[u8]>, UnixMillis)>),
}

impl Db {
    /// Returns the value of `key`, if it has one that has not expired. Mirrors `lookupKeyRead`.
    pub fn get(&self, key: &[u8], now: UnixMillis) -> Option<&[u8]> {
        let value = self.keyspace.get(key).filter(|value| !value.is_expired(now))?;
        Some(value.bytes())
    }

    /// Removes `key` if it has expired (lazy expiry). Call it when a key is not found, to free its
    /// memory. A key that is never looked up is never freed: a leak that only active expiry closes.
    /// Mirrors `expireIfNeeded`.
    pub fn expire(&mut self, key: &[u8], now: UnixMillis) {
        if self.keyspace.get(key).is_some_and(|value| value.is_expired(now)) {
            self.keyspace.remove(key);
        }
    }

    /// Gives `key` a value, in place of the one that it may have. Mirrors `setKey`.
    pub fn set(&mut self, key: &[u8], value: &[u8], expiry: Expiry, now: UnixMillis) {
        let value = value.into();
        let old = self.keyspace.get_mut(key);
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
            None => drop(self.keyspace.insert(key.into(), value)),
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

    /// Returns whether the deadline is past, not merely reached. Mirrors `keyIsExpired`.
    fn is_expired(&self, now: UnixMillis) -> bool {
        self.deadline().is_some_and(|deadline| now > deadline)
    }
}

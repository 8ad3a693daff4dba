//! The keyspace: all keys and their values.

use std::collections::HashMap;

/// A database (Redis: `redisDb`): all keys and their values.
///
/// Each of them owns exactly its bytes: no spare room, and no part of the read buffer from which
/// it came.
#[derive(Debug, Default)]
pub struct Db {
    dict: HashMap<Box<[u8]>, Box<[u8]>>,
}

impl Db {
    /// Returns the value of `key`, if it has one. Mirrors `lookupKeyRead`.
    pub fn get(&self, key: &[u8]) -> Option<&[u8]> {
        self.dict.get(key).map(|value| &**value)
    }

    /// Gives `key` a value, in place of the one that it may have. Mirrors `setKey`.
    pub fn set(&mut self, key: &[u8], value: &[u8]) {
        let value = value.into();
        match self.dict.get_mut(key) {
            Some(old) => *old = value,
            None => drop(self.dict.insert(key.into(), value)),
        }
    }
}

//! The keyspace: what the server keeps.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

/// All keys and their values. Each of them owns exactly its bytes: no spare room, and no part of
/// the read buffer from which it came.
type Dict = HashMap<Box<[u8]>, Box<[u8]>>;

/// A database (Redis: `redisDb`), shared by all connections.
///
/// The lock is std's, not tokio's, because no method waits for anything while it holds it.
#[derive(Debug, Default)]
pub struct Db {
    dict: Mutex<Dict>,
}

impl Db {
    /// Returns a copy of the value of `key`, if it has one. Mirrors `lookupKeyRead`.
    pub fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.lock().get(key).map(|value| value.to_vec())
    }

    /// Gives `key` a value, in place of the one that it may have. Mirrors `setKey`.
    pub fn set(&self, key: &[u8], value: &[u8]) {
        let value = value.into();
        let mut dict = self.lock();
        match dict.get_mut(key) {
            Some(old) => *old = value,
            None => drop(dict.insert(key.into(), value)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Dict> {
        self.dict.lock().expect("nothing panics while it holds the lock")
    }
}

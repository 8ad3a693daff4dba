//! The keyspace: what the server keeps.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

/// A key: exactly its bytes, and no read buffer from which they came.
type Key = Box<[u8]>;
/// A value likewise. It is shared, not copied, with the replies that are still to be sent.
pub type Value = Arc<[u8]>;

/// All keys and their values.
///
/// The lock is std's, not tokio's, because no method waits for anything while it holds it.
#[derive(Debug, Default)]
pub struct Db {
    dict: Mutex<HashMap<Key, Value>>,
}

impl Db {
    /// Returns the value of `key`, if it has one. Mirrors `lookupKeyRead`.
    pub fn get(&self, key: &[u8]) -> Option<Value> {
        self.lock().get(key).cloned()
    }

    /// Gives `key` a value, in place of the one that it may have. Mirrors `setKey`.
    pub fn set(&self, key: &[u8], value: Value) {
        let mut dict = self.lock();
        match dict.get_mut(key) {
            Some(old) => *old = value,
            None => drop(dict.insert(key.into(), value)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Value>> {
        self.dict.lock().expect("nothing panics while it holds the lock")
    }
}

//! Counters, for INFO.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::resp::Reply;

/// A number that all connections add to.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds to it. Nothing else depends on the order in which that happens.
    pub fn add(&self, number: usize) {
        self.0.fetch_add(number as u64, Ordering::Relaxed);
    }

    /// Returns what it has come to.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What the server has done since it was started.
#[derive(Debug, Default)]
pub struct Stats {
    /// Clients that were served.
    pub connections: Counter,
    /// Clients that were turned away.
    pub rejected_connections: Counter,
    /// Requests for a command that exists, with as many arguments as it takes.
    pub commands: Counter,
    /// Bytes that have come in.
    pub input: Counter,
    /// Bytes that have gone out.
    pub output: Counter,
    /// How often something has come in.
    pub reads: Counter,
    /// How often something has gone out.
    pub writes: Counter,
    /// Replies that were errors, by their first word.
    errors: Mutex<BTreeMap<Vec<u8>, u64>>,
}

impl Stats {
    /// Counts a reply, if it is an error.
    pub fn count_error(&self, reply: &Reply) {
        if let Reply::Error(text) = reply {
            let code = text.split(|byte| *byte == b' ').next().unwrap_or_default();
            let mut errors = self.errors.lock().expect("nothing panics while it holds the lock");
            // Most codes are there already: they cost no copy.
            match errors.get_mut(code) {
                Some(count) => *count += 1,
                None => drop(errors.insert(code.to_vec(), 1)),
            }
        }
    }

    /// Returns how many errors there were of each kind.
    pub fn errors(&self) -> BTreeMap<Vec<u8>, u64> {
        self.errors.lock().expect("nothing panics while it holds the lock").clone()
    }
}

//! KEYS: a walk through all keys, in steps between which the server does other things.

use std::hint;

use bytes::{Buf, BytesMut};

use crate::keyspace::db::{Db, SHARDS};
use crate::keyspace::entry::Entry;
use crate::protocol::clock::UnixMillis;
use crate::protocol::glob::{Glob, Search};
use crate::protocol::out::Out;

/// The budget of a step, in examined bytes of the pattern: a fraction of a millisecond.
const STEP: usize = 32 * 1024;

/// The cost of finding the next key, in the same unit: it may be anywhere in memory.
const VISIT: usize = 32;

/// The cost of looking into the next shard, even if it is empty.
const LOOK: usize = 8;

/// The least budget with which a comparison starts. Copying the key for later costs more.
const QUICK: usize = 32;

/// The most bytes that the header of a reply may have: `*`, the digits of a `usize`, CRLF.
const ROOM: usize = 1 + 20 + 2;

/// A walk in progress. It owns what it needs, since the keyspace may change between two steps.
#[derive(Debug)]
pub struct Walk {
    /// The number of the database. At first 0.
    pub database: usize,
    pattern: Vec<u8>,
    /// The shard that comes next.
    shard: usize,
    /// Copies of the last shard's keys that are still to be compared, with the progress of each.
    deferred: Vec<(Vec<u8>, Search)>,
    /// How many keys are found.
    count: usize,
    /// The reply. Its header, the number of keys, is known last: there is room left for it.
    reply: BytesMut,
}

impl Walk {
    /// Returns a new walk, which finds all keys that `pattern` matches.
    pub fn new(pattern: &[u8]) -> Self {
        let (pattern, reply) = (pattern.into(), BytesMut::zeroed(ROOM));
        Self { database: 0, pattern, shard: 0, deferred: Vec::new(), count: 0, reply }
    }

    /// Takes the next step: the keys of some shards, or a part of those that the last step
    /// deferred. Returns whether it was the last.
    ///
    /// A key that exists from the first step to the last is found. One that is added or removed
    /// meanwhile may be found or not; Redis executes nothing else meanwhile. Mirrors `keysCommand`.
    pub fn step(&mut self, db: &Db, now: UnixMillis) -> bool {
        let glob = Glob { pattern: &self.pattern, ignore_case: false };
        let mut budget = STEP;
        let mut compare = |key: &[u8], search: &mut Search, budget: &mut usize| {
            let matches = glob.resume(search, key, budget)?;
            if matches {
                Out::new(&mut self.reply).bulk(key);
                self.count += 1;
            }
            Some(matches)
        };
        loop {
            while let Some((key, search)) = self.deferred.last_mut() {
                if compare(key, search, &mut budget).is_none() {
                    return false;
                }
                self.deferred.pop();
            }
            if self.shard == SHARDS || budget <= QUICK {
                return self.shard == SHARDS;
            }
            let entries = db.entries(self.shard).collect::<Vec<_>>();
            touch(entries.iter().copied().flatten());
            for entry in entries {
                budget = budget.saturating_sub(VISIT).max(QUICK);
                let Some(entry) = entry.filter(|entry| !entry.is_expired(now)) else { continue };
                let (key, mut search) = (entry.key(), Search::default());
                if compare(key, &mut search, &mut budget).is_none() {
                    self.deferred.push((key.to_vec(), search));
                }
            }
            self.shard += 1;
            budget = budget.saturating_sub(LOOK);
        }
    }

    /// Appends the reply to the output: an array of the keys that were found.
    pub fn append_to(mut self, output: &mut BytesMut) {
        let mut beginning = BytesMut::new();
        Out::new(&mut beginning).array(self.count);
        self.reply.advance(ROOM - beginning.len());
        self.reply[..beginning.len()].copy_from_slice(&beginning);
        if output.is_empty() {
            // Copying millions of keys would take milliseconds.
            *output = self.reply;
        } else {
            output.extend_from_slice(&self.reply);
        }
    }
}

/// Reads a little of each entry. It may be anywhere in memory, and the processor waits for it.
/// No read here depends on another, so it waits for many entries at once.
fn touch<'a>(entries: impl Iterator<Item = &'a Entry>) {
    hint::black_box(entries.fold(0, |sum, entry| sum ^ entry.touch()));
}

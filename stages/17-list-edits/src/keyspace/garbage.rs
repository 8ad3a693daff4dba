//! What is no longer in the keyspace, but still in memory.

use std::hint;

use crate::keyspace::deadlines::Deadlines;
use crate::keyspace::dict::Dict;
use crate::keyspace::entry::Entry;

/// How many slots of a table a step frees: a fraction of a millisecond.
const SLOTS: usize = 1024;

/// How many bytes of large entries wait, if it is more than one. Each RENAME makes a copy of its value,
/// so clients could fill the memory with garbage faster than it is freed.
const MAX_WAITING: usize = 64 * 1024 * 1024;

/// After how many freed entries the allocator is to merge them.
const ENTRIES: usize = 256;

/// More bytes than the allocator keeps in lists of small pieces.
const LARGE: usize = 2048;

/// Tables and large entries that nobody needs. They are freed in steps, between which the server
/// does other things: freeing millions of keys takes a second, and half a gigabyte tens of
/// milliseconds. Redis gives such work to another thread, see `bioLazyFreeJob`.
#[derive(Debug, Default)]
pub struct Garbage {
    tables: Vec<Dict>,
    /// The indexes of these tables.
    indexes: Vec<Deadlines>,
    /// Each is large.
    entries: Vec<Entry>,
    /// How many bytes these entries take.
    waiting: usize,
    /// How many small entries were freed since the allocator has merged them.
    freed: usize,
}

impl Garbage {
    /// Adds an entry, or frees it at once if it is small.
    pub fn add(&mut self, entry: Entry) {
        if entry.is_large() {
            self.waiting += entry.size();
            self.entries.push(entry);
            while self.waiting > MAX_WAITING && self.entries.len() > 1 {
                self.cut();
            }
            return;
        }
        drop(entry);
        self.freed += 1;
        if self.freed == ENTRIES {
            self.freed = 0;
            merge();
        }
    }

    /// Adds all of these tables and their indexes, and leaves none.
    pub fn add_tables(&mut self, tables: &mut Vec<Dict>, indexes: &mut Vec<Deadlines>) {
        self.tables.append(tables);
        self.indexes.append(indexes);
    }

    /// Returns whether there is nothing to free.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.indexes.is_empty() && self.entries.is_empty()
    }

    /// Frees a piece of a large entry, or an index and some slots of a table.
    pub fn step(&mut self) {
        if self.cut() {
            return;
        }
        self.indexes.pop();
        for _ in 0..SLOTS {
            match self.tables.last_mut().map(Dict::pop_slot) {
                Some(Some(slot)) => slot.into_iter().for_each(|entry| self.add(entry)),
                Some(None) => drop(self.tables.pop()),
                None => return,
            }
            // A large one is next.
            if !self.entries.is_empty() {
                return;
            }
        }
    }

    /// Frees a piece of a large entry, and returns whether there was one.
    fn cut(&mut self) -> bool {
        let Some(entry) = self.entries.last_mut() else { return false };
        let freed = entry.cut();
        merge();
        self.waiting -= freed;
        if freed == 0 {
            self.entries.pop();
        }
        true
    }
}

/// Has the allocator merge what was freed. glibc keeps small pieces in lists, and merges all of them
/// when somebody asks for a large one. After two million, that would take 50 ms at once: so ask now,
/// for what is little work.
fn merge() {
    drop(hint::black_box(Vec::<u8>::with_capacity(LARGE)));
}

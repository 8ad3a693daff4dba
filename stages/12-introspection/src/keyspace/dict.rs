//! A hash table that can be walked through in many small steps while it changes.

use std::mem;

/// How many overflow slots a new table has room for.
const OVERFLOW_SLOTS: usize = 2;

/// Keys and their values, in the order of the keys' hashes (Redis: `dict`).
///
/// All hashes are divided among the home slots, in order and evenly: each hash has one home slot. A
/// key whose home slot is taken goes into a later slot (linear probing), so that always
/// `home_slot(key) <= slot(key)`, with no free slot between the two, and the hashes never descend
/// from one slot to the next. So a hash names a position among all keys, and the same position
/// after the table has grown.
///
/// The caller must always give the same hash for the same key, and hashes that are spread evenly
/// over all numbers.
#[derive(Debug)]
pub struct Dict<V> {
    /// The home slots, then the overflow slots, for keys displaced from the last home slots.
    slots: Vec<Option<Entry<V>>>,
    /// How many home slots there are.
    home_slots: usize,
    len: usize,
}

#[derive(Debug)]
struct Entry<V> {
    hash: u64,
    /// Exactly its bytes: no spare room, and no part of the read buffer from which it came.
    key: Box<[u8]>,
    value: V,
}

impl<V> Default for Dict<V> {
    fn default() -> Self {
        Self { slots: Vec::new(), home_slots: 0, len: 0 }
    }
}

impl<V> Dict<V> {
    /// Returns how many keys there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the slot of `key`, or as an error the slot where to insert it: the keys before that
    /// slot have lower hashes, or the same one. The next insertion or removal may move the key.
    pub fn find(&self, hash: u64, key: &[u8]) -> Result<usize, usize> {
        let first = self.home_slot(hash);
        for (slot, entry) in self.slots.iter().enumerate().skip(first) {
            match entry {
                Some(entry) if entry.hash < hash => {}
                Some(entry) if entry.hash == hash && *entry.key == *key => return Ok(slot),
                Some(entry) if entry.hash == hash => {}
                _ => return Err(slot),
            }
        }
        Err(self.slots.len())
    }

    /// Returns the value in a slot, if there is one.
    pub fn value(&self, slot: usize) -> Option<&V> {
        self.slots.get(slot)?.as_ref().map(|entry| &entry.value)
    }

    /// Returns the value in a slot, if there is one.
    pub fn value_mut(&mut self, slot: usize) -> Option<&mut V> {
        self.slots.get_mut(slot)?.as_mut().map(|entry| &mut entry.value)
    }

    /// Inserts a new key into the slot that [`Dict::find`] has returned for it.
    pub fn insert(&mut self, mut slot: usize, hash: u64, key: &[u8], value: V) {
        // A load factor of 7/8: on average, a lookup compares about five keys.
        if self.len * 8 >= self.home_slots * 7 {
            self.grow();
            slot = self.find(hash, key).unwrap_or_else(|slot| slot);
        }
        self.len += 1;
        self.insert_at(slot, Entry { hash, key: key.into(), value });
    }

    /// Removes the key in a slot, and returns the value that it had.
    pub fn remove(&mut self, mut slot: usize) -> Option<V> {
        let removed = self.slots.get_mut(slot)?.take()?;
        self.len -= 1;
        // Backward-shift deletion: the displaced keys after it move up, so there are no tombstones.
        while let Some(Some(next)) = self.slots.get(slot + 1) {
            if self.home_slot(next.hash) > slot {
                break;
            }
            self.slots.swap(slot, slot + 1);
            slot += 1;
        }
        Some(removed.value)
    }

    /// Iterates over the slots, starting at the first key whose hash is not below `hash`. Returns
    /// for each slot the hash from which to continue after it, and its entry.
    ///
    /// Iterating from 0 to the end, in one go or in many, yields every key that exists all the
    /// while, whatever is added or removed meanwhile, even if the table grows. Mirrors `dictScan`,
    /// which has to count with reversed bits because growing splits the keys of a bucket.
    pub fn iter_from(&self, hash: u64) -> impl Iterator<Item = (u64, Option<(&[u8], &V)>)> {
        let first = self.home_slot(hash);
        let slots = self.slots.get(first..).unwrap_or_default();
        let passed = slots
            .iter()
            .take_while(move |slot| slot.as_ref().is_some_and(|entry| entry.hash < hash));
        let first = first + passed.count();
        self.slots.iter().enumerate().skip(first).map(|(index, slot)| match slot {
            Some(entry) => (entry.hash, Some((&entry.key[..], &entry.value))),
            None => (self.lowest_hash(index), None),
        })
    }

    /// Puts a key into a slot. The keys from there to the next free slot move by one slot.
    fn insert_at(&mut self, slot: usize, entry: Entry<V>) {
        let mut moved = Some(entry);
        for place in self.slots.iter_mut().skip(slot) {
            mem::swap(place, &mut moved);
            if moved.is_none() {
                return;
            }
        }
        self.push(moved);
    }

    /// Adds a slot. The overflow slots are few, so the table does not double its room, as a vector
    /// would.
    fn push(&mut self, slot: Option<Entry<V>>) {
        if self.slots.len() == self.slots.capacity() {
            self.slots.reserve_exact(OVERFLOW_SLOTS);
        }
        self.slots.push(slot);
    }

    /// Returns the home slot of a hash: it is as far into the slots as the hash into all hashes.
    fn home_slot(&self, hash: u64) -> usize {
        ((u128::from(hash) * self.home_slots as u128) >> u64::BITS) as usize
    }

    /// Returns the lowest hash whose home is this slot; for an overflow slot, the highest hash.
    fn lowest_hash(&self, slot: usize) -> u64 {
        let hash = ((slot as u128) << u64::BITS).div_ceil(self.home_slots as u128);
        u64::try_from(hash).unwrap_or(u64::MAX)
    }

    /// Grows the table by half. Doubling it would be less work, but leave more slots free: the
    /// table takes 56 bytes a key on average, and would take 63. The keys stay in order, so each
    /// moves once, and forward.
    fn grow(&mut self) {
        self.home_slots = (self.home_slots + self.home_slots / 2).max(4);
        let old =
            mem::replace(&mut self.slots, Vec::with_capacity(self.home_slots + OVERFLOW_SLOTS));
        for entry in old.into_iter().flatten() {
            let slot = self.home_slot(entry.hash).max(self.slots.len());
            self.slots.resize_with(slot, || None);
            self.push(Some(entry));
        }
        // Keep the overflow slots that are in use.
        self.slots.resize_with(self.home_slots.max(self.slots.len()), || None);
    }
}

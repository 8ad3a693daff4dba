//! A hash table that can be walked through in many small steps while it changes.

use std::mem;
use std::num::NonZeroU64;
use std::ops::RangeInclusive;

use crate::keyspace::entry::Entry;

/// How many overflow slots a new table has room for.
const OVERFLOW_SLOTS: usize = 8;

/// A table of no more home slots does not shrink: a lone key that comes and goes needs the same one.
const SMALL: usize = 8;

/// How many slots [`Dict::random_slot`] tries. More than half are taken, unless keys were removed.
const RANDOM_TRIES: usize = 32;

/// Entries, in the order of their keys' hashes (Redis: `dict`).
///
/// All hashes are divided among the home slots, in order and evenly: each hash has one home slot. A
/// key whose home slot is taken goes into a later slot (linear probing), so that always
/// `home_slot(key) <= slot(key)`, with no free slot between the two, and the hashes never descend
/// from one slot to the next. So a hash names a position among all keys, and the same position
/// after the table has grown or shrunk.
///
/// The caller must always give the same hash for the same key, and hashes that are spread evenly
/// over all numbers.
#[derive(Debug, Default)]
pub struct Dict {
    /// The home slots, then the overflow slots, for keys displaced from the last home slots.
    slots: Vec<Slot>,
    /// How many home slots there are.
    home_slots: usize,
    len: usize,
}

/// A key's hash and its entry. A hash is never zero, so a free slot takes no room to say so.
type Slot = Option<(NonZeroU64, Entry)>;

// A slot takes as much as its hash and the box of a string, 24 bytes where a pointer has eight. No
// such box is null, which tells the two kinds of entries apart.
const _: () = assert!(size_of::<Slot>() == size_of::<(u64, Box<[u8]>)>());

impl Dict {
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
    pub fn find(&self, hash: NonZeroU64, key: &[u8]) -> Result<usize, usize> {
        let first = self.home_slot(hash.get());
        for (slot, found) in self.slots.iter().enumerate().skip(first) {
            match found {
                Some((other, _)) if *other < hash => {}
                Some((other, entry)) if *other == hash && entry.key() == key => return Ok(slot),
                Some((other, _)) if *other == hash => {}
                _ => return Err(slot),
            }
        }
        Err(self.slots.len())
    }

    /// Reads the home slot of a hash.
    pub fn touch_slot(&self, hash: NonZeroU64) -> u64 {
        let slot = self.slots.get(self.home_slot(hash.get()));
        slot.and_then(Option::as_ref).map_or(0, |(hash, _)| hash.get())
    }

    /// Reads the entry of the first key that has this hash, if there is one.
    pub fn touch_entry(&self, hash: NonZeroU64) -> u8 {
        let slots = self.slots.iter().skip(self.home_slot(hash.get())).map_while(Option::as_ref);
        let mut slots = slots.skip_while(|(other, _)| *other < hash);
        slots.next().map_or(0, |(_, entry)| entry.touch())
    }

    /// Returns the slots of the keys whose hashes are in this range, and the hash and the entry of each.
    pub fn range(&self, hashes: RangeInclusive<u64>) -> impl Iterator<Item = (usize, u64, &Entry)> {
        let first = self.home_slot(*hashes.start());
        let (last, end) = (self.home_slot(*hashes.end()), *hashes.end());
        let slots = self.slots.iter().enumerate().skip(first);
        // After a free slot, there are only keys whose home slot is further on.
        let slots = slots.take_while(move |(slot, found)| match found {
            Some((hash, _)) => hash.get() <= end,
            None => *slot < last,
        });
        let keys = slots.filter_map(|(slot, found)| {
            found.as_ref().map(|(hash, entry)| (slot, hash.get(), entry))
        });
        keys.filter(move |(_, hash, _)| hashes.contains(hash))
    }

    /// Returns the entry in a slot, if there is one.
    pub fn entry(&self, slot: usize) -> Option<&Entry> {
        self.slots.get(slot)?.as_ref().map(|(_, entry)| entry)
    }

    /// Returns the entry in a slot, if there is one.
    pub fn entry_mut(&mut self, slot: usize) -> Option<&mut Entry> {
        self.slots.get_mut(slot)?.as_mut().map(|(_, entry)| entry)
    }

    /// Inserts the entry of a new key into the slot that [`Dict::find`] has returned for it. Returns
    /// the slot that it has then: another one if the table has grown.
    pub fn insert(&mut self, mut slot: usize, hash: NonZeroU64, entry: Entry) -> usize {
        // A load factor of 7/8: on average, a lookup compares about five keys.
        if self.len * 8 >= self.home_slots * 7 {
            self.grow(hash);
            slot = self.find(hash, entry.key()).unwrap_or_else(|slot| slot);
        }
        self.len += 1;
        self.insert_at(slot, (hash, entry));
        slot
    }

    /// Removes the entry in a slot, and returns it. Any key may have another slot then.
    pub fn remove(&mut self, mut slot: usize) -> Option<Entry> {
        let (_, removed) = self.slots.get_mut(slot)?.take()?;
        self.len -= 1;
        // Backward-shift deletion: the displaced keys after it move up, so there are no tombstones.
        while let Some(Some((next, _))) = self.slots.get(slot + 1) {
            if self.home_slot(next.get()) > slot {
                break;
            }
            self.slots.swap(slot, slot + 1);
            slot += 1;
        }
        // It grows when it is 7/8 full, to 7/12. So a quarter of the table changes before it has to
        // grow again.
        if self.home_slots > SMALL && self.len * 4 < self.home_slots {
            self.resize(self.home_slots / 2);
        }
        Some(removed)
    }

    /// Returns a random slot of those that have an entry: each has the same chance. `random` returns a
    /// random number below the one that it receives. Mirrors `dictGetFairRandomKey`.
    pub fn random_slot(&self, random: impl Fn(usize) -> usize) -> Option<usize> {
        let is_taken = |slot: &usize| self.entry(*slot).is_some();
        let mut tries = (0..RANDOM_TRIES).map(|_| random(self.slots.len()));
        // Few of the slots are taken, after many removals: count them.
        let nth = || (0..self.slots.len()).filter(is_taken).nth(random(self.len));
        tries.find(is_taken).or_else(nth)
    }

    /// Removes the last slot of a table that nobody looks into any more, and returns what is in it;
    /// `None` if there is no slot.
    pub fn pop_slot(&mut self) -> Option<Option<Entry>> {
        self.slots.pop().map(|slot| slot.map(|(_, entry)| entry))
    }

    /// Iterates over the slots, starting at the first key whose hash is not below `hash`. Returns
    /// for each slot the hash from which to continue after it, and its entry.
    ///
    /// Iterating from 0 to the end, in one go or in many, yields every key that exists all the
    /// while, whatever is added or removed meanwhile, even if the table grows or shrinks. Mirrors `dictScan`,
    /// which has to count with reversed bits because growing splits the keys of a bucket.
    pub fn iter_from(&self, hash: u64) -> impl Iterator<Item = (u64, Option<&Entry>)> {
        let first = self.home_slot(hash);
        let slots = self.slots.get(first..).unwrap_or_default();
        let passed = slots
            .iter()
            .take_while(move |slot| slot.as_ref().is_some_and(|(other, _)| other.get() < hash));
        let first = first + passed.count();
        self.slots.iter().enumerate().skip(first).map(|(index, slot)| match slot {
            Some((hash, entry)) => (hash.get(), Some(entry)),
            None => (self.lowest_hash(index), None),
        })
    }

    /// Puts a key into a slot. The keys from there to the next free slot move by one slot.
    fn insert_at(&mut self, slot: usize, new: (NonZeroU64, Entry)) {
        let mut moved = Some(new);
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
    fn push(&mut self, slot: Slot) {
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
    /// slots take 34 bytes a key on average, and would take 40.
    ///
    /// The hash, of any key, decides how small the first table is. So a thousand tables that get
    /// their keys at the same rate grow at different times, and the memory that one of them leaves
    /// is used before the next one leaves its own.
    fn grow(&mut self, hash: NonZeroU64) {
        self.resize(match self.home_slots {
            0 => 4 + (hash.get() >> 32) as usize % 4,
            slots => slots + slots / 2,
        });
    }

    /// Moves all keys to a table of this many home slots. They stay in the order of their hashes, so
    /// each moves once, and no cursor changes its meaning.
    fn resize(&mut self, home_slots: usize) {
        self.home_slots = home_slots;
        let old =
            mem::replace(&mut self.slots, Vec::with_capacity(self.home_slots + OVERFLOW_SLOTS));
        for (hash, entry) in old.into_iter().flatten() {
            let slot = self.home_slot(hash.get()).max(self.slots.len());
            self.slots.resize_with(slot, || None);
            self.push(Some((hash, entry)));
        }
        // Keep the overflow slots that are in use.
        self.slots.resize_with(self.home_slots.max(self.slots.len()), || None);
    }
}

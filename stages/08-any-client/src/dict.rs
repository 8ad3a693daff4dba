//! A hash table that one can walk through in many small steps while it changes.

/// How many keys a bucket holds on average before the table grows.
const MAX_LOAD: usize = 4;

/// Keys and their values, in the order of the keys' hashes (Redis: `dict`).
///
/// Bucket `i` holds the keys whose hashes begin with the bits of `i`. So every bucket is a piece of
/// the range of all hashes, the pieces lie in order, and when the table grows, each is cut in two.
/// A hash names a place between them, before and after.
///
/// It is up to the caller always to give the same hash for the same key, and that hashes are
/// spread evenly.
#[derive(Debug)]
pub struct Dict<V> {
    /// None at all, or a power of two of them.
    buckets: Vec<Vec<Entry<V>>>,
    len: usize,
}

#[derive(Debug)]
struct Entry<V> {
    /// To cut a bucket in two without a look at its keys, and to tell most keys apart.
    hash: u64,
    /// Exactly its bytes: no spare room, and no part of the read buffer from which it came.
    key: Box<[u8]>,
    value: V,
}

impl<V> Default for Dict<V> {
    fn default() -> Self {
        Self { buckets: Vec::new(), len: 0 }
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

    /// Returns the value of `key`.
    pub fn get(&self, hash: u64, key: &[u8]) -> Option<&V> {
        let bucket = self.buckets.get(self.index(hash))?;
        bucket.iter().find(|entry| entry.is(hash, key)).map(|entry| &entry.value)
    }

    /// Gives `key` a value, and returns the one that it had.
    pub fn insert(&mut self, hash: u64, key: &[u8], value: V) -> Option<V> {
        if self.len >= self.buckets.len() * MAX_LOAD {
            self.grow();
        }
        let index = self.index(hash);
        let bucket = &mut self.buckets[index];
        if let Some(entry) = bucket.iter_mut().find(|entry| entry.is(hash, key)) {
            return Some(std::mem::replace(&mut entry.value, value));
        }
        bucket.push(Entry { hash, key: key.into(), value });
        self.len += 1;
        None
    }

    /// Removes `key`, and returns the value that it had.
    pub fn remove(&mut self, hash: u64, key: &[u8]) -> Option<V> {
        let index = self.index(hash);
        let bucket = self.buckets.get_mut(index)?;
        let position = bucket.iter().position(|entry| entry.is(hash, key))?;
        self.len -= 1;
        Some(bucket.swap_remove(position).value)
    }

    /// Returns all keys and values.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &V)> {
        self.buckets.iter().flatten().map(|entry| (&entry.key[..], &entry.value))
    }

    /// Returns the keys and values of the bucket to which `hash` belongs, and the hash at which the
    /// next bucket begins, if there is one.
    ///
    /// Who begins at 0 and always goes on with the hash that came back sees every key that is there
    /// all the time, whatever comes, goes and grows meanwhile. Mirrors `dictScan`, which counts
    /// with reversed bits because its buckets do not stay in order.
    pub fn bucket(&self, hash: u64) -> (impl Iterator<Item = (&[u8], &V)>, Option<u64>) {
        let index = self.index(hash);
        let entries = self.buckets.get(index).into_iter().flatten();
        let next = (index + 1 < self.buckets.len()).then(|| {
            let bits = self.buckets.len().trailing_zeros();
            ((index + 1) as u64) << (u64::BITS - bits)
        });
        (entries.map(|entry| (&entry.key[..], &entry.value)), next)
    }

    /// Makes room for so many keys at once, as long as there is none, and if there is so much
    /// memory.
    pub fn reserve(&mut self, keys: usize) {
        let count = keys.div_ceil(MAX_LOAD).next_power_of_two();
        let mut buckets = Vec::new();
        // Without the room it is only slower.
        if self.is_empty() && buckets.try_reserve_exact(count).is_ok() {
            buckets.resize_with(count, Vec::new);
            self.buckets = buckets;
        }
    }

    /// The first bits of a hash.
    fn index(&self, hash: u64) -> usize {
        let bits = self.buckets.len().max(1).trailing_zeros();
        hash.checked_shr(u64::BITS - bits).unwrap_or(0) as usize
    }

    /// Cuts every bucket in two, by the next bit of the hashes.
    fn grow(&mut self) {
        let Some(bits) = self.buckets.len().checked_ilog2() else {
            self.buckets.push(Vec::new());
            return;
        };
        let bit = 1 << (u64::BITS - 1 - bits);
        let mut halves = Vec::with_capacity(self.buckets.len() * 2);
        for mut bucket in std::mem::take(&mut self.buckets) {
            let high = bucket.extract_if(.., |entry| entry.hash & bit != 0).collect();
            halves.extend([bucket, high]);
        }
        self.buckets = halves;
    }
}

impl<V> Entry<V> {
    fn is(&self, hash: u64, key: &[u8]) -> bool {
        self.hash == hash && *self.key == *key
    }
}

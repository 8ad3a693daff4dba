//! Keys and values to fill a server with.

/// What the keys of a fill look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Digits after `key:`, which count the keys from 0.
    digits: usize,
    value: usize,
    expires: bool,
    /// Whether Redis can count the values up.
    counts: bool,
}

impl Shape {
    /// Keys of 14 bytes, values of 16.
    pub(crate) const SHORT: Self = Self { digits: 10, value: 16, expires: false, counts: false };

    /// Keys of 24 bytes, values of 64, and all of them expire, but not within a day.
    pub(crate) const LONG: Self = Self { digits: 20, value: 64, expires: true, counts: false };

    /// The keys that redis-benchmark asks for.
    pub(crate) const fn of_redis_benchmark(value: usize) -> Self {
        Self { digits: 12, value, expires: false, counts: false }
    }

    /// The same keys, whose values are numbers of 16 digits.
    pub(crate) const fn of_counters() -> Self {
        Self { counts: true, ..Self::of_redis_benchmark(16) }
    }

    pub(crate) fn key(self, number: usize) -> String {
        format!("key:{number:0width$}", width = self.digits)
    }

    /// Returns a value, which Redis keeps as an integer only if that is wanted.
    pub(crate) fn value(self) -> String {
        if self.counts { "1" } else { "v" }.repeat(self.value)
    }

    /// Returns the words of the SET of a key.
    pub(crate) fn set(self, number: usize) -> Vec<String> {
        let mut words = vec!["SET".to_owned(), self.key(number), self.value()];
        if self.expires {
            words.extend(["EX", "100000"].map(str::to_owned));
        }
        words
    }

    /// Returns the reply to the GET of any key.
    pub(crate) fn reply(self) -> String {
        format!("${}\r\n{}\r\n", self.value, self.value())
    }

    /// Returns a pattern that a hundredth of the first `keys` keys match, a power of ten.
    pub(crate) fn pattern_of_a_hundredth(self, keys: usize) -> String {
        let zeros = self.digits.saturating_sub(keys.max(1).ilog10() as usize);
        format!("key:{}12*", "0".repeat(zeros))
    }

    /// Says it to a reader.
    pub(crate) fn describe(self) -> String {
        let expiry = if self.expires { " and an expiry" } else { "" };
        format!("{}-byte key, {}-byte value{expiry}", self.digits + "key:".len(), self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shapes_are_as_long_as_they_say() {
        for (shape, key, value, words) in [(Shape::SHORT, 14, 16, 3), (Shape::LONG, 24, 64, 5)] {
            let set = shape.set(1_999_999);
            assert_eq!((set[1].len(), set[2].len(), set.len()), (key, value, words));
            assert!(shape.describe().starts_with(&format!("{key}-byte key, {value}-byte value")));
        }
    }

    #[test]
    fn a_hundredth_of_the_keys_match_the_pattern() {
        for keys in [1_000, 100_000, 1_000_000] {
            let pattern = Shape::SHORT.pattern_of_a_hundredth(keys);
            let start = pattern.strip_suffix('*').unwrap();
            let matching = (0..keys).filter(|&n| Shape::SHORT.key(n).starts_with(start)).count();
            assert_eq!(matching, keys / 100, "{pattern}");
        }
    }
}

//! Patterns with `*`, `?` and `[a-z]`, as KEYS and CONFIG GET take them.

/// A pattern, and how it compares letters.
#[derive(Clone, Copy, Debug)]
pub struct Glob<'a> {
    /// `*` any bytes, `?` one byte, `[ab]` `[a-z]` `[^a]` one byte of these or of all others,
    /// `\x` the byte x itself.
    pub pattern: &'a [u8],
    /// Whether `A` and `a` are the same.
    pub ignore_case: bool,
}

/// The progress of a comparison: positions in pattern and text, so that it can be suspended.
#[derive(Clone, Copy, Debug, Default)]
pub struct Search {
    /// How many bytes of the pattern are matched.
    pattern: usize,
    /// How many bytes of the text they match.
    text: usize,
    /// Where the pattern continues after the last `*`, and where in the text that was last tried.
    last_star: Option<(usize, usize)>,
}

impl Glob<'_> {
    /// Returns whether the pattern matches all of `text`. Mirrors `stringmatchlen`.
    ///
    /// At worst, takes time proportional to the product of both lengths.
    pub fn matches(&self, text: &[u8]) -> bool {
        let mut unlimited = usize::MAX;
        self.resume(&mut Search::default(), text, &mut unlimited) == Some(true)
    }

    /// Continues a comparison until the `budget` is used up. Each byte of the pattern that is
    /// examined costs one. Returns whether the pattern matches all of `text`, or `None` while that
    /// is not known.
    ///
    /// Once the bytes after a `*` match, this `*` can do whatever an earlier one could do instead.
    /// So only the last `*` is ever tried again, one byte further on.
    pub fn resume(&self, search: &mut Search, text: &[u8], budget: &mut usize) -> Option<bool> {
        // As in Redis, only an empty pattern and a lone star match an empty key.
        if text.is_empty() {
            return Some(matches!(self.pattern, b"" | b"*"));
        }
        let Search { pattern: mut at, text: mut place, mut last_star } = *search;
        while *budget > 0 {
            let pattern = &self.pattern[at..];
            if let [b'*', rest @ ..] = pattern {
                if rest.is_empty() {
                    return Some(true);
                }
                at += 1;
                last_star = Some((at, place));
                continue;
            }
            let Some(byte) = text.get(place) else { return Some(pattern.is_empty()) };
            let (fits, length) = self.match_one(pattern, *byte);
            *budget = budget.saturating_sub(length.max(1));
            (at, place) = match (fits, last_star) {
                (true, _) => (at + length, place + 1),
                (false, Some((after_star, tried))) => {
                    last_star = Some((after_star, tried + 1));
                    (after_star, tried + 1)
                }
                (false, None) => return Some(false),
            };
        }
        *search = Search { pattern: at, text: place, last_star };
        None
    }

    /// Returns whether the pattern's first element matches `byte`, and the length of the element.
    fn match_one(&self, pattern: &[u8], byte: u8) -> (bool, usize) {
        let (matches, rest) = match pattern {
            [] => return (false, 0),
            [b'?', rest @ ..] => (true, rest),
            [b'[', b'^', class @ ..] => {
                let (found, rest) = self.match_class(class, byte);
                (!found, rest)
            }
            [b'[', class @ ..] => self.match_class(class, byte),
            [b'\\', literal, rest @ ..] | [literal, rest @ ..] => (self.same(*literal, byte), rest),
        };
        (matches, pattern.len() - rest.len())
    }

    /// Returns whether `byte` is in the class, and what follows its `]`. A class that is never
    /// closed reaches to the end.
    fn match_class<'p>(&self, mut class: &'p [u8], byte: u8) -> (bool, &'p [u8]) {
        let mut found = false;
        loop {
            class = match class {
                [] => return (found, class),
                [b']', rest @ ..] => return (found, rest),
                // Even when it ignores case, Redis compares an escaped letter exactly.
                [b'\\', literal, rest @ ..] => {
                    found |= *literal == byte;
                    rest
                }
                // Any byte ends a range, `]` and `\` included.
                [first, b'-', last, rest @ ..] => {
                    found |= self.in_range(*first, *last, byte);
                    rest
                }
                [literal, rest @ ..] => {
                    found |= self.same(*literal, byte);
                    rest
                }
            };
        }
    }

    fn same(&self, one: u8, other: u8) -> bool {
        one == other || self.ignore_case && one.eq_ignore_ascii_case(&other)
    }

    fn in_range(&self, first: u8, last: u8, byte: u8) -> bool {
        let fold = |byte: u8| if self.ignore_case { byte.to_ascii_lowercase() } else { byte };
        let (low, high) = (first.min(last), first.max(last));
        (fold(low)..=fold(high)).contains(&fold(byte))
    }
}

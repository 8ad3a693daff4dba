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

impl Glob<'_> {
    /// Returns whether all of `text` is what the pattern describes. Mirrors `stringmatchlen`.
    ///
    /// Takes time in proportion to both lengths multiplied, at worst: where the bytes after a `*`
    /// fit, whatever an earlier `*` could do instead, this one can do as well. So only the last
    /// one is ever tried again, one byte further on.
    pub fn matches(&self, mut text: &[u8]) -> bool {
        let mut pattern = self.pattern;
        let mut last_star = None;
        // To Redis nothing but an empty pattern and a lone star match an empty key.
        if text.is_empty() {
            return matches!(pattern, b"" | b"*");
        }
        loop {
            if let [b'*', rest @ ..] = pattern {
                if rest.is_empty() {
                    return true;
                }
                last_star = Some((rest, text));
                pattern = rest;
                continue;
            }
            let next = match text {
                [] if pattern.is_empty() => return true,
                [] => return false,
                [byte, after @ ..] => self.match_one(pattern, *byte).map(|rest| (rest, after)),
            };
            (pattern, text) = match (next, last_star) {
                (Some(next), _) => next,
                (None, Some((rest, [_, tried @ ..]))) => {
                    last_star = Some((rest, tried));
                    (rest, tried)
                }
                (None, _) => return false,
            };
        }
    }

    /// Returns what follows the pattern's first element, if `byte` is what that describes.
    fn match_one<'p>(&self, pattern: &'p [u8], byte: u8) -> Option<&'p [u8]> {
        let (matches, rest) = match pattern {
            [] => return None,
            [b'?', rest @ ..] => (true, rest),
            [b'[', b'^', class @ ..] => {
                let (found, rest) = self.match_class(class, byte);
                (!found, rest)
            }
            [b'[', class @ ..] => self.match_class(class, byte),
            [b'\\', literal, rest @ ..] | [literal, rest @ ..] => (self.same(*literal, byte), rest),
        };
        matches.then_some(rest)
    }

    /// Returns whether `byte` is in the class, and what follows its `]`. A class that is never
    /// closed reaches to the end.
    fn match_class<'p>(&self, mut class: &'p [u8], byte: u8) -> (bool, &'p [u8]) {
        let mut found = false;
        loop {
            class = match class {
                [] => return (found, class),
                [b']', rest @ ..] => return (found, rest),
                // Even without regard to case, Redis takes an escaped letter at its word.
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

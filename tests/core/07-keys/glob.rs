//! Patterns: Redis's replies to the odd ones, and random ones against a slow matcher.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::corpus::from_echo::hostile::config;
use crate::subject::stage::glob::Glob;

fn matches(pattern: &[u8], text: &[u8]) -> bool {
    Glob { pattern, ignore_case: false }.matches(text)
}

fn matches_any_case(pattern: &[u8], text: &[u8]) -> bool {
    Glob { pattern, ignore_case: true }.matches(text)
}

/// A pattern, and a text, and whether the one matches the other.
type Row = (&'static [u8], &'static [u8], bool);

fn hold(table: &[Row], matches: fn(&[u8], &[u8]) -> bool) {
    for (pattern, text, expected) in table {
        let row = format!("'{}' on '{}'", pattern.escape_ascii(), text.escape_ascii());
        assert_eq!(matches(pattern, text), *expected, "{row}");
    }
}

#[test]
fn bytes_match_themselves_and_all_must_match() {
    hold(
        &[
            (b"hello", b"hello", true),
            (b"hello", b"hell", false),
            (b"hell", b"hello", false),
            (b"ello", b"hello", false),
            (b"A", b"a", false),
            (b"a\x00b", b"a\x00b", true),
            (b"]", b"]", true),
            (b"a]", b"a]", true),
            (b"^", b"^", true),
            (b"-!.$+(){}|", b"-!.$+(){}|", true),
            (b".", b"a", false),
        ],
        matches,
    );
}

#[test]
fn the_empty_key_matches_the_empty_pattern_and_a_lone_star() {
    hold(
        &[
            (b"", b"", true),
            (b"*", b"", true),
            (b"**", b"", false),
            (b"***", b"", false),
            (b"?", b"", false),
            (b"[", b"", false),
            (b"[^", b"", false),
            (b"[^]", b"", false),
            (b"\\", b"", false),
            (b"", b"a", false),
        ],
        matches,
    );
}

#[test]
fn a_star_is_any_bytes_and_a_question_mark_is_one() {
    hold(
        &[
            (b"*", b"a", true),
            (b"***", b"a", true),
            (b"a*", b"a", true),
            (b"a***", b"a", true),
            (b"*a", b"a", true),
            (b"*a*", b"a", true),
            (b"*b*", b"a", false),
            (b"a*c", b"abc", true),
            (b"a*c", b"ac", true),
            (b"a*c", b"acb", false),
            (b"a*c", b"abcbc", true),
            (b"*ab", b"aab", true),
            (b"*aab", b"aaab", true),
            (b"*abc", b"ababc", true),
            (b"a*b*c", b"abbc", true),
            (b"a*b*c", b"acb", false),
            (b"*a*b", b"ba", false),
            (b"*a*b", b"xayb", true),
            (b"*a*b*c", b"xaybzc", true),
            (b"?", b"a", true),
            (b"?", b"ab", false),
            (b"?*", b"x", true),
            (b"*?", b"x", true),
            (b"*??", b"x", false),
            (b"a?b", b"a\x00b", true),
            (b"?", b"\xc3\xa9", false),
            (b"??", b"\xc3\xa9", true),
            (b"a\x00*", b"a\x00b", true),
            (b"*\x00", b"a\x00", true),
            (b"*]", b"x]", true),
        ],
        matches,
    );
}

#[test]
fn a_backslash_takes_the_next_byte_literally() {
    hold(
        &[
            (b"\\*", b"*", true),
            (b"\\*", b"a", false),
            (b"\\?", b"?", true),
            (b"\\?", b"a", false),
            (b"\\[a]", b"[a]", true),
            (b"\\[a]", b"a", false),
            (b"\\\\", b"\\", true),
            (b"\\\\", b"\\\\", false),
            (b"\\a", b"a", true),
            (b"\\a", b"\\a", false),
            (b"\\n", b"n", true),
            (b"a\\", b"a\\", true),
            (b"a\\", b"a", false),
            (b"\\", b"\\", true),
            (b"*\\", b"a\\", true),
            (b"*\\**", b"a*b", true),
            (b"*\\**", b"ab", false),
        ],
        matches,
    );
}

#[test]
fn a_class_is_one_byte_of_its_members() {
    hold(
        &[
            (b"h[ae]llo", b"hello", true),
            (b"h[ae]llo", b"hillo", false),
            (b"h[ae]llo", b"haello", false),
            (b"h[^e]llo", b"hallo", true),
            (b"h[^e]llo", b"hello", false),
            (b"[]", b"a", false),
            (b"[]", b"]", false),
            (b"[]a]", b"a", false),
            (b"[]a]", b"a]", false),
            (b"[]a]", b"]", false),
            (b"[^]", b"x", true),
            (b"[^]a]", b"xa]", true),
            (b"[^]a]", b"x", false),
            (b"[!a]", b"a", true),
            (b"[!a]", b"!", true),
            (b"[!a]", b"b", false),
            (b"[a^]", b"^", true),
            (b"[^^]", b"^", false),
            (b"[^^]", b"a", true),
            (b"[a\x00]", b"\x00", true),
            (b"[\x00]", b"\x00", true),
            (b"[^a]", b"\x00", true),
            (b"[*?]", b"*", true),
            (b"[*?]", b"?", true),
            (b"[*?]", b"a", false),
            (b"[[]", b"[", true),
            (b"[\xc3]\xa9", b"\xc3\xa9", true),
            (b"*[ab]c", b"xbac", true),
            (b"*[ab]c", b"xcbc", true),
            (b"*[^a]", b"ba", false),
        ],
        matches,
    );
}

#[test]
fn a_range_reaches_from_either_end_to_the_other() {
    hold(
        &[
            (b"h[a-e]llo", b"hello", true),
            (b"h[a-e]llo", b"hillo", false),
            (b"[b-d]", b"a", false),
            (b"[b-d]", b"b", true),
            (b"[b-d]", b"d", true),
            (b"[b-d]", b"e", false),
            (b"[b-d]", b"-", false),
            (b"[z-a]", b"m", true),
            (b"[z-a]", b"z", true),
            (b"[z-a]", b"a", true),
            (b"[^b-d]", b"c", false),
            (b"[^b-d]", b"a", true),
            (b"[A-Z]", b"a", false),
            (b"[a-c-e]", b"-", true),
            (b"[a-c-e]", b"d", false),
            (b"[a-c-e]", b"e", true),
            (b"[-a]", b"-", true),
            (b"[-a]", b"a", true),
            (b"[-a]", b"Z", false),
            (b"[--/]", b".", true),
            (b"[\x80-\xff]", b"\xa9", true),
            (b"[\x80-\xff]", b"\x7f", false),
        ],
        matches,
    );
}

/// Redis compares a range's ends as C's `char`, which has a sign on some machines and none on
/// others. Here they are bytes.
#[test]
fn a_range_may_cross_the_end_of_ascii() {
    hold(
        &[
            (b"[\x00-\xff]", b"\x00", true),
            (b"[\x00-\xff]", b"a", true),
            (b"[\x00-\xff]", b"\xff", true),
            (b"[a-\x80]", b"z", true),
            (b"[a-\x80]", b"\xff", false),
        ],
        matches,
    );
}

#[test]
fn any_byte_ends_a_range_even_one_that_means_something_else_elsewhere() {
    hold(
        &[
            (b"[a-]", b"a", true),
            (b"[a-]", b"-", false),
            (b"[a-]", b"]", true),
            (b"[a-]", b"_", true),
            (b"[a-]b]", b"_b]", false),
            (b"[a-]b]", b"b", true),
            (b"[a-\\c]", b"_", true),
            (b"[a-\\c]", b"c", true),
            (b"[a-\\c]", b"b", false),
        ],
        matches,
    );
}

#[test]
fn an_escaped_byte_is_a_member_and_starts_no_range() {
    hold(
        &[
            (b"[\\]]", b"]", true),
            (b"[\\]]", b"\\", false),
            (b"[\\\\]", b"\\", true),
            (b"[\\a-c]", b"a", true),
            (b"[\\a-c]", b"b", false),
            (b"[\\a-c]", b"-", true),
            (b"[\\a-c]", b"c", true),
            (b"[\\^a]", b"^", true),
            (b"[\\^a]", b"b", false),
            (b"[^\\]]", b"]", false),
        ],
        matches,
    );
}

#[test]
fn a_class_that_is_not_closed_reaches_to_the_end() {
    hold(
        &[
            (b"[", b"[", false),
            (b"[^", b"x", true),
            (b"[a", b"a", true),
            (b"[a", b"[a", false),
            (b"[a", b"ab", false),
            (b"[a*", b"*", true),
            (b"[a*", b"ab", false),
            (b"[a-", b"-", true),
            (b"[a-", b"a", true),
            (b"[a-", b"b", false),
            (b"[a-z", b"m", true),
            (b"[\\", b"\\", true),
            (b"a[", b"a", false),
            (b"*[", b"a", false),
            (b"*[^", b"a", true),
        ],
        matches,
    );
}

#[test]
fn letter_case_may_be_ignored_but_for_escaped_members_of_a_class() {
    hold(
        &[
            (b"PORT", b"port", true),
            (b"port", b"PORT", true),
            (b"p[Oo]RT", b"port", true),
            (b"[P]ort", b"port", true),
            (b"[p]ort", b"PORT", true),
            (b"[\\P]ort", b"port", false),
            (b"[\\p]ort", b"port", true),
            (b"[\\p]ort", b"Port", false),
            (b"PO\\RT*", b"port", true),
            (b"[Z-a]ort", b"port", false),
            (b"[A-z]ort", b"port", true),
            (b"[A-Z]ort", b"port", true),
            (b"[Z-A]ort", b"port", true),
            (b"[a-z]ort", b"PORT", true),
            (b"[^a-oq-z]ort", b"port", true),
            (b"[^A-Z]ort", b"port", false),
            (b"p?rt", b"port", true),
            (b"*RT", b"port", true),
            (b"por[]t", b"port", false),
            (b"port\x00*", b"port", false),
            (b"@", b"`", false),
            (b"[", b"{", false),
            (b"\xc3\xa9", b"\xc3\x89", false),
            (b"**", b"", false),
        ],
        matches_any_case,
    );
}

#[test]
fn hard_patterns_take_no_time() {
    let text = b"a".repeat(100_000);
    let stars = b"a*".repeat(1_000);
    assert!(matches(&stars, &text));
    assert!(!matches(&[&stars, &b"b"[..]].concat(), &text));
    assert!(!matches(&[b"*", &stars[..], b"b*"].concat(), &text));
    assert!(!matches(&b"*".repeat(100_000), b""));
    assert!(matches(&b"*".repeat(100_000), b"a"));
    assert!(!matches(&[&b"*".repeat(1_000)[..], b"b"].concat(), &text));
    assert!(!matches(&[b"*", &b"a".repeat(100)[..], b"b"].concat(), &text[..10_000]));
    assert!(!matches(&[b"*", &b"[^b]".repeat(100)[..], b"[b"].concat(), &text[..10_000]));
    assert!(!matches(&b"*a?[a]\\a".repeat(20), &text[..79]));
    assert!(matches(&b"*a?[a]\\a".repeat(20), &text[..80]));
}

/// What a pattern consists of: the definition of every element, in the order of the rules.
#[derive(Debug)]
enum Element {
    Star,
    OneOf(Vec<u8>),
}

fn parse(mut pattern: &[u8], ignore_case: bool) -> Vec<Element> {
    let all = || 0..=255_u8;
    let same = |a: u8, b: u8| if ignore_case { a.eq_ignore_ascii_case(&b) } else { a == b };
    let mut elements = Vec::new();
    while !pattern.is_empty() {
        let length;
        match pattern[0] {
            b'*' => {
                elements.push(Element::Star);
                length = 1;
            }
            b'?' => {
                elements.push(Element::OneOf(all().collect()));
                length = 1;
            }
            b'[' => {
                let members;
                let is_negated = pattern.get(1) == Some(&b'^');
                let start = if is_negated { 2 } else { 1 };
                (members, length) = parse_class(pattern, start, ignore_case);
                elements.push(Element::OneOf(
                    all().filter(|byte| members.contains(byte) != is_negated).collect(),
                ));
            }
            b'\\' if pattern.len() > 1 => {
                elements.push(Element::OneOf(all().filter(|b| same(*b, pattern[1])).collect()));
                length = 2;
            }
            literal => {
                elements.push(Element::OneOf(all().filter(|b| same(*b, literal)).collect()));
                length = 1;
            }
        }
        pattern = &pattern[length..];
    }
    elements
}

/// Returns the members of the class, and where what follows it begins.
fn parse_class(pattern: &[u8], start: usize, ignore_case: bool) -> (Vec<u8>, usize) {
    let fold = |b: u8| if ignore_case { b.to_ascii_lowercase() } else { b };
    let mut members = Vec::new();
    let mut at = start;
    while at < pattern.len() {
        let left = pattern.len() - at;
        if pattern[at] == b'\\' && left >= 2 {
            members.push(pattern[at + 1]);
            at += 2;
        } else if pattern[at] == b']' {
            return (members, at + 1);
        } else if left >= 3 && pattern[at + 1] == b'-' {
            let mut ends = [pattern[at], pattern[at + 2]];
            ends.sort();
            let is_between = |b: &u8| fold(ends[0]) <= fold(*b) && fold(*b) <= fold(ends[1]);
            members.extend((0..=255_u8).filter(is_between));
            at += 3;
        } else {
            members.extend((0..=255_u8).filter(|b| fold(*b) == fold(pattern[at])));
            at += 1;
        }
    }
    (members, at)
}

fn matches_slowly(elements: &[Element], text: &[u8]) -> bool {
    match (elements, text) {
        ([], _) => text.is_empty(),
        ([Element::Star, rest @ ..], _) => {
            (0..=text.len()).any(|skipped| matches_slowly(rest, &text[skipped..]))
        }
        ([Element::OneOf(bytes), rest @ ..], [byte, after @ ..]) => {
            bytes.contains(byte) && matches_slowly(rest, after)
        }
        ([Element::OneOf(_), ..], []) => false,
    }
}

fn odd_byte() -> impl Strategy<Value = u8> {
    select(b"aabbccAZ-]^[[\\***??!_\x00\x80\xff".to_vec())
}

const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/core/07-keys/glob.seeds");

/// Two letters only, so that much matches, and in more than one way.
fn plain_byte() -> impl Strategy<Value = u8> {
    select(b"aaabbb**?".to_vec())
}

/// A pattern, and texts for it.
fn pattern_and_texts() -> impl Strategy<Value = (Vec<u8>, Vec<Vec<u8>>)> {
    prop_oneof![
        (vec(odd_byte(), 0..10), vec(vec(odd_byte(), 1..8), 20)),
        (vec(plain_byte(), 0..10), vec(vec(select(b"ab".to_vec()), 1..10), 20)),
    ]
}

proptest! {
    #![proptest_config(config(SEEDS))]

    #[test]
    fn random_patterns_match_what_a_slow_matcher_matches(
        (pattern, texts) in pattern_and_texts(),
        ignore_case: bool,
    ) {
        let elements = parse(&pattern, ignore_case);
        let glob = Glob { pattern: &pattern, ignore_case };
        for text in texts {
            let expected = matches_slowly(&elements, &text);
            let row = format!("'{}' on '{}'", pattern.escape_ascii(), text.escape_ascii());
            prop_assert_eq!(glob.matches(&text), expected, "{}", row);
        }
    }

    #[test]
    fn any_bytes_match_themselves_when_each_is_escaped(text in vec(any::<u8>(), 1..40)) {
        let pattern: Vec<u8> = text.iter().flat_map(|byte| [b'\\', *byte]).collect();
        prop_assert!(matches(&pattern, &text));
        prop_assert!(!matches(&pattern, &text[1..]));
    }
}

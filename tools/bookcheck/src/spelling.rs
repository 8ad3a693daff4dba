//! The spelling of the book's prose, by the dictionary of British English that hunspell has.
//!
//! Code is left out, and so are words in capitals, which are commands and abbreviations, and words
//! with digits. What the dictionary does not know and the project does is in `book/words.txt`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use spellbook::Dictionary;

/// Where systems keep the dictionary: without the endings `.aff` and `.dic`.
const PLACES: [&str; 3] = [
    "/usr/share/hunspell/en_GB",
    "/usr/share/myspell/dicts/en_GB",
    "/opt/homebrew/share/hunspell/en_GB",
];

/// What is known of words.
pub struct Speller {
    dictionary: Dictionary,
    own: BTreeSet<String>,
}

/// A word that is not known, and where it is.
#[derive(Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Counted from 1.
    pub line: usize,
    /// As it is written.
    pub word: String,
}

impl Speller {
    /// Finds the installed dictionary.
    #[must_use]
    pub fn place() -> Option<PathBuf> {
        let mut places = PLACES.iter().map(PathBuf::from);
        places.find(|place| ["aff", "dic"].iter().all(|end| place.with_extension(end).is_file()))
    }

    /// Reads the dictionary at a place that [`Self::place`] has found, and the project's own words.
    ///
    /// # Errors
    /// When one of them cannot be read, or the words are in no order.
    pub fn read(place: &Path, own: &Path) -> Result<Self> {
        let text = |ending: &str| {
            let path = place.with_extension(ending);
            let text = fs::read_to_string(&path);
            let text = text.with_context(|| format!("cannot read {}", path.display()))?;
            // It may begin with a mark of its byte order.
            anyhow::Ok(text.trim_start_matches('\u{feff}').to_owned())
        };
        let dictionary = Dictionary::new(&text("aff")?, &text("dic")?);
        let dictionary = dictionary.map_err(|error| anyhow::anyhow!("{error}"))?;
        let words = fs::read_to_string(own);
        let words = words.with_context(|| format!("cannot read {}", own.display()))?;
        Self::with(dictionary, &words)
    }

    fn with(dictionary: Dictionary, words: &str) -> Result<Self> {
        let words: Vec<&str> = words.lines().filter(|line| !line.starts_with('#')).collect();
        for pair in words.windows(2) {
            if let [one, next] = pair {
                let (one, next) = (key(one), key(next));
                ensure!(one < next, "'{}' and '{}' are not in order", one.1, next.1);
            }
        }
        Ok(Self { dictionary, own: words.into_iter().map(str::to_owned).collect() })
    }

    /// The project's own words that the dictionary knows, or that are in none of these texts.
    #[must_use]
    pub fn needless(&self, texts: &[String]) -> Vec<String> {
        let mut used = BTreeSet::new();
        for text in texts {
            for (_, word) in words(text) {
                used.extend(forms(word));
            }
        }
        let is_needless = |word: &&String| !used.contains(*word) || self.dictionary.check(word);
        self.own.iter().filter(is_needless).cloned().collect()
    }

    /// The words of a Markdown text that are not known.
    #[must_use]
    pub fn unknown(&self, text: &str) -> Vec<Unknown> {
        let mut unknown = Vec::new();
        for (offset, word) in words(text) {
            if !forms(word).iter().any(|form| self.knows(form)) {
                let before = text.get(..offset).unwrap_or_default();
                let line = 1 + before.bytes().filter(|byte| *byte == b'\n').count();
                unknown.push(Unknown { line, word: word.to_owned() });
            }
        }
        unknown
    }

    fn knows(&self, word: &str) -> bool {
        self.own.contains(word) || self.dictionary.check(word)
    }
}

/// Words are in the order of their letters, whether capital or not.
fn key(word: &str) -> (String, &str) {
    (word.to_lowercase(), word)
}

/// A word as it is, and what it may be of: at the beginning of a sentence a small word, with 's of
/// another one.
fn forms(word: &str) -> Vec<String> {
    let bare = word.strip_suffix("'s").or_else(|| word.strip_suffix('\'')).unwrap_or(word);
    let mut forms = vec![word.to_owned(), bare.to_owned()];
    let mut letters = bare.chars();
    if let Some(first) = letters.next() {
        forms.push(first.to_lowercase().chain(letters).collect());
    }
    forms
}

/// The words of a Markdown text's prose that are to be looked at, and where they begin.
fn words(text: &str) -> Vec<(usize, &str)> {
    // A character for each byte that is no prose, so that all others stay where they are.
    let prose = without_directives(text);
    let mut kept = Vec::new();
    let mut in_code = false;
    // Quotes that are made round are taken out of the middle of words.
    let options = Options::all().difference(Options::ENABLE_SMART_PUNCTUATION);
    for (event, range) in Parser::new_ext(&prose, options).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(_) if !in_code => kept.push(range),
            Event::InlineHtml(tag) if tag.starts_with("<code") => in_code = true,
            Event::InlineHtml(tag) if tag.starts_with("</code") => in_code = false,
            Event::Html(_) | Event::InlineHtml(_) => kept.push(range),
            _ => {}
        }
    }
    let mut words = Vec::new();
    for range in kept {
        let part = without_tags(prose.get(range.clone()).unwrap_or_default());
        let mut from = 0;
        while let Some(start) = part.get(from..).and_then(|rest| rest.find(is_of_word)) {
            let start = from + start;
            let rest = part.get(start..).unwrap_or_default();
            let end = start + rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
            from = end;
            let at = range.start + start;
            let word = text.get(at..range.start + end).unwrap_or_default();
            let trimmed = word.trim_start_matches(['\'', '’']);
            let at = at + word.len() - trimmed.len();
            let trimmed = trimmed.trim_end_matches(['’', '\'']);
            if is_looked_at(trimmed) && !is_of_path(text, at, at + trimmed.len()) {
                words.push((at, trimmed));
            }
        }
    }
    words
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || ['\'', '’', '_'].contains(&c)
}

/// Whether a word is no abbreviation, no number and no name of code.
fn is_looked_at(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let is_plain = word.chars().all(|c| c.is_alphabetic() || c == '\'' || c == '’');
    let bare = word.strip_suffix("'s").unwrap_or(word).trim_end_matches('s');
    letters > 1 && is_plain && bare.chars().any(char::is_lowercase)
}

/// Whether a word is a part of something like `src/db.rs`.
fn is_of_path(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    let is_joint = |c: &char| ['/', '.', '_'].contains(c);
    let goes_on = |mut letters: Box<dyn Iterator<Item = char> + '_>| {
        letters.next().as_ref().is_some_and(is_joint)
            && letters.next().is_some_and(char::is_alphanumeric)
    };
    goes_on(Box::new(before.chars().rev())) || goes_on(Box::new(after.chars()))
}

/// Puts dots in place of directives, but for the prose in their options. Spaces would make code.
fn without_directives(text: &str) -> String {
    let mut prose = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, directive)) = rest.split_once("{{#") {
        let (inside, after) = directive.split_once("}}").unwrap_or((directive, ""));
        prose.push_str(before);
        prose.push_str("...");
        let mut in_prose = false;
        for c in inside.chars() {
            in_prose ^= c == '"';
            match c {
                '\n' => prose.push(c),
                c if in_prose && c != '"' => prose.push(c),
                c => prose.push_str(&".".repeat(c.len_utf8())),
            }
        }
        prose.push_str("..");
        rest = after;
    }
    prose.push_str(rest);
    prose
}

/// Blanks out tags of HTML, code between them, and characters that are written by their names, as
/// in `&amp;`.
fn without_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '<' if rest.starts_with("<code") => Some("</code>"),
            '<' => Some(">"),
            '`' => Some("`"),
            '&' if is_entity(rest) => Some(";"),
            _ => None,
        };
        let Some(end) = end else {
            text.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        };
        let found = rest.get(1..).and_then(|inside| inside.find(end));
        let length = found.map_or(rest.len(), |at| 1 + at + end.len());
        let (blank, after) = rest.split_at(length);
        text.extend(
            blank.chars().map(|c| if c == '\n' { "\n".into() } else { " ".repeat(c.len_utf8()) }),
        );
        rest = after;
    }
    text
}

fn is_entity(text: &str) -> bool {
    let name = text.trim_start_matches('&').split_once(';').map(|(name, _)| name);
    name.is_some_and(|name| name.chars().all(|c| c.is_alphanumeric() || c == '#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speller(own: &str) -> Speller {
        let dictionary = Dictionary::new("SET UTF-8", "3\nthe\nserver\nkeys").expect("good");
        Speller::with(dictionary, own).expect("in order")
    }

    fn looked_at(text: &str) -> Vec<&str> {
        words(text).into_iter().map(|(_, word)| word).collect()
    }

    #[test]
    fn unknown_words_are_told_with_their_line() {
        let unknown = speller("").unknown("The server's keys.\n\nTeh *servre*, the\nkeyz.");
        let found: Vec<(usize, &str)> =
            unknown.iter().map(|found| (found.line, found.word.as_str())).collect();
        assert_eq!(found, [(3, "Teh"), (3, "servre"), (4, "keyz")]);
        assert_eq!(speller("# Names\nkeyz\nTeh").unknown("Keyz' Teh keyz's."), []);
    }

    #[test]
    fn only_prose_is_looked_at() {
        for (text, expected) in [
            ("a `code` b2b PING TTLs RESP's snake_case", vec![]),
            ("one `two`\n\n```text\nthree\n```\n\n    four\n\nfive", vec!["one", "five"]),
            ("[one](two.md) <b class=\"three\">four</b> &amp;", vec!["one", "four"]),
            (
                "<details><summary>One two?</summary>\n\nthree\n\n</details>",
                vec!["One", "two", "three"],
            ),
            ("<summary>one `two` <code>three</code> `four</summary>", vec!["one"]),
            ("one <code>two</code> three", vec!["one", "three"]),
            ("one src/db.rs two.rs three/four. five", vec!["one", "five"]),
            ("{{#figure one caption=\"Two ä\"}} three", vec!["Two", "three"]),
            ("{{#change src/db.rs}}\n\ndon't 'quoted'", vec!["don't", "quoted"]),
            ("| one | two |\n|--|--|\n| three | `four` |", vec!["one", "two", "three"]),
        ] {
            assert_eq!(looked_at(text), expected, "{text}");
        }
    }

    #[test]
    fn own_words_are_in_order_and_needed() {
        let dictionary = || Dictionary::new("SET UTF-8", "1\nthe").expect("good");
        assert!(Speller::with(dictionary(), "b\na").is_err());
        assert!(Speller::with(dictionary(), "a\na").is_err());
        let speller = Speller::with(dictionary(), "an\nBee\nthe").expect("in order");
        assert_eq!(speller.needless(&["the Bee".to_owned()]), ["an", "the"]);
    }
}

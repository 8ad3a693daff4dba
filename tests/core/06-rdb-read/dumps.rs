//! The project's dumps, tests/fixtures: what the table beside them expects of each.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use super::dump::{NOW, counts, crc64, holds, load, load_from, refusal};

/// What the log calls the things that the table counts.
const KINDS: [(&str, &str); 7] = [
    ("lists", "lists"),
    ("sets", "sets"),
    ("zsets", "sorted sets"),
    ("hashes", "hashes"),
    ("streams", "streams"),
    ("modules", "values of modules"),
    ("elsewhere", "keys of other databases"),
];

/// One line of the table: a file, its outcome, its counts, and its strings or its error.
struct Line {
    file: String,
    verdict: String,
    counts: BTreeMap<String, u64>,
    details: String,
}

impl Line {
    fn parse(line: &str) -> Self {
        let fields: Vec<&str> = line.split('\t').collect();
        let [file, verdict, _, counts, details] = fields[..] else { panic!("{line:?}") };
        let counts = counts.split(' ').filter_map(|count| count.split_once('='));
        Self {
            file: file.to_owned(),
            verdict: verdict.to_owned(),
            counts: counts
                .map(|(name, n)| (name.to_owned(), n.parse().expect("a number")))
                .collect(),
            details: details.to_owned(),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(fixtures().join(&self.file)).unwrap_or_else(|e| panic!("{}: {e}", self.file))
    }

    /// Returns what the log must count.
    fn loaded(&self) -> BTreeMap<String, u64> {
        let skipped = KINDS.map(|(name, kind)| (kind, self.counts[name]));
        let skipped = skipped.into_iter().filter(|(_, count)| *count > 0);
        let kept = [("keys", self.counts["loaded"]), ("expired", self.counts["expired"])];
        kept.into_iter().chain(skipped).map(|(what, count)| (what.to_owned(), count)).collect()
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

fn table() -> Vec<Line> {
    let table = fs::read_to_string(fixtures().join("expected.tsv")).expect("a table");
    table.lines().map(Line::parse).collect()
}

fn lines(verdict: &str) -> Vec<Line> {
    let lines: Vec<Line> = table().into_iter().filter(|line| line.verdict == verdict).collect();
    assert!(lines.len() >= 50, "only {} lines of the table say {verdict}", lines.len());
    lines
}

/// Unescapes `\x20` to a byte, and `{ab*3}` to ababab.
fn unescape(mut text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(first) = text.bytes().next() {
        if let Some(rest) = text.strip_prefix("\\x") {
            bytes.push(u8::from_str_radix(&rest[..2], 16).expect("two hex digits"));
            text = &rest[2..];
        } else if first == b'{' {
            let (group, rest) = text[1..].split_once('}').expect("a closing brace");
            let (repeated, count) = group.rsplit_once('*').expect("a count");
            bytes.extend(unescape(repeated).repeat(count.parse().expect("a count")));
            text = rest;
        } else {
            bytes.push(first);
            text = &text[1..];
        }
    }
    bytes
}

/// Returns the value that the table describes: itself, or by its length and its CRC-64.
fn value(text: &str, found: &[u8]) -> Vec<u8> {
    match text.strip_prefix('#').and_then(|digest| digest.split_once(':')) {
        None => unescape(text),
        Some(_) if text == format!("#{}:{:016x}", found.len(), crc64(found)) => found.to_vec(),
        Some(_) => panic!("{text} is not {}", found.escape_ascii()),
    }
}

#[test]
fn every_sound_dump_loads_what_the_table_says() {
    for line in lines("loads") {
        let file = &line.file;
        let (loaded, mut database) = load(&line.bytes()).unwrap_or_else(|e| panic!("{file}: {e}"));
        assert_eq!(counts(&loaded), line.loaded(), "{file}");
        let strings: Vec<&str> = line.details.split(' ').filter(|text| !text.is_empty()).collect();
        assert_eq!(strings.len() as u64, counts(&loaded)["keys"].min(100), "{file}");
        for string in strings {
            let (key, text) = string.split_once('=').unwrap();
            let (text, deadline) = text
                .split_once('@')
                .map_or((text, None), |(text, deadline)| (text, Some(deadline.parse().unwrap())));
            let key = unescape(key);
            let found = database.get(&key, NOW).unwrap_or_default();
            let expected = value(text, &found);
            assert!(holds(&mut database, (&key, &expected, deadline)), "{file}: {string}");
        }
    }
}

#[test]
fn every_corrupt_dump_is_refused_where_its_fault_is() {
    for line in lines("refuses") {
        let (file, bytes) = (&line.file, line.bytes());
        let error = refusal(&bytes);
        let says = error.strip_prefix("byte ").and_then(|text| text.split_once(" should be "));
        let (offset, facts) = says.unwrap_or_else(|| panic!("{file}: {error}"));
        let (expected, found) = facts.split_once(", but is ").unwrap();
        assert!(!expected.is_empty() && !found.is_empty(), "{file}: {error}");

        let (from, end) = (line.counts["from"], bytes.len() as u64);
        let is_cut = file.starts_with("corrupt/cut_") || end == 0;
        let wrong_magic = from == 0 && !is_cut;
        let until = if is_cut {
            from
        } else if wrong_magic {
            9
        } else {
            end
        };
        let offset: u64 = offset.parse().unwrap();
        assert!((from..=until).contains(&offset), "{file}: not in {from}..={until}: {error}");
        assert_eq!(found == "the end of the file", offset == end, "{file}: {error}");
    }
}

#[test]
fn a_dump_that_comes_byte_by_byte_is_the_same_dump() {
    for line in table() {
        let bytes = line.bytes();
        let at_once = load(&bytes).map(|(loaded, _)| loaded).map_err(|e| e.to_string());
        let slowly = load_from(BufReader::with_capacity(1, &bytes[..]), bytes.len());
        let slowly = slowly.map(|(loaded, _)| loaded).map_err(|e| e.to_string());
        assert_eq!(slowly, at_once, "{}", line.file);
    }
}

#[test]
fn the_table_lists_every_file() {
    let listed: BTreeSet<String> = table().into_iter().map(|line| line.file).collect();
    let mut files = BTreeSet::new();
    for directory in ["", "corrupt/"] {
        for entry in fs::read_dir(fixtures().join(directory)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".rdb") {
                files.insert(format!("{directory}{name}"));
            }
        }
    }
    assert_eq!(listed, files);
}

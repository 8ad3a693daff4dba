//! Dumps for the tests: loaded, and looked into.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

pub use conformance::dump::{Entry, crc64, dump, dump_of, one_of_each};

use crate::subject::Database;

/// When the tests take place: 1 January 2026, in milliseconds.
pub const NOW: i64 = 1_767_225_600_000;

/// Loads a dump into an empty database. Returns what the log reports of it, too.
pub fn load(bytes: &[u8]) -> io::Result<(String, Database)> {
    load_from(bytes, bytes.len())
}

/// Loads a dump of `size` bytes from a reader.
pub fn load_from(source: impl BufRead, size: usize) -> io::Result<(String, Database)> {
    let mut database = Database::default();
    database.load(source, size, NOW).map(|loaded| (loaded, database))
}

/// Takes the log's line apart: `1 keys, 0 expired, 2 lists skipped`.
pub fn counts(loaded: &str) -> BTreeMap<String, u64> {
    let counts = loaded.split(", ").map(|count| {
        let (count, what) = count.split_once(' ').expect("a number and a name");
        let what = what.strip_suffix(" skipped").unwrap_or(what);
        (what.to_owned(), count.parse().expect("a number"))
    });
    counts.collect()
}

/// Returns how much memory an empty database takes.
pub fn emptiness() -> u64 {
    allocation_counter::measure(|| drop(Database::default())).bytes_total
}

/// Returns how much memory loading these records takes, at its end and at its peak.
pub fn memory_for(records: &[&[u8]]) -> u64 {
    let bytes = dump(records);
    let mut loaded = None;
    let memory = allocation_counter::measure(|| loaded = load(&bytes).ok()).bytes_total;
    assert!(loaded.is_some(), "{}", bytes.escape_ascii());
    memory
}

/// Returns why a dump is not loaded.
pub fn refusal(bytes: &[u8]) -> String {
    match load(bytes) {
        Ok((loaded, _)) => panic!("loaded {loaded} from {}", bytes.escape_ascii()),
        Err(error) => {
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{error}");
            error.to_string()
        }
    }
}

/// Returns whether a database has this key, with this value, until this moment.
pub fn holds(database: &mut Database, (key, value, deadline): Entry<'_>) -> bool {
    let last = deadline.unwrap_or(i64::MAX);
    let lives = database.get(key, last).as_deref() == Some(value);
    let dies = last.checked_add(1).is_none_or(|next| database.get(key, next).is_none());
    lives && dies
}

/// Checks that a dump loads these strings, and nothing else.
pub fn assert_loads(bytes: &[u8], entries: &[Entry<'_>]) -> String {
    let (loaded, mut database) =
        load(bytes).unwrap_or_else(|e| panic!("{e}: {}", bytes.escape_ascii()));
    assert_eq!(counts(&loaded)["keys"], entries.len() as u64, "{}", bytes.escape_ascii());
    for &(key, value, deadline) in entries {
        let entry = format!("{}={}@{deadline:?}", key.escape_ascii(), value.escape_ascii());
        assert!(
            holds(&mut database, (key, value, deadline)),
            "{entry} of {}",
            bytes.escape_ascii()
        );
    }
    loaded
}

//! What counts as a lookup, and as an expired key.

use crate::corpus::from_echo::request::words;
use crate::subject::{NOW, Subject};

/// Whether a command looks up `k` for a reader, or only to change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    ToRead,
    ToChange,
}

/// Checks what the command counts if `k` has no value, has one, and has expired.
pub fn check(request: &str, looks: Looks) {
    for (before, found) in [("PING", false), ("SET k 1", true), ("SET k 1 PX 1", false)] {
        let mut subject = Subject::default();
        subject.execute(&words("SET other 5"));
        subject.execute(&words(before));
        subject.execute_at(NOW + 2, &words(request));
        let usage = subject.usage();
        let (hits, misses) = match looks {
            Looks::ToRead => (u64::from(found), u64::from(!found)),
            Looks::ToChange => (0, 0),
        };
        let expired = u64::from(before.contains("PX"));
        let counted = (usage.hits, usage.misses, usage.expired);
        assert_eq!(counted, (hits, misses, expired), "{request} after {before}");
    }
}

#[test]
fn what_returns_something_of_a_value_counts() {
    for request in ["TOUCH k", "EXISTS k", "TYPE k", "COPY k new", "COPY k new DB 1", "SET k v GET"]
    {
        check(request, Looks::ToRead);
    }
}

#[test]
fn what_only_changes_a_key_does_not() {
    for request in [
        "DEL k",
        "UNLINK k",
        "RENAME k new",
        "RENAME k k",
        "RENAME other k",
        "RENAMENX k new",
        "RENAMENX other k",
        "MOVE k 1",
        "SET k v NX",
    ] {
        check(request, Looks::ToChange);
    }
}

#[test]
fn the_key_to_which_another_is_copied_does_not_count() {
    for (request, expired) in [("COPY other k", 1), ("COPY other k REPLACE", 1)] {
        let mut subject = Subject::default();
        subject.execute(&words("SET other 5"));
        subject.execute(&words("SET k 1 PX 1"));
        subject.execute_at(NOW + 2, &words(request));
        let usage = subject.usage();
        assert_eq!((usage.hits, usage.misses, usage.expired), (1, 0, expired), "{request}");
    }
}

#[test]
fn a_flush_removes_no_counter() {
    let mut subject = Subject::default();
    for request in ["SET k 1 PX 100", "GET k", "GET nokey", "FLUSHALL", "FLUSHDB"] {
        subject.execute(&words(request));
    }
    let usage = subject.usage();
    assert_eq!((usage.hits, usage.misses, usage.expired), (1, 1, 0));
    assert_eq!((usage.keys, usage.expires, usage.deadlines), (0, 0, 0));
}

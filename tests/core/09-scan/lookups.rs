//! What counts as a lookup, and as an expired key.

use crate::corpus::from_echo::request::words;
use crate::subject::{NOW, Subject};

#[test]
fn a_set_that_finds_an_expired_key_counts_it() {
    for options in [" NX", " XX", " GET", "", " KEEPTTL"] {
        let mut subject = Subject::default();
        subject.execute(&words("SET k old PX 1"));
        let request = format!("SET k new{options}");
        subject.execute_at(NOW + 2, &words(&request));
        assert_eq!(subject.usage().expired, 1, "{request}");
    }
}

#[test]
fn only_get_counts_as_a_lookup() {
    for (request, hits, misses) in [
        ("SET k v", 0, 0),
        ("SET k v XX", 0, 0),
        ("SET k v GET", 1, 0),
        ("SET k v NX GET", 1, 0),
        ("SET other v GET", 0, 1),
        ("SET other v XX GET", 0, 1),
    ] {
        let mut subject = Subject::default();
        subject.execute(&words("SET k old"));
        subject.execute(&words(request));
        let usage = subject.usage();
        assert_eq!((usage.hits, usage.misses), (hits, misses), "{request}");
    }
}

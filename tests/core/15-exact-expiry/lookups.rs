//! What counts as a lookup, and as an expired key, of the commands on deadlines.

use crate::corpus::from_del_rename::lookups::{Looks, check};
use crate::corpus::from_echo::request::words;
use crate::subject::{NOW, Subject};

#[test]
fn what_returns_something_of_a_value_counts() {
    for request in ["EXPIRETIME k", "PEXPIRETIME k", "GETEX k", "GETEX k EX 10", "GETEX k EX x"] {
        check(request, Looks::ToRead);
    }
}

#[test]
fn what_only_changes_a_key_does_not() {
    for request in [
        "EXPIRE k 10",
        "EXPIRE k -1",
        "PEXPIRE k 10 NX",
        "EXPIREAT k 1",
        "PEXPIREAT k 99999999999999 LT",
        "PERSIST k",
        "SETEX k 10 v",
        "PSETEX k 10 v",
    ] {
        check(request, Looks::ToChange);
    }
}

#[test]
fn what_the_timer_frees_counts_as_expired_and_not_as_a_lookup() {
    let mut subject = Subject::default();
    subject.execute(&words("SET k v PX 1"));
    assert!(!subject.free_expired(NOW + 1));
    assert_eq!(subject.usage().keys, 1);
    assert!(!subject.free_expired(NOW + 2));
    let usage = subject.usage();
    assert_eq!((usage.keys, usage.expires, usage.deadlines), (0, 0, 0));
    assert_eq!((usage.hits, usage.misses, usage.expired), (0, 0, 1));
}

#[test]
fn what_a_past_deadline_removes_has_not_expired() {
    for request in ["EXPIRE k 0", "EXPIRE k -1", "PEXPIREAT k 0", "GETEX k EXAT 1"] {
        let mut subject = Subject::default();
        subject.execute(&words("SET k v"));
        subject.execute(&words(request));
        let usage = subject.usage();
        assert_eq!((usage.keys, usage.expires, usage.expired), (0, 0, 0), "{request}");
    }
}

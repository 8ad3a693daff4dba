//! What counts as a lookup.

use crate::corpus::from_del_rename::lookups::{Looks, check};

#[test]
fn what_returns_the_value_counts() {
    for request in [
        "GETSET k 1",
        "GETDEL k",
        "GETRANGE k 0 1",
        "SUBSTR k 0 1",
        "MGET k",
        "STRLEN k",
        "OBJECT ENCODING k",
        "OBJECT REFCOUNT k",
        "OBJECT FREQ k",
    ] {
        check(request, Looks::ToRead);
    }
}

#[test]
fn what_only_changes_it_does_not() {
    for request in [
        "INCR k",
        "DECR k",
        "INCRBY k 1",
        "DECRBY k 1",
        "INCRBYFLOAT k 1",
        "APPEND k 1",
        "SETRANGE k 0 1",
        "SETRANGE k 0 ",
        "SETNX k 1",
        "MSET k 1",
        "MSETNX k 1",
        "MSETNX k 1 new 1",
    ] {
        check(request, Looks::ToChange);
    }
}

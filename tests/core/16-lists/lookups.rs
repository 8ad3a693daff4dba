//! What counts as a lookup, of the commands on lists, and of those on strings that find a list.

use crate::corpus::from_del_rename::lookups::{Looks, check};
use crate::corpus::from_echo::request::words;
use crate::subject::Subject;

#[test]
fn what_returns_something_of_a_list_counts() {
    for request in ["LLEN k", "LINDEX k 0", "LINDEX k x", "LRANGE k 0 -1"] {
        check(request, Looks::ToRead);
    }
}

#[test]
fn what_changes_a_list_does_not_even_if_it_returns_elements() {
    for request in
        ["LPUSH k a", "RPUSH k a b", "LPUSHX k a", "RPUSHX k a", "LPOP k", "RPOP k 2", "LPOP k 0"]
    {
        check(request, Looks::ToChange);
    }
}

#[test]
fn a_value_of_another_type_is_found_nevertheless() {
    let reads = [
        "GET k",
        "STRLEN k",
        "GETRANGE k 0 1",
        "MGET k",
        "GETSET k v",
        "GETDEL k",
        "GETEX k",
        "SET k v GET",
        "TYPE k",
        "OBJECT ENCODING k",
        "LRANGE k 0 -1",
    ];
    let changes = ["INCR k", "INCRBYFLOAT k 1", "APPEND k a", "SETRANGE k 0 a", "LPUSH k a"];
    for (hits, request) in reads.map(|it| (1, it)).into_iter().chain(changes.map(|it| (0, it))) {
        let mut subject = Subject::default();
        subject.execute(&words("RPUSH k a b"));
        subject.execute(&words(request));
        let usage = subject.usage();
        assert_eq!((usage.hits, usage.misses, usage.keys), (hits, 0, 1), "{request}");
    }
}

//! What counts as a lookup, of the commands on the middle of lists and on several lists.

use crate::corpus::from_del_rename::lookups::{Looks, check};

#[test]
fn what_only_searches_counts() {
    for request in ["LPOS k a", "LPOS k a COUNT 0", "LPOS k a RANK -1 MAXLEN 5"] {
        check(request, Looks::ToRead);
    }
}

#[test]
fn what_changes_a_list_does_not() {
    for request in [
        "LSET k 0 a",
        "LSET k x a",
        "LINSERT k BEFORE a b",
        "LREM k 0 a",
        "LTRIM k 0 1",
        "LMOVE k l LEFT LEFT",
        "RPOPLPUSH k k",
        "LMPOP 1 k LEFT",
        "LMPOP 2 l k LEFT COUNT 5",
    ] {
        check(request, Looks::ToChange);
    }
}

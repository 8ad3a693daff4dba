//! SET with NX, XX and GET: whether it sets, and what it returns.

use crate::corpus::from_echo::request::{shown, words};
use crate::subject::{NOW, Subject};

const OK: &str = r"+OK\r\n";
const NIL: &str = r"$-1\r\n";
const OLD: &str = r"$3\r\nold\r\n";
const NEW: &str = r"$3\r\nnew\r\n";
const SYNTAX: &str = r"-ERR syntax error\r\n";

#[test]
fn conditions_decide_and_get_gives_the_old_value_in_any_case() {
    for (options, present, absent) in [
        ("", (OK, NEW), (OK, NEW)),
        (" NX", (NIL, OLD), (OK, NEW)),
        (" XX", (OK, NEW), (NIL, NIL)),
        (" nx nx", (NIL, OLD), (OK, NEW)),
        (" GET", (OLD, NEW), (NIL, NEW)),
        (" get GET", (OLD, NEW), (NIL, NEW)),
        (" NX GET", (OLD, OLD), (NIL, NEW)),
        (" GET XX", (OLD, NEW), (NIL, NIL)),
        (" XX EX 10 GET", (OLD, NEW), (NIL, NIL)),
        (" NX XX", (SYNTAX, OLD), (SYNTAX, NIL)),
        (" XX NX", (SYNTAX, OLD), (SYNTAX, NIL)),
        (" NX EX", (SYNTAX, OLD), (SYNTAX, NIL)),
        (" GET EX 10 PX 10", (SYNTAX, OLD), (SYNTAX, NIL)),
    ] {
        for (before, (reply, after)) in [(Some("SET k old"), present), (None, absent)] {
            let mut subject = Subject::default();
            before.map(|request| subject.execute(&words(request)));
            let request = format!("SET k new{options}");
            assert_eq!(shown(&subject.execute(&words(&request))), reply, "{request}, {before:?}");
            assert_eq!(shown(&subject.execute(&words("GET k"))), after, "{request}, {before:?}");
        }
    }
}

#[test]
fn a_key_that_has_expired_is_absent_to_all_of_them() {
    for (options, reply, after) in [(" NX", OK, NEW), (" XX", NIL, NIL), (" GET", NIL, NEW)] {
        let mut subject = Subject::default();
        subject.execute(&words("SET k old PX 1"));
        let request = format!("SET k new{options}");
        let later = NOW + 2;
        assert_eq!(shown(&subject.execute_at(later, &words(&request))), reply, "{request}");
        assert_eq!(shown(&subject.execute_at(later, &words("GET k"))), after, "{request}");
    }
}

#[test]
fn a_set_that_does_not_happen_leaves_the_deadline() {
    for request in ["SET k new NX EX 100", "SET k new NX", "SET k new NX KEEPTTL"] {
        let mut subject = Subject::default();
        subject.execute(&words("SET k old PX 500"));
        assert_eq!(shown(&subject.execute(&words(request))), NIL);
        assert_eq!(shown(&subject.execute(&words("PTTL k"))), r":500\r\n", "{request}");
    }
}

//! Commands: their names, and how many arguments they take.

use crate::request::{encoded, words};
use crate::subject::Subject;

#[test]
fn the_letter_case_of_a_name_does_not_matter() {
    for name in ["PING", "ping", "pInG"] {
        assert_eq!(encoded(&Subject::default().execute(&words(name))), "+PONG\\r\\n", "{name}");
    }
}

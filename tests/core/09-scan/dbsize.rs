//! DBSIZE until stage 15, where no key outlives its deadline.

use crate::corpus::from_echo::request::{shown, words};
use crate::subject::{NOW, Subject};

#[test]
fn dbsize_counts_what_has_expired_until_somebody_looks() {
    let mut subject = Subject::default();
    for key in 0..5 {
        subject.execute(&words(&format!("SET {key} v PX 1")));
    }
    let later = NOW + 2;
    assert_eq!(shown(&subject.execute_at(later, &words("DBSIZE"))), r":5\r\n");
    subject.execute_at(later, &words("EXISTS 0 1 1"));
    assert_eq!(shown(&subject.execute_at(later, &words("DBSIZE"))), r":3\r\n");
    subject.execute_at(later, &words("SCAN 0"));
    assert_eq!(shown(&subject.execute_at(later, &words("DBSIZE"))), r":0\r\n");
}

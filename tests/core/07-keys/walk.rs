//! KEYS in steps: how many, and what it finds while the keyspace changes in between.

use std::collections::BTreeSet;

use super::keys::bulks;
use crate::subject::Subject;

const NOW: i64 = 1_000_000;

/// Returns a core with this many keys, which live for five milliseconds if they do not last.
fn subject_with(keys: usize, last: bool) -> Subject {
    let mut subject = Subject::default();
    for number in 0..keys {
        let key = format!("key:{number}");
        let request: [&[u8]; 5] = [b"SET", key.as_bytes(), b"value", b"PX", b"5"];
        subject.execute_at(NOW, &request[..if last { 3 } else { 5 }]);
    }
    subject
}

#[test]
fn a_walk_through_few_keys_is_one_step() {
    let (steps, reply) = subject_with(100, true).walk(NOW, b"key:*", |_| panic!("a second step"));
    assert_eq!((steps, bulks(&reply).len()), (1, 100));
}

#[test]
fn a_walk_through_many_keys_takes_more_steps_the_more_there_are() {
    for (keys, most) in [(10_000, 40), (40_000, 120)] {
        let (steps, reply) = subject_with(keys, true).walk(NOW, b"*", |_| ());
        assert_eq!(bulks(&reply).len(), keys);
        assert!((keys / 1500..=most).contains(&steps), "{steps} steps for {keys} keys");
    }
}

#[test]
fn keys_that_are_not_listed_count_like_others() {
    let (steps, reply) = subject_with(40_000, true).walk(NOW, b"nosuch", |_| ());
    assert_eq!(reply, b"*0\r\n");
    assert!(steps > 20, "{steps} steps past keys that do not match");
    let (steps, reply) = subject_with(40_000, false).walk(NOW + 6, b"*", |_| ());
    assert_eq!(reply, b"*0\r\n");
    assert!(steps > 20, "{steps} steps past keys that have expired");
}

#[test]
fn one_comparison_may_take_many_steps() {
    let mut subject = subject_with(10, true);
    let (long, mut pattern) = (vec![b'a'; 10_000], vec![b'*']);
    pattern.extend([b'a'; 1000]);
    subject.execute_at(NOW, &[b"SET", &long, b"value"]);
    for (last, found) in [(b'b', 0), (b'a', 1)] {
        pattern.push(last);
        let (steps, reply) = subject.walk(NOW, &pattern, |_| ());
        assert_eq!(bulks(&reply).len(), found);
        assert!(steps > 100 || found == 1, "{steps} steps");
        pattern.pop();
    }
}

#[test]
fn a_class_costs_its_length() {
    let mut subject = subject_with(10_000, true);
    let short = subject.walk(NOW, b"[a-z]*1", |_| ());
    let long = subject.walk(NOW, &[b"[", &b"a-z".repeat(100)[..], b"]*1"].concat(), |_| ());
    assert_eq!(
        BTreeSet::from_iter(bulks(&short.1)),
        BTreeSet::from_iter(bulks(&long.1)),
        "the same keys"
    );
    assert!(long.0 > 4 * short.0, "{} steps, and {}", short.0, long.0);
}

#[test]
fn a_key_that_stays_is_found_once_whatever_comes_and_goes() {
    let mut subject = subject_with(20_000, true);
    let mut turn = 0;
    let (steps, reply) = subject.walk(NOW, b"*", |subject| {
        for number in 0..500 {
            let [new, old] =
                [format!("new:{turn}:{number}"), format!("key:{}", turn * 500 + number)];
            subject.execute_at(NOW, &[b"SET", new.as_bytes(), b"value"]);
            if old.as_bytes().last().is_some_and(|digit| *digit % 2 == 1) {
                subject.execute_at(NOW, &[b"SET", old.as_bytes(), b"value", b"PXAT", b"1"]);
            }
        }
        turn += 1;
    });
    assert!(steps > 10, "{steps} steps");
    let found = bulks(&reply);
    let unique: BTreeSet<&Vec<u8>> = found.iter().collect();
    assert_eq!(unique.len(), found.len(), "a key came twice");
    for number in (0..20_000).step_by(2) {
        let key = format!("key:{number}").into_bytes();
        assert!(unique.contains(&key), "key:{number} was there all the while");
    }
}

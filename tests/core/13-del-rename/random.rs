//! RANDOMKEY: every key has the same chance, and none that has expired.

use std::collections::BTreeMap;

use crate::corpus::from_echo::request::{shown, words};
use crate::subject::{NOW, Subject};

fn random(subject: &mut Subject) -> String {
    shown(&subject.execute_at(NOW + 2, &words("RANDOMKEY")))
}

/// Draws this many times.
fn draw(subject: &mut Subject, times: u32) -> BTreeMap<String, u32> {
    let mut drawn = BTreeMap::new();
    for _ in 0..times {
        *drawn.entry(random(subject)).or_default() += 1;
    }
    drawn
}

#[test]
fn every_key_comes_about_as_often() {
    for keys in [1, 2, 7, 100, 3000] {
        let mut subject = Subject::default();
        (0..keys).for_each(|key| drop(subject.execute(&words(&format!("SET {key} v")))));
        let drawn = draw(&mut subject, 100 * keys);
        assert_eq!(drawn.len(), keys as usize);
        // Seven standard deviations.
        assert!(drawn.values().all(|times| (30..=170).contains(times) || keys == 1), "{drawn:?}");
    }
}

#[test]
fn those_that_are_left_of_many_come_as_often() {
    let mut subject = Subject::default();
    (0..20_000).for_each(|key| drop(subject.execute(&words(&format!("SET {key} v")))));
    (3..20_000).for_each(|key| drop(subject.execute(&words(&format!("DEL {key}")))));
    let drawn = draw(&mut subject, 300);
    assert!(
        drawn.len() == 3 && drawn.values().all(|times| (40..=170).contains(times)),
        "{drawn:?}"
    );
}

#[test]
fn a_key_that_has_expired_never_comes() {
    for lasting in [0, 1, 3] {
        for expired in [1, 10, 5000] {
            let mut subject = Subject::default();
            (0..lasting).for_each(|key| drop(subject.execute(&words(&format!("SET l{key} v")))));
            let old = |key: i32| format!("SET e{key} v PX 1");
            (0..expired).for_each(|key| drop(subject.execute(&words(&old(key)))));
            for _ in 0..20 {
                let key = random(&mut subject);
                let is_due = if lasting == 0 { key == r"$-1\r\n" } else { key.contains('l') };
                assert!(is_due, "{key}, of {lasting} and {expired}");
            }
            assert!(lasting > 0 || subject.usage().keys == 0);
        }
    }
}

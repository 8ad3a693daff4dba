//! The index by deadline: when the next look is, how much a step frees, and a clock that is set.

use crate::corpus::from_del_rename::garbage::{MIB, free, set};
use crate::corpus::from_echo::request::{shown, words};
use crate::subject::{NOW, Subject};

/// The most keys that a step frees while no command is executed.
const STEP: usize = 256;

impl Subject {
    /// Returns the number in the reply to a request at this moment.
    fn number_at(&mut self, now: i64, request: &str) -> i64 {
        let reply = shown(&self.execute_at(now, &words(request)));
        reply[1..reply.len() - 4].parse().expect("a number")
    }

    /// Frees all keys that have expired at this moment. Returns how many steps it took.
    pub fn settle(&mut self, now: i64) -> usize {
        let mut steps = 1;
        while self.free_expired(now) {
            steps += 1;
        }
        steps
    }

    /// Sets this many keys, each with the deadline that `deadline` returns.
    pub fn fill(&mut self, keys: i64, deadline: impl Fn(i64) -> i64) {
        for key in 0..keys {
            self.execute(&words(&format!("SET {key} v PXAT {}", deadline(key))));
        }
    }
}

#[test]
fn the_next_look_is_at_the_earliest_deadline() {
    let mut subject = Subject::default();
    assert_eq!(subject.next_deadline(), None);
    for (request, next) in [
        ("SET a v", None),
        ("SET b v PX 50", Some(50)),
        ("SET c v PX 70", Some(50)),
        ("SELECT 3", Some(50)),
        ("SET d v PX 30", Some(30)),
        ("SWAPDB 3 4", Some(30)),
        ("SELECT 4", Some(30)),
        ("PEXPIRE d 20", Some(20)),
        // A deadline that has become later is not looked for: the look at the old one marks it.
        ("PEXPIRE d 90", Some(20)),
        ("FLUSHDB", Some(50)),
        ("FLUSHALL", None),
    ] {
        subject.execute(&words(request));
        assert_eq!(subject.next_deadline(), next.map(|ms| NOW + ms), "{request}");
    }
}

#[test]
fn a_look_that_comes_too_early_marks_the_new_deadline() {
    let mut subject = Subject::default();
    for request in ["SET k v PX 10", "PEXPIRE k 500", "GETEX k PX 900"] {
        subject.execute(&words(request));
    }
    assert_eq!(subject.next_deadline(), Some(NOW + 10));
    assert!(!subject.free_expired(NOW + 11));
    assert_eq!(subject.next_deadline(), Some(NOW + 900));
    assert!(!subject.free_expired(NOW + 900));
    assert_eq!(subject.usage().keys, 1);
    assert!(!subject.free_expired(NOW + 901));
    assert_eq!((subject.usage().keys, subject.next_deadline()), (0, None));
}

#[test]
fn a_key_that_has_lost_its_deadline_is_left_alone() {
    for request in ["PERSIST k", "SET k v", "GETEX k PERSIST", "GETSET k v", "MSET k v"] {
        let mut subject = Subject::default();
        subject.execute(&words("SET k v PX 10"));
        subject.execute(&words("SET l v PX 10"));
        subject.execute(&words(request));
        subject.settle(NOW + 1000);
        assert_eq!(subject.usage().keys, 1, "{request}");
        assert_eq!(subject.next_deadline(), None, "{request}");
    }
}

#[test]
fn a_step_frees_a_few_hundred_keys_and_two_for_each_command() {
    const KEYS: usize = 20_000;
    const MAX_STEPS: usize = 8;
    let mut subject = Subject::default();
    subject.fill(KEYS as i64, |_| NOW + 5);
    // What was executed before the first step counts, too.
    subject.free_expired(NOW + 5);
    for commands in [0, 0, 100, 600, 0, 3000, 0] {
        (0..commands).for_each(|_| drop(subject.execute(&words("PING"))));
        let before = subject.usage().keys;
        assert!(subject.free_expired(NOW + 6));
        let freed = before - subject.usage().keys;
        let steps = (1 + 2 * commands / STEP).min(MAX_STEPS);
        assert!(steps * STEP == freed, "{freed} after {commands}");
    }
    let steps = subject.settle(NOW + 6);
    assert!(steps > 10 && subject.usage().keys == 0, "{steps}");
}

#[test]
fn keys_that_are_set_as_fast_as_they_expire_never_pile_up() {
    let mut subject = Subject::default();
    let (mut now, mut most) = (NOW, 0);
    for _ in 0..100 {
        for key in 0..1000 {
            subject.execute_at(now, &words(&format!("PSETEX {key}:{now} 1 v")));
        }
        now += 2;
        subject.free_expired(now);
        most = most.max(subject.usage().keys);
    }
    assert_eq!(most, 0);
}

#[test]
fn nothing_that_counts_sees_a_key_past_its_deadline() {
    let mut subject = Subject::default();
    subject.fill(3000, |key| NOW + key);
    subject.execute(&words("SET last v"));
    for ms in [0, 1, 2, 10, 700, 2998, 2999, 3000, 4000] {
        let alive = 3000 - ms.clamp(0, 3000) + 1;
        assert_eq!(subject.number_at(NOW + ms, "DBSIZE"), alive, "{ms}");
        let info = shown(&subject.execute_at(NOW + ms, &words("INFO keyspace")));
        let expires = alive - 1;
        assert!(info.contains(&format!("keys={alive},expires={expires},")), "{ms}: {info}");
        let expired = shown(&subject.execute_at(NOW + ms, &words("INFO stats")));
        let due = format!(r"expired_keys:{}\r\n", 3001 - alive);
        assert!(expired.contains(&due), "{ms}: {expired}");
    }
    let random = shown(&subject.execute_at(NOW + 4000, &words("RANDOMKEY")));
    assert_eq!(random, r"$4\r\nlast\r\n");
}

#[test]
fn the_average_time_to_live_is_that_of_living_keys() {
    let mut subject = Subject::default();
    for request in ["SET a v PX 10", "SET b v PX 100", "SET c v PX 300"] {
        subject.execute(&words(request));
    }
    let info = shown(&subject.execute_at(NOW + 50, &words("INFO keyspace")));
    assert!(info.contains("db0:keys=2,expires=2,avg_ttl=150"), "{info}");
}

#[test]
fn a_clock_that_is_set_back_loses_no_key_and_frees_none() {
    let mut subject = Subject::default();
    subject.execute(&words("SET a v PX 100"));
    subject.execute(&words("SET b v PX 200"));
    subject.settle(NOW + 150);
    for now in [NOW - 1_000_000, 0, NOW - 1] {
        assert!(!subject.free_expired(now));
        assert_eq!(subject.number_at(now, "DBSIZE"), 1);
        assert_eq!(subject.number_at(now, "PTTL b"), NOW + 200 - now);
        assert_eq!(subject.next_deadline(), Some(NOW + 200));
    }
    // A new key counts from the clock as it is.
    subject.execute_at(NOW - 5000, &words("SET c v PX 100"));
    assert_eq!(subject.next_deadline(), Some(NOW - 4900));
    subject.settle(NOW - 4899);
    assert_eq!(subject.number_at(NOW - 4899, "DBSIZE"), 1);
    // And years ahead.
    assert_eq!(subject.number_at(NOW + 1_000_000_000_000, "DBSIZE"), 0);
    assert_eq!(subject.next_deadline(), None);
}

#[test]
fn a_deadline_after_the_year_2109_has_no_mark_and_is_kept_all_the_same() {
    const LAST: i64 = (1 << 42) - 1;
    let mut subject = Subject::default();
    subject.execute(&words(&format!("SET a v PXAT {LAST}")));
    assert_eq!(subject.next_deadline(), Some(LAST));
    subject.execute(&words(&format!("SET b v PXAT {}", LAST + 1)));
    subject.execute(&words("SET c v PXAT 9223372036854775807"));
    subject.settle(LAST + 1);
    assert_eq!(subject.usage().keys, 2);
    // Or else the timer would not sleep any more.
    assert_eq!(subject.next_deadline(), None);
    assert!(!subject.free_expired(i64::MAX));
    assert_eq!(subject.number_at(LAST + 1, "EXISTS b c"), 2);
    assert_eq!(subject.number_at(LAST + 2, "EXISTS b c"), 1);
    // It gets a mark with a deadline that comes earlier.
    subject.execute(&words("PEXPIRE c 5"));
    subject.settle(NOW + 6);
    assert_eq!(subject.usage().keys, 0);
}

#[test]
fn a_large_value_that_nobody_asks_for_is_freed_piece_by_piece() {
    let mut subject = Subject::default();
    set(&mut subject, b"k", 20 * MIB);
    let change = allocation_counter::measure(|| drop(subject.execute(&words("PEXPIRE k 1"))));
    // The deadline is in the entry, so that is a new one.
    assert!(change.bytes_current > 19 * MIB);
    let (freed, steps) = free(&mut subject);
    assert!(freed >= 20 * MIB && steps >= 20, "{freed} bytes in {steps} steps");
    let moved = allocation_counter::measure(|| drop(subject.execute(&words("PEXPIRE k 2"))));
    assert!(moved.bytes_max < MIB as u64, "{moved:?}");
    subject.settle(NOW + 3);
    assert_eq!(subject.usage().keys, 0);
    let (freed, steps) = free(&mut subject);
    assert!(freed >= 20 * MIB && steps >= 20, "{freed} bytes in {steps} steps");
}

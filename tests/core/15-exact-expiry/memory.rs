//! What the keyspace takes when keys have gone: next to nothing.

use allocation_counter::measure;

use crate::corpus::from_del_rename::garbage::free;
use crate::corpus::from_echo::request::{shown, words};
use crate::subject::{NOW, Subject};

const KEYS: i64 = 20_000;

/// What the keyspace may have left: nothing but buffers of the commands.
const NOTHING: i64 = 1024;

/// The most that a flush takes or gives back at once: the lists of tables and indexes.
const FLUSH: i64 = 100 * 1024;

/// What tables and indexes take that have lost nearly all their keys: a thousand small ones.
const SMALL: i64 = 1024 * (40 + 48 + 16 * 24);

fn taken(change: impl FnOnce()) -> i64 {
    measure(change).bytes_current
}

#[test]
fn after_the_last_key_nothing_is_left() {
    let spread = |key: i64| NOW + 1 + key % 1000;
    let at_once = |_| NOW + 1000;
    for deadline in [spread as fn(i64) -> i64, at_once] {
        let mut subject = Subject::default();
        let mut full = 0;
        let left = taken(|| {
            full = taken(|| subject.fill(KEYS, deadline));
            for ms in 0..=1001 {
                subject.settle(NOW + ms);
            }
        });
        assert_eq!(subject.usage().keys, 0);
        assert!(full > KEYS * 40 && left < NOTHING, "{left} of {full}");
    }
}

#[test]
fn keys_that_were_to_live_longer_leave_nothing_either() {
    // The marks of the far deadlines are left over when the near ones have come.
    for request in ["PEXPIRE", "SETEX", "GETEX", "DEL"] {
        let mut subject = Subject::default();
        let left = taken(|| {
            subject.fill(KEYS, |_| NOW + 1_000_000);
            for key in 0..KEYS {
                let request = match request {
                    "PEXPIRE" => format!("PEXPIRE {key} 5"),
                    "SETEX" => format!("PSETEX {key} 5 v"),
                    "GETEX" => format!("GETEX {key} PX 5"),
                    _ => format!("DEL {key}"),
                };
                subject.execute(&words(&request));
            }
            // The last one of all looks at the rest.
            subject.execute(&words("SET last v PX 5"));
            subject.settle(NOW + 6);
        });
        assert_eq!((subject.usage().keys, subject.next_deadline()), (0, None), "{request}");
        assert!(left < NOTHING, "{request}: {left}");
    }
}

#[test]
fn keys_that_clients_find_expired_leave_nothing_either() {
    let mut subject = Subject::default();
    let left = taken(|| {
        subject.fill(KEYS, |_| NOW + 5);
        (0..KEYS).for_each(|key| drop(subject.execute_at(NOW + 6, &words(&format!("GET {key}")))));
        assert!(subject.next_deadline().is_some());
        subject.settle(NOW + 6);
    });
    assert_eq!(subject.usage().expired, KEYS as u64);
    assert!(left < NOTHING, "{left}");
}

#[test]
fn a_table_shrinks_as_its_keys_go() {
    for way in ["expiry", "DEL", "SCAN"] {
        let mut subject = Subject::default();
        let mut full = 0;
        let left = taken(|| {
            full = taken(|| {
                subject.fill(KEYS, |key| if key % 1000 == 0 { i64::MAX } else { NOW + 5 });
            });
            match way {
                "expiry" => {
                    subject.settle(NOW + 6);
                }
                "DEL" => (0..KEYS).filter(|key| key % 1000 != 0).for_each(|key| {
                    subject.execute(&words(&format!("DEL {key}")));
                }),
                _ => drop(subject.execute_at(NOW + 6, &words("SCAN 0 COUNT 1000000"))),
            }
        });
        assert_eq!(subject.usage().keys, KEYS as usize / 1000, "{way}");
        assert!(left < SMALL && full > 2 * SMALL, "{way}: {left} of {full}");
        let found = shown(&subject.execute_at(NOW + 6, &words("EXISTS 0 1 7000 19000 19001")));
        assert_eq!(found, r":3\r\n", "{way}");
    }
}

#[test]
fn a_deadline_that_moves_on_takes_nothing() {
    let mut subject = Subject::default();
    subject.fill(KEYS, |_| NOW + 1000);
    for (more_ms, request) in [(2000, "PEXPIRE"), (3000, "GETEX"), (4000, "SET")] {
        let more = taken(|| {
            for (round, key) in (0..3).flat_map(|round| (0..KEYS).map(move |key| (round, key))) {
                let ms = more_ms + round;
                let request = match request {
                    "PEXPIRE" => format!("PEXPIRE {key} {ms}"),
                    "GETEX" => format!("GETEX {key} PX {ms}"),
                    _ => format!("SET {key} v PX {ms}"),
                };
                subject.execute(&words(&request));
            }
        });
        assert_eq!(more, 0, "{request}");
    }
}

#[test]
fn marks_that_are_left_over_are_at_most_half_as_many_as_keys() {
    let mut subject = Subject::default();
    subject.fill(KEYS, |_| NOW + 100_000);
    // The room of the marks is at most half as much again, and four.
    let bound = KEYS * 8 * 3 / 2 * 3 / 2 + 1024 * 4 * 8;
    for requests in [["PERSIST", "PEXPIRE"], ["SET", "PEXPIRE"], ["PEXPIRE", "PEXPIRE"]] {
        let more = taken(|| {
            for round in 0..6 {
                let ms = 90_000 - 1000 * round;
                for (key, request) in (0..KEYS).flat_map(|key| requests.map(|name| (key, name))) {
                    let rest = match request {
                        "PEXPIRE" => format!(" {ms}"),
                        "SET" => " v".to_owned(),
                        _ => String::new(),
                    };
                    subject.execute(&words(&format!("{request} {key}{rest}")));
                }
            }
        });
        assert!(more < bound, "{requests:?}: {more}, more than {bound}");
    }
}

#[test]
fn a_flush_takes_the_index_along_and_frees_it_bit_by_bit() {
    for request in ["FLUSHALL", "FLUSHDB"] {
        let mut subject = Subject::default();
        let left = taken(|| {
            subject.fill(KEYS, |_| NOW + 1000);
            let flush = taken(|| drop(subject.execute(&words(request))));
            assert!(flush.abs() < FLUSH, "{request}: {flush}");
            assert_eq!(subject.next_deadline(), None);
            assert_eq!(subject.settle(NOW + 2000), 1);
            free(&mut subject);
        });
        assert!(left < 2 * FLUSH, "{request}: {left}");
        assert_eq!(subject.usage().expired, 0);
        subject.fill(10, |_| NOW + 1);
        subject.settle(NOW + 2);
        assert_eq!((subject.usage().keys, subject.usage().expired), (0, 10));
    }
}

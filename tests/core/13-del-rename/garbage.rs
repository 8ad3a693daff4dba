//! What takes long to free is freed in small steps, and all of it.

use allocation_counter::measure;

use crate::corpus::from_echo::request::{shown, words};
use crate::subject::{NOW, Subject};

pub const MIB: i64 = 1024 * 1024;

/// The most bytes that may be freed at once: a piece of a value, or the slots of a table.
const STEP: i64 = 2 * MIB;

pub fn set(subject: &mut Subject, key: &[u8], length: i64) {
    subject.execute(&[b"SET", key, &vec![b'v'; length as usize]]);
}

/// Frees all that was removed. Returns how many bytes that were, and in how many steps.
pub fn free(subject: &mut Subject) -> (i64, i64) {
    let (mut freed, mut steps) = (0, 0);
    while subject.has_garbage() {
        let mut more = false;
        let step = -measure(|| more = subject.free()).bytes_current;
        assert!(step <= STEP, "{step} bytes at once");
        assert_eq!(more, subject.has_garbage());
        freed += step;
        steps += 1;
    }
    assert!(!subject.free());
    (freed, steps)
}

#[test]
fn a_flush_frees_nothing_and_then_everything_bit_by_bit() {
    const KEYS: i64 = 200_000;
    for request in ["FLUSHALL", "FLUSHDB", "FLUSHALL SYNC"] {
        let mut subject = Subject::default();
        let taken = measure(|| {
            (0..KEYS).for_each(|key| set(&mut subject, key.to_string().as_bytes(), 20));
        });
        let flush = measure(|| drop(subject.execute(&words(request))));
        assert!(flush.bytes_current.abs() < 64 * 1024, "{request}: {}", flush.bytes_current);
        assert_eq!(shown(&subject.execute(&words("DBSIZE"))), r":0\r\n");
        // It can take new keys meanwhile.
        set(&mut subject, b"new", 5);
        let (freed, steps) = free(&mut subject);
        assert!(steps >= KEYS / 1024, "{request}: {steps} steps");
        let kept = taken.bytes_current - freed;
        assert!(
            (0..128 * 1024).contains(&kept),
            "{request}: {kept} of {} kept",
            taken.bytes_current
        );
        assert_eq!(shown(&subject.execute(&words("GET new"))), r"$5\r\nvvvvv\r\n");
    }
}

#[test]
fn large_values_in_a_flushed_database_are_freed_piece_by_piece() {
    let mut subject = Subject::default();
    (0..5_u8).for_each(|key| set(&mut subject, &[key], 8 * MIB));
    subject.execute(&words("FLUSHALL"));
    let (freed, steps) = free(&mut subject);
    assert!(freed >= 5 * 8 * MIB && steps >= 5 * 8, "{freed} bytes in {steps} steps");
}

#[test]
fn a_large_value_is_freed_piece_by_piece_however_it_goes() {
    for request in [
        "DEL k",
        "UNLINK k",
        "SET k v",
        "RENAME other k",
        "COPY other k REPLACE",
        "SET k v GET",
        "FLUSHALL",
        "MOVE k 1",
    ] {
        let mut subject = Subject::default();
        set(&mut subject, b"k", 20 * MIB);
        subject.execute(&words("SET other v"));
        let change = measure(|| drop(subject.execute(&words(request))));
        assert!(change.bytes_current.abs() < MIB, "{request}: {}", change.bytes_current);
        if request.starts_with("MOVE") {
            assert!(!subject.has_garbage());
            continue;
        }
        let (freed, steps) = free(&mut subject);
        assert!(freed >= 20 * MIB && steps >= 20, "{request}: {freed} bytes in {steps} steps");
    }
}

#[test]
fn clients_cannot_make_garbage_faster_than_it_is_freed() {
    for requests in [["RENAME k l", "RENAME l k"], ["COPY k l REPLACE", "COPY l k REPLACE"]] {
        let mut subject = Subject::default();
        set(&mut subject, b"k", 8 * MIB);
        let change = measure(|| {
            for _ in 0..20 {
                requests.iter().for_each(|request| drop(subject.execute(&words(request))));
            }
        });
        let peak = change.bytes_max as i64;
        assert!(peak < (64 + 3 * 8 + 1) * MIB, "{requests:?}: {peak} bytes");
        free(&mut subject);
    }
    // One that is larger than that is still freed piece by piece.
    let mut subject = Subject::default();
    set(&mut subject, b"k", 100 * MIB);
    let change = measure(|| drop(subject.execute(&words("DEL k"))));
    assert!(change.bytes_current.abs() < MIB, "{}", change.bytes_current);
    assert!(free(&mut subject).0 >= 100 * MIB);
}

#[test]
fn a_large_value_that_expires_is_freed_piece_by_piece() {
    for request in ["GET k", "SET k v", "SCAN 0", "DEL k", "RANDOMKEY"] {
        let mut subject = Subject::default();
        let value = vec![b'v'; 5 * MIB as usize];
        subject.execute(&[b"SET", b"k", &value, b"PX", b"1"]);
        subject.execute_at(NOW + 2, &words(request));
        let (freed, steps) = free(&mut subject);
        assert!(freed >= 5 * MIB && steps >= 5, "{request}: {freed} bytes in {steps} steps");
    }
}

#[test]
fn what_is_small_is_freed_at_once() {
    for request in ["DEL k", "SET k v", "RENAME k l", "MOVE k 1", "COPY l k REPLACE"] {
        let mut subject = Subject::default();
        set(&mut subject, b"k", MIB - 100);
        subject.execute(&words("SET l v"));
        subject.execute(&words(request));
        assert!(!subject.has_garbage(), "{request}");
    }
}

#[test]
fn a_renamed_and_a_copied_key_take_exactly_their_bytes() {
    let mut subject = Subject::default();
    subject.execute(&words("SET key value"));
    // Either key may be the first of a table of slots.
    let is_a_table = |bytes: i64| bytes % 24 == 0 && (0..2000).contains(&bytes);
    let renamed = measure(|| drop(subject.execute(&words("RENAME key another"))));
    assert!(is_a_table(renamed.bytes_current - ("another".len() as i64 - "key".len() as i64)));
    let copied = measure(|| drop(subject.execute(&words("COPY another key REPLACE"))));
    assert!(is_a_table(copied.bytes_current - 1 - "keyvalue".len() as i64));
    let removed = measure(|| drop(subject.execute(&words("DEL key another"))));
    assert_eq!(removed.bytes_current, -(2 + "keyvalueanothervalue".len() as i64));
}

//! Large lists are freed in small steps, and all of them.

use allocation_counter::measure;

use crate::corpus::from_del_rename::garbage::{MIB, free};
use crate::corpus::from_echo::request::{shown, words};
use crate::subject::{NOW, Subject};

/// What makes a list large: many small elements, even if they are empty, a few large ones, or one.
const SHAPES: [(usize, i64); 4] =
    [(200, 100_000), (0, 200_000), (3 * MIB as usize, 7), (20 * MIB as usize, 1)];

fn fill(subject: &mut Subject, (length, count): (usize, i64)) {
    let element = vec![b'e'; length];
    (0..count).for_each(|_| drop(subject.execute(&[b"RPUSH", b"k", &element])));
}

#[test]
fn a_large_list_is_freed_piece_by_piece_however_it_goes() {
    for shape in SHAPES {
        for request in [
            "DEL k",
            "UNLINK k",
            "SET k v",
            "RENAME other k",
            "COPY other k REPLACE",
            "LPOP k 200000",
            "RPOP k 200000",
            "EXPIRE k -1",
            "FLUSHALL",
        ] {
            let mut subject = Subject::default();
            fill(&mut subject, shape);
            subject.execute(&words("SET other v"));
            let change = measure(|| drop(subject.execute(&words(request))));
            assert!(change.bytes_current.abs() < MIB, "{request}: {}", change.bytes_current);
            let (freed, steps) = free(&mut subject);
            let bytes = shape.0 as i64 * shape.1;
            assert!(
                freed >= bytes && steps >= bytes / (2 * MIB),
                "{request}: {freed} of {bytes} bytes in {steps} steps"
            );
        }
    }
}

#[test]
fn a_large_list_that_expires_is_freed_piece_by_piece() {
    for request in ["LLEN k", "LPUSH k e", "SCAN 0", "TYPE k", "PING"] {
        let mut subject = Subject::default();
        fill(&mut subject, SHAPES[0]);
        subject.execute(&words("PEXPIRE k 1"));
        subject.execute_at(NOW + 2, &words(request));
        while subject.free_expired(NOW + 2) {}
        let (freed, steps) = free(&mut subject);
        assert!(freed >= 20_000_000 && steps >= 10, "{request}: {freed} bytes in {steps} steps");
    }
}

#[test]
fn a_small_list_is_freed_at_once() {
    for request in ["DEL k", "SET k v", "RENAME other k", "LPOP k 5", "RPOP k 5"] {
        let mut subject = Subject::default();
        fill(&mut subject, (100_000, 5));
        subject.execute(&words("SET other v"));
        subject.execute(&words(request));
        assert!(!subject.has_garbage(), "{request}");
    }
}

#[test]
fn clients_cannot_make_garbage_of_lists_faster_than_it_is_freed() {
    let mut subject = Subject::default();
    fill(&mut subject, (100_000, 80));
    let change = measure(|| {
        for _ in 0..20 {
            for request in ["COPY k l REPLACE", "COPY l k REPLACE"] {
                subject.execute(&words(request));
            }
        }
    });
    let peak = change.bytes_max as i64;
    assert!(peak < (64 + 3 * 8 + 1) * MIB, "{peak} bytes");
    free(&mut subject);
    assert_eq!(shown(&subject.execute(&words("LLEN k"))), r":80\r\n");
}

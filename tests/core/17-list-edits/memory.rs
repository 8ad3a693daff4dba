//! That no number makes a list take memory, and that nothing is left of what was removed.

use allocation_counter::measure;

use crate::corpus::from_echo::request::{shown, words};
use crate::subject::Subject;

#[test]
fn no_number_that_a_client_sends_takes_memory_or_time() {
    let mut subject = Subject::default();
    subject.execute(&words("RPUSH k a b c"));
    for (request, expected) in [
        ("LSET k 9223372036854775807 x", r"-ERR index out of range\r\n"),
        ("LSET k -9223372036854775808 x", r"-ERR index out of range\r\n"),
        ("LREM k 9223372036854775807 d", r":0\r\n"),
        ("LREM k -9223372036854775808 d", r":0\r\n"),
        ("LPOS k b COUNT 9223372036854775807", r"*1\r\n:1\r\n"),
        ("LPOS k b MAXLEN 9223372036854775807", r":1\r\n"),
        ("LPOS k b RANK 9223372036854775807", r"$-1\r\n"),
        ("LPOS k b RANK -9223372036854775808", r":1\r\n"),
        ("LTRIM k -9223372036854775808 9223372036854775807", r"+OK\r\n"),
        ("LMPOP 9223372036854775807 k LEFT", r"-ERR syntax error\r\n"),
        (
            "LMPOP 1 k LEFT COUNT 9223372036854775807",
            r"*2\r\n$1\r\nk\r\n*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n",
        ),
        (
            "COMMAND GETKEYS LMPOP 9223372036854775807 k LEFT",
            r"-ERR Invalid arguments specified for command\r\n",
        ),
    ] {
        let info = measure(|| {
            assert_eq!(shown(&subject.execute(&words(request))), expected, "{request}");
        });
        assert!(info.bytes_max < 4096, "{request}: {} bytes", info.bytes_max);
    }
}

#[test]
fn a_list_whose_elements_come_and_go_takes_what_it_holds() {
    let mut subject = Subject::default();
    for request in ["SET other v", "RPUSH k a b c d e f g h"] {
        subject.execute(&words(request));
    }
    let left = measure(|| {
        for round in 0..2000 {
            let element = format!("{round:0200}");
            let pivot = [b"c", b"f"][round % 2];
            subject.execute(&[b"LINSERT", b"k", b"BEFORE", pivot, element.as_bytes()]);
            subject.execute(&[b"LSET", b"k", b"4", element.as_bytes()]);
            subject.execute(&[b"LSET", b"k", b"4", b"e"]);
            if round % 3 == 0 {
                subject.execute(&[b"LREM", b"k", b"0", element.as_bytes()]);
            }
        }
        subject.execute(&words("LTRIM k 0 1"));
        subject.execute(&words("LTRIM k -2 -1"));
    });
    assert_eq!(shown(&subject.execute(&words("LRANGE k 0 -1"))), r"*2\r\n$1\r\na\r\n$1\r\nb\r\n");
    assert!(left.bytes_current < 1024, "{} bytes left", left.bytes_current);
}

#[test]
fn the_places_of_removed_elements_are_given_back() {
    const ELEMENTS: usize = 10_000;
    let mut subject = Subject::default();
    subject.execute(&words("RPUSH k kept"));
    let left = measure(|| {
        let elements = [&b"RPUSH"[..], b"k"].into_iter().chain([&b"x"[..]; ELEMENTS]);
        subject.execute(&Vec::from_iter(elements));
        let removed = shown(&subject.execute(&words("LREM k 0 x")));
        assert_eq!(removed, format!(r":{ELEMENTS}\r\n"));
    });
    assert!(left.bytes_current < 1024, "{} bytes left", left.bytes_current);
}

#[test]
fn moving_an_element_leaves_nothing_behind() {
    let mut subject = Subject::default();
    subject.execute(&words("RPUSH k a b c"));
    let element = vec![b'x'; 100_000];
    subject.execute(&[b"RPUSH", b"k", &element]);
    let moved = measure(|| {
        for request in ["RPOPLPUSH k l", "LMOVE l l LEFT RIGHT", "LMOVE l k RIGHT LEFT"] {
            subject.execute(&words(request));
        }
    });
    assert!(moved.bytes_current < 4096, "{} bytes", moved.bytes_current);
    assert_eq!(shown(&subject.execute(&words("EXISTS l"))), r":0\r\n");
}

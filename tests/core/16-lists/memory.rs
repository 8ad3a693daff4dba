//! What lists take, and that nothing is left of them.

use allocation_counter::measure;

use crate::corpus::from_echo::request::{shown, words};
use crate::subject::Subject;

const ELEMENTS: i64 = 100_000;

/// What the first keys of a database need besides: its shards, and tables.
const TABLES: i64 = 64 * 1024;

/// The most that an element of 16 bytes may take. What the allocator adds does not count.
const ELEMENT: i64 = 16 + 2 * 16;

fn taken(change: impl FnOnce()) -> i64 {
    measure(change).bytes_current
}

fn fill(subject: &mut Subject, push: &str, length: usize) {
    for number in 0..ELEMENTS {
        let element = format!("{number:0length$}");
        subject.execute(&[push.as_bytes(), b"k", element.as_bytes()]);
    }
}

#[test]
fn an_element_takes_little_more_than_its_bytes() {
    for push in ["LPUSH", "RPUSH"] {
        let mut subject = Subject::default();
        let bytes = taken(|| fill(&mut subject, push, 16));
        assert!((16 * ELEMENTS..ELEMENT * ELEMENTS + TABLES).contains(&bytes), "{push}: {bytes}");
    }
}

#[test]
fn a_lone_element_takes_little() {
    let mut subject = Subject::default();
    subject.execute(&words("SET other v"));
    // The slot, which may be the first of a table, and the key; the object and the element.
    let bytes = taken(|| drop(subject.execute(&words("RPUSH k element"))));
    assert!(bytes < 16 * 24 + 160, "{bytes}");
}

#[test]
fn nothing_is_left_of_a_list() {
    for end in ["DEL k", "LPOP k 100000", "RPOP k 9223372036854775807", "SET k v", "EXPIRE k -1"] {
        let mut subject = Subject::default();
        subject.execute(&words("SET k v"));
        subject.execute(&words("DEL k"));
        let left = taken(|| {
            fill(&mut subject, "RPUSH", 16);
            subject.execute(&words(end));
            while subject.free() {}
            subject.execute(&words("DEL k"));
        });
        // But for the list of what is to be freed.
        assert!(left <= 256, "{end}: {left} bytes left");
    }
}

#[test]
fn a_list_that_has_become_short_takes_little() {
    for (push, pop) in [("RPUSH", "LPOP"), ("RPUSH", "RPOP"), ("LPUSH", "LPOP"), ("LPUSH", "RPOP")]
    {
        let mut subject = Subject::default();
        subject.execute(&words("SET other v"));
        let left = taken(|| {
            fill(&mut subject, push, 16);
            subject.execute(&words(&format!("{pop} k {}", ELEMENTS - 2)));
        });
        assert!(left < 1024, "{push} {pop}: {left} bytes left");
        assert_eq!(shown(&subject.execute(&words("LLEN k"))), r":2\r\n");
    }
}

#[test]
fn a_queue_takes_what_it_holds_however_much_has_passed() {
    for (push, pop) in [("RPUSH", "LPOP"), ("LPUSH", "RPOP")] {
        for length in [1, 30, 450, 2000] {
            let mut subject = Subject::default();
            subject.execute(&words("SET other v"));
            let request = format!("{push} k 0123456789abcdef");
            let bytes = taken(|| {
                (0..length).for_each(|_| drop(subject.execute(&words(&request))));
                for _ in 0..5000 {
                    subject.execute(&words(&request));
                    subject.execute(&words(&format!("{pop} k")));
                }
            });
            assert!(bytes < 2 * ELEMENT * length + 2 * 8192 + 1024, "{push} {length}: {bytes}");
        }
    }
}

#[test]
fn no_number_that_a_client_sends_takes_memory() {
    let mut subject = Subject::default();
    subject.execute(&words("RPUSH k a b c"));
    for request in [
        "LPOP nokey 9223372036854775807",
        "LRANGE k -9223372036854775808 9223372036854775807",
        "LRANGE k 9223372036854775807 9223372036854775807",
        "LRANGE k 9223372036854775807 -9223372036854775808",
        "LINDEX k -9223372036854775808",
        "LINDEX k 9223372036854775807",
        "LPOP k 0",
        "RPOP k 9223372036854775807",
    ] {
        let info = measure(|| drop(subject.execute(&words(request))));
        assert!(info.bytes_max < 4096, "{request}: {} bytes", info.bytes_max);
    }
}

#[test]
fn renaming_and_moving_a_list_copies_none_of_it() {
    let mut subject = Subject::default();
    fill(&mut subject, "RPUSH", 16);
    for request in ["RENAME k l", "RENAMENX l k", "MOVE k 1", "EXPIRE k 100"] {
        let info = measure(|| drop(subject.execute(&words(request))));
        assert!(info.bytes_max < TABLES as u64, "{request}: {} bytes", info.bytes_max);
        if request.starts_with("MOVE") {
            subject.execute(&words("SELECT 1"));
        }
    }
    assert_eq!(shown(&subject.execute(&words("LLEN k"))), format!(":{ELEMENTS}\\r\\n"));
    assert_eq!(shown(&subject.execute(&words("TTL k"))), r":100\r\n");
}

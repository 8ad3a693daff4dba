//! Lists from outside: at the edges of packs, and in both protocols.

use std::slice;

use crate::corpus::from_echo::request::{shown, words};
use crate::subject::Subject;

/// Lengths of elements of which one, two or three fit into a pack of 8 KiB, or hundreds.
const LENGTHS: [usize; 8] = [0, 16, 127, 128, 2700, 4094, 8189, 20_000];

fn element(number: usize, length: usize) -> Vec<u8> {
    format!("{number:0length$}").into_bytes()
}

fn bulks(elements: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", elements.len()).into_bytes();
    for element in elements {
        bytes.extend(format!("${}\r\n", element.len()).as_bytes());
        bytes.extend([element, &b"\r\n"[..]].concat());
    }
    bytes
}

#[test]
fn every_element_is_found_by_its_index_and_in_every_range() {
    for length in LENGTHS {
        let mut subject = Subject::default();
        let mut model = Vec::new();
        // Both ends grow, across several packs each.
        for number in 0..60 {
            let element = element(number, length);
            let (push, index) =
                if number % 3 == 0 { (b"LPUSH", 0) } else { (b"RPUSH", model.len()) };
            subject.execute(&[push, b"k", &element]);
            model.insert(index, element);
        }
        for (index, element) in model.iter().enumerate() {
            for index in [index as i64, index as i64 - model.len() as i64] {
                let reply = subject.execute(&words(&format!("LINDEX k {index}")));
                assert!(reply == bulks(slice::from_ref(element))[4..], "{index} of {length}");
            }
            for end in index..=model.len() {
                let reply =
                    subject.execute(&words(&format!("LRANGE k {index} {}", end as i64 - 1)));
                // -1 is the last element.
                let part = if end == 0 { &model[..] } else { &model[index..end] };
                assert!(reply == bulks(part), "{index} to {end} of {length}");
            }
        }
    }
}

#[test]
fn elements_come_out_one_by_one_and_many_at_a_time() {
    for length in LENGTHS {
        for (count, pop) in
            [1, 2, 7, 30, 59, 60, 61].into_iter().flat_map(|c| [(c, "LPOP"), (c, "RPOP")])
        {
            let mut subject = Subject::default();
            let mut model: Vec<_> = (0..60).map(|number| element(number, length)).collect();
            let mut request = vec![&b"RPUSH"[..], b"k"];
            request.extend(model.iter().map(Vec::as_slice));
            subject.execute(&request);
            if pop == "RPOP" {
                model.reverse();
            }
            for part in model.chunks(count) {
                let reply = subject.execute(&words(&format!("{pop} k {count}")));
                assert!(reply == bulks(part), "{pop} {count} of {length}");
            }
            assert_eq!(shown(&subject.execute(&words("EXISTS k"))), r":0\r\n");
        }
    }
}

#[test]
fn no_list_and_an_empty_array_differ_and_each_protocol_has_its_own_nil() {
    for (version, nil, nil_array) in [(2, r"$-1\r\n", r"*-1\r\n"), (3, r"_\r\n", r"_\r\n")] {
        let mut subject = Subject::default();
        subject.execute(&words(&format!("HELLO {version}")));
        subject.execute(&words("RPUSH k a"));
        for (request, expected) in [
            ("LPOP nokey", nil),
            ("RPOP nokey 1", nil_array),
            ("LPOP nokey 0", nil_array),
            ("LPOP k 0", r"*0\r\n"),
            ("LRANGE nokey 0 -1", r"*0\r\n"),
            ("LINDEX nokey 0", nil),
            ("LINDEX k 1", nil),
            ("MGET k", if version == 2 { r"*1\r\n$-1\r\n" } else { r"*1\r\n_\r\n" }),
        ] {
            assert_eq!(shown(&subject.execute(&words(request))), expected, "{request}, {version}");
        }
    }
}

#[test]
fn an_error_leaves_the_value_and_no_part_of_a_reply() {
    const WRONG: &str = r"-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
    for request in [
        "GET k",
        "STRLEN k",
        "APPEND k a",
        "GETRANGE k 0 1",
        "SETRANGE k 0 ",
        "SETRANGE k 600000000 a",
        "INCR k",
        "DECRBY k 5",
        "INCRBYFLOAT k x",
        "GETSET k v",
        "GETDEL k",
        "GETEX k EX 0",
        "SET k v GET",
        "SET k v XX GET",
        "LPUSH s a",
        "RPUSHX s a",
        "LPOP s",
        "RPOP s 0",
        "LLEN s",
        "LINDEX s x",
        "LRANGE s 0 -1",
    ] {
        let mut subject = Subject::default();
        subject.execute(&words("RPUSH k a b"));
        subject.execute(&words("SET s v"));
        assert_eq!(shown(&subject.execute(&words(request))), WRONG, "{request}");
        let list = shown(&subject.execute(&words("LRANGE k 0 -1")));
        assert_eq!(list, r"*2\r\n$1\r\na\r\n$1\r\nb\r\n", "{request}");
        assert_eq!(shown(&subject.execute(&words("GET s"))), r"$1\r\nv\r\n", "{request}");
    }
}

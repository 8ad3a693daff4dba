//! The keyspace: what SET stores, GET returns.

use allocation_counter::measure;

use crate::corpus::from_echo::request::{shown, words};
use crate::subject::Subject;

impl Subject {
    /// Executes a valid SET.
    fn set(&mut self, key: &[u8], value: &[u8]) {
        let reply = shown(&self.execute(&[b"SET", key, value]));
        assert_eq!(reply, r"+OK\r\n", "{}", shown(key));
    }

    /// Checks the value of a key.
    fn expect(&mut self, key: &[u8], value: &[u8]) {
        let expected = format!(r"${}\r\n{}\r\n", value.len(), shown(value));
        assert_eq!(shown(&self.execute(&[b"GET", key])), expected, "{}", shown(key));
    }

    fn expect_nil(&mut self, key: &[u8]) {
        assert_eq!(shown(&self.execute(&[b"GET", key])), r"$-1\r\n", "{}", shown(key));
    }
}

#[test]
fn set_and_get_count_their_arguments() {
    for (request, name) in [
        ("SET", "set"),
        ("SET k", "set"),
        ("sEt k", "set"),
        ("GET", "get"),
        ("gEt", "get"),
        ("GET k k", "get"),
    ] {
        let expected = format!(r"-ERR wrong number of arguments for \'{name}\' command\r\n");
        let reply = shown(&Subject::default().execute(&words(request)));
        assert_eq!(reply, expected, "{request}");
    }
}

#[test]
fn the_letter_case_of_set_and_get_does_not_matter() {
    for (set, get) in [("SET", "get"), ("set", "GET"), ("sEt", "gEt")] {
        let mut subject = Subject::default();
        let set = subject.execute(&[set.as_bytes(), b"k", b"v"]);
        assert_eq!(shown(&set), r"+OK\r\n");
        assert_eq!(shown(&subject.execute(&[get.as_bytes(), b"k"])), r"$1\r\nv\r\n");
    }
}

#[test]
fn a_value_comes_back_as_it_was_set() {
    let every_byte: Vec<u8> = (0..=u8::MAX).collect();
    let long = vec![b'x'; 70_000];
    let texts: [&[u8]; 14] = [
        b"",
        b" ",
        b"a",
        b"a\0b",
        b"a\0",
        b"\0",
        b"\r\n",
        b"$-1\r\n",
        b"\xff\xfe",
        b"007",
        b"-0",
        b"9223372036854775808",
        &every_byte,
        &long,
    ];
    let mut subject = Subject::default();
    for key in texts {
        subject.expect_nil(key);
        for value in texts {
            subject.set(key, value);
            subject.expect(key, value);
        }
    }
    // Each under its own key, to the last byte.
    for (key, value) in texts.iter().zip(texts.iter().rev()) {
        subject.set(key, value);
    }
    for (key, value) in texts.iter().zip(texts.iter().rev()) {
        subject.expect(key, value);
    }
    for key in [&b"b"[..], b"A", b"a ", b"\0\0", b"0", &long[1..]] {
        subject.expect_nil(key);
    }
}

#[test]
fn an_option_that_nobody_knows_is_refused_and_changes_nothing() {
    let mut subject = Subject::default();
    for request in ["SET k v FOO", "SET k v ", "SET k v v", "SET k v k v", "SET k v 10"] {
        let reply = shown(&subject.execute(&words(request)));
        assert_eq!(reply, r"-ERR syntax error\r\n", "{request}");
        subject.expect_nil(b"k");
    }
    subject.set(b"k", b"old");
    subject.execute(&words("SET k new FOO"));
    subject.expect(b"k", b"old");
}

#[test]
fn a_key_takes_its_bytes_and_a_little_more() {
    // As in a connection, keys and values are parts of something larger.
    let mut buffer = vec![b'x'; 1_000_000];
    let mut subject = Subject::default();
    let (mut bytes, keys) = (0, 10_000);
    let info = measure(|| {
        for number in 0..keys {
            buffer[..4].copy_from_slice(&(number as u32).to_be_bytes());
            let part = &buffer[..4 + number % 1000];
            subject.execute(&[b"SET", part, part]);
            bytes += 2 * part.len();
        }
    });
    let most = bytes + 100 * keys;
    assert!(info.bytes_current <= most as i64, "{} of at most {most}", info.bytes_current);
}

#[test]
fn a_value_that_is_replaced_leaves_nothing_behind() {
    let mut subject = Subject::default();
    subject.set(b"k", b"small");
    let info = measure(|| {
        subject.execute(&[b"SET", b"k", &[b'x'; 100_000]]);
        subject.execute(&[b"GET", b"k"]);
        subject.execute(&[b"SET", b"k", b"small"]);
    });
    assert_eq!(info.bytes_current, 0);
}

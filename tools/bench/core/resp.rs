//! How long requests take to be decoded and to be answered, and what they allocate.

use divan::counter::BytesCount;
use divan::{Bencher, black_box};

use crate::subject::Subject;
use crate::subject::stage::resp::Decoder;

/// Requests by what they show.
const REQUESTS: [(&str, &[u8]); 4] = [
    ("one word", b"*1\r\n$4\r\nPING\r\n"),
    ("one word inline", b"PING\r\n"),
    ("three words", b"*3\r\n$3\r\nSET\r\n$14\r\nkey:0000000042\r\n$16\r\nxxxxxxxxxxxxxxxx\r\n"),
    ("quoted inline", b"SET \"key \\x42\" 'a value of words'\r\n"),
];

#[divan::bench(args = REQUESTS.map(|(name, _)| name))]
fn decode(bencher: Bencher<'_, '_>, name: &str) {
    let request = request(name);
    bencher.counter(BytesCount::of_slice(request)).bench(|| decoded(black_box(request)));
}

/// A kibibyte, at once and in pieces of this many bytes.
#[divan::bench(args = [1100, 100, 10, 1])]
fn decode_a_kibibyte_in_pieces(bencher: Bencher<'_, '_>, size: usize) {
    let request = [b"*2\r\n$4\r\nECHO\r\n$1024\r\n", &[b'x'; 1024][..], b"\r\n"].concat();
    bencher.counter(BytesCount::of_slice(&request)).bench(|| {
        let mut decoder = Decoder::default();
        let ends = (size..request.len()).step_by(size).chain([request.len()]);
        let mut requests = ends.filter_map(|end| {
            let decoded = decoder.decode(black_box(&request[..end]));
            decoded.expect("a request in order").map(|request| request.length)
        });
        requests.next().expect("the whole request")
    });
}

#[divan::bench]
fn answer_a_ping(bencher: Bencher<'_, '_>) {
    answer(bencher, &[b"PING"]);
}

#[divan::bench]
fn answer_with_an_error(bencher: Bencher<'_, '_>) {
    answer(bencher, &[b"FOO", b"bar"]);
}

/// With this many bytes.
#[divan::bench(args = [0, 16, 1024, 65536])]
fn answer_an_echo(bencher: Bencher<'_, '_>, size: usize) {
    answer(bencher, &[b"ECHO", &vec![b'x'; size]]);
}

fn request(name: &str) -> &'static [u8] {
    let found = REQUESTS.iter().find(|(known, _)| *known == name);
    found.expect("one of the requests").1
}

/// Returns how many words a request has.
fn decoded(request: &[u8]) -> usize {
    let mut decoder = Decoder::default();
    let decoded = decoder.decode(request).expect("a request in order");
    decoded.expect("a whole request").args.len()
}

/// From a request's arguments to the bytes of its reply.
fn answer(bencher: Bencher<'_, '_>, args: &[&[u8]]) {
    let mut subject = Subject::default();
    let reply = subject.execute(args);
    bencher.counter(BytesCount::of_slice(&reply)).bench_local(|| subject.execute(black_box(args)));
}

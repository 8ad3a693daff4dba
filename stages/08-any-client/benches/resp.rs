//! How long requests take to be decoded and replies to be encoded, and what they allocate. Run it
//! before a change and after it: `cargo bench --bench resp`.

use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher, black_box};
use stage_08::resp::{Decoder, Protocol, Reply};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

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

/// A kibibyte, at once and in pieces of so many bytes.
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
fn encode_ok(bencher: Bencher<'_, '_>) {
    encode(bencher, &Reply::Simple("OK"));
}

#[divan::bench]
fn encode_an_error(bencher: Bencher<'_, '_>) {
    encode(bencher, &Reply::error(b"unknown command 'FOO', with args beginning with: ".to_vec()));
}

/// Of so many bytes.
#[divan::bench(args = [0, 16, 1024, 65536])]
fn encode_a_bulk(bencher: Bencher<'_, '_>, size: usize) {
    encode(bencher, &Reply::Bulk(vec![b'x'; size]));
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

/// Into a buffer that has room, as a connection's has.
fn encode(bencher: Bencher<'_, '_>, reply: &Reply) {
    let mut output = Vec::new();
    reply.encode(Protocol::Resp2, &mut output);
    bencher.counter(BytesCount::of_slice(&output)).bench_local(|| {
        output.clear();
        black_box(reply).encode(Protocol::Resp2, &mut output);
        output.len()
    });
}

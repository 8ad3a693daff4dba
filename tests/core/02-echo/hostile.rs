//! Hostile input: any bytes, and damaged requests, in pieces of any size.
//!
//! Every run tries the same few hundred inputs. To try a million others:
//!
//! ```sh
//! PROPTEST_CASES=1000000 PROPTEST_RNG_SEED=$RANDOM cargo test --release -p stage-02 --test core hostile
//! ```
//!
//! An input that fails is made as small as possible, shown, and kept in `hostile.seeds` beside
//! this file, where every run of every stage tries it again.

use std::env;

use allocation_counter::measure;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, FileFailurePersistence, RngSeed};

use super::request::{Connection, array};
use crate::subject::stage::resp::Decoder;

/// The arguments of which requests are made. Names that a stage does not know are unknown commands.
const WORDS: [&str; 43] = [
    "PING",
    "ping",
    "ECHO",
    "echo",
    "SET",
    "set",
    "GET",
    "get",
    "CONFIG",
    "KEYS",
    "SELECT",
    "DBSIZE",
    "TYPE",
    "EXISTS",
    "TTL",
    "PTTL",
    "HELLO",
    "RESET",
    "CLIENT",
    "ID",
    "SETNAME",
    "GETNAME",
    "HELP",
    "EX",
    "PX",
    "EXAT",
    "PXAT",
    "KEEPTTL",
    "port",
    "dir",
    "*",
    "?",
    "[a-z]",
    "k",
    "key",
    "",
    "0",
    "-1",
    "10",
    "9223372036854775807",
    "a b",
    "\r\n",
    "\0",
];

/// What the protocol itself is made of.
const MARKS: [&str; 22] = [
    "*",
    "$",
    "\r\n",
    "\r",
    "\n",
    "\0",
    "0",
    "1",
    "2",
    "-",
    "+",
    "9",
    " ",
    "\t",
    "\"",
    "'",
    "\\",
    "\\x4",
    "*1\r\n",
    "$4\r\nPING\r\n",
    "*2147483647\r\n",
    "$536870912\r\n",
];

/// Returns how many inputs are tried, which ones, and where those that fail are kept.
pub fn config(seeds: &'static str) -> Config {
    let rng_seed = match env::var("PROPTEST_RNG_SEED") {
        Ok(_) => Config::default().rng_seed,
        Err(_) => RngSeed::Fixed(0),
    };
    let failure_persistence = Some(Box::new(FileFailurePersistence::Direct(seeds)) as Box<_>);
    Config { rng_seed, failure_persistence, ..Config::default() }
}

/// Returns a place to damage, and how.
pub fn damages() -> impl Strategy<Value = Vec<(Index, Damage)>> {
    let damage = prop_oneof![
        any::<u8>().prop_map(Damage::Replace),
        select(&MARKS[..]).prop_map(|mark| Damage::Insert(mark.as_bytes().to_vec())),
        vec(any::<u8>(), 1..4).prop_map(Damage::Insert),
        (1..8_usize).prop_map(Damage::Remove),
        (1..40_usize).prop_map(Damage::Repeat),
        Just(Damage::Truncate),
    ];
    vec((any::<Index>(), damage), 0..4)
}

/// One way in which bytes go wrong.
#[derive(Clone, Debug)]
pub enum Damage {
    Replace(u8),
    Insert(Vec<u8>),
    Remove(usize),
    Repeat(usize),
    Truncate,
}

impl Damage {
    /// Damages `bytes` from `at` on.
    pub fn apply(&self, bytes: &mut Vec<u8>, at: Index) {
        let at = at.index(bytes.len() + 1);
        let until = |length: usize| bytes.len().min(at + length);
        match self {
            Self::Replace(byte) => drop(bytes.splice(at..until(1), [*byte])),
            Self::Insert(inserted) => drop(bytes.splice(at..at, inserted.clone())),
            Self::Remove(length) => drop(bytes.drain(at..until(*length))),
            Self::Repeat(length) => drop(bytes.splice(at..at, bytes[at..until(*length)].to_vec())),
            Self::Truncate => bytes.truncate(at),
        }
    }
}

/// Returns a whole request, as an array or as a line.
fn request() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        4 => select(&WORDS[..]).prop_map(|word| word.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..200),
    ];
    let words = vec(word, 0..6);
    prop_oneof![
        words.clone().prop_map(|words| array(&words)),
        words.prop_map(|words| [words.join(&b' '), b"\r\n".to_vec()].concat()),
    ]
}

/// Returns a stream of bytes that has something of the protocol, or nothing.
pub fn stream() -> impl Strategy<Value = Vec<u8>> {
    let damaged = (vec(request(), 1..8), damages()).prop_map(|(requests, damages)| {
        let mut bytes = requests.concat();
        for (at, damage) in damages {
            damage.apply(&mut bytes, at);
        }
        bytes
    });
    let marks = vec(prop_oneof![select(&MARKS[..]), select(&WORDS[..])], 0..40);
    prop_oneof![
        4 => damaged,
        2 => marks.prop_map(|marks| marks.concat().into_bytes()),
        1 => vec(any::<u8>(), 0..300),
    ]
}

/// Returns the pieces of `stream` between these cuts.
pub fn pieces<'a>(stream: &'a [u8], cuts: &[Index]) -> Vec<&'a [u8]> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
    cuts.extend([0, stream.len()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|ends| &stream[ends[0]..ends[1]]).collect()
}

const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/core/02-echo/hostile.seeds");

proptest! {
    #![proptest_config(config(SEEDS))]

    #[test]
    fn the_replies_do_not_depend_on_the_pieces(
        stream in stream(),
        cuts in vec(any::<Index>(), 0..8),
    ) {
        let [mut whole, mut cut, mut bytewise]: [Connection; 3] = Default::default();
        let replies = in_order(whole.receive(&stream));
        let pieces = pieces(&stream, &cuts);
        let other = pieces.iter().flat_map(|piece| cut.receive(piece)).collect();
        prop_assert_eq!(&replies, &in_order(other));
        let other = stream.chunks(1).flat_map(|byte| bytewise.receive(byte)).collect();
        prop_assert_eq!(&replies, &in_order(other));
    }

    #[test]
    fn a_reply_is_no_longer_than_what_has_arrived_allows(stream in stream()) {
        for reply in Connection::default().receive(&stream) {
            // The server's own text, and for each byte a key with its length.
            prop_assert!(reply.len() <= 1024 + 8 * stream.len(), "{} bytes", reply.len());
        }
    }

    #[test]
    fn a_reply_is_one_whole_reply(stream in stream()) {
        for reply in Connection::default().receive(&stream) {
            prop_assert_eq!(reply_length(&reply), Some(reply.len()), "{}", reply.escape_ascii());
        }
    }

    #[test]
    fn nothing_of_an_array_is_looked_at_twice(
        bulks in vec(vec(any::<u8>(), 0..12), 1..6),
        cut: Index,
    ) {
        let mut request = array(&bulks);
        let seen = 1 + cut.index(request.len() - 1);
        let mut decoder = Decoder::default();
        prop_assert_eq!(decoder.decode(&request[..seen]), Ok(None));
        spoil(&mut request, &bulks, seen);
        let decoded = decoder.decode(&request).map_err(|error| format!("{error:?}"));
        let decoded = decoded.map_err(TestCaseError::fail)?.expect("a whole request");
        let lengths = decoded.args.iter().map(|arg| arg.len());
        prop_assert_eq!(decoded.length, request.len());
        prop_assert!(lengths.eq(bulks.iter().map(Vec::len)));
    }

    #[test]
    fn a_line_is_searched_for_its_end_once(line in vec(b'a'..=b'z', 1..100), cut: Index) {
        let mut line = [&line[..], b"\n"].concat();
        let seen = 1 + cut.index(line.len() - 1);
        let mut decoder = Decoder::default();
        prop_assert_eq!(decoder.decode(&line[..seen]), Ok(None));
        line[..seen].fill(b'\n');
        let decoded = decoder.decode(&line).expect("no fault").expect("a whole request");
        prop_assert_eq!(decoded.length, line.len());
    }

    #[test]
    fn a_decoder_holds_no_more_than_what_has_arrived_allows(
        stream in stream(),
        cuts in vec(any::<Index>(), 0..8),
    ) {
        let ends: Vec<usize> = pieces(&stream, &cuts)
            .iter()
            .scan(0, |end, piece| { *end += piece.len(); Some(*end) })
            .collect();
        let info = measure(|| {
            let mut decoder = Decoder::default();
            let mut start = 0;
            for end in &ends {
                loop {
                    match decoder.decode(&stream[start..*end]) {
                        Ok(Some(request)) => start += request.length,
                        Ok(None) => break,
                        Err(_) => return,
                    }
                }
            }
        });
        let most = 1024 + 64 * stream.len() as u64;
        prop_assert!(info.bytes_max <= most, "{} bytes", info.bytes_max);
    }
}

/// Overwrites what a decoder has parsed of the first `seen` bytes of a request: all but an
/// unfinished line, which must be read again when its end arrives.
fn spoil(request: &mut [u8], bulks: &[Vec<u8>], seen: usize) {
    let mut understood = 1;
    let mut element = format!("*{}\r\n", bulks.len()).len();
    for bulk in bulks {
        let header = format!("${}\r\n", bulk.len()).len();
        if seen >= element {
            understood = element;
        }
        // The received part of an unfinished bulk is not read again, either.
        if seen >= element + header {
            understood = seen.min(element + header + bulk.len());
        }
        element += header + bulk.len() + 2;
    }
    request[1..understood].fill(b'\r');
}

/// Returns the replies with the elements of arrays sorted: Redis returns keys in no order.
pub fn in_order(mut replies: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    for reply in replies.iter_mut().filter(|reply| reply.starts_with(b"*")) {
        let header = reply_length(reply).and_then(|_| reply.iter().position(|byte| *byte == b'\n'));
        let (header, mut rest) = reply.split_at(header.expect("a whole array") + 1);
        let mut elements = Vec::new();
        while let Some((element, after)) = reply_length(rest).map(|length| rest.split_at(length)) {
            elements.push(element);
            rest = after;
        }
        elements.sort_unstable();
        *reply = [header, &elements.concat()].concat();
    }
    replies
}

/// Returns the length of the reply at the start of `bytes`, if it is complete.
pub fn reply_length(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    let line = str::from_utf8(bytes.get(1..end)?).ok();
    let number = || line?.parse::<i64>().ok();
    let after = end + 2;
    match bytes[0] {
        b'+' | b'-' => Some(after),
        b':' => number().map(|_| after),
        b'$' if number()? == -1 => Some(after),
        b'$' => {
            let body = after + usize::try_from(number()?).ok()?;
            (bytes.get(body..body + 2)? == b"\r\n").then_some(body + 2)
        }
        b'*' => (0..number()?).try_fold(after, |at, _| Some(at + reply_length(bytes.get(at..)?)?)),
        _ => None,
    }
}

//! Requests that arrive together: that they are answered as if each had come alone.

use allocation_counter::measure;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::corpus::from_echo::hostile::{config, in_order, pieces, reply_length, stream};
use crate::corpus::from_echo::request::{Connection, array, shown, words};
use crate::subject::Subject;
use crate::subject::stage::resp::Decoder;
use crate::subject::stage::whole::Batch;

/// Returns the requests at the start of `input`: the arguments of each, and where it ends.
fn decode(input: &[u8]) -> Vec<(Vec<Vec<u8>>, usize)> {
    let mut batch = Batch::default();
    batch.decode(input);
    let requests =
        batch.requests().map(|(args, end)| (args.iter().map(|arg| arg.to_vec()).collect(), end));
    let requests = Vec::from_iter(requests);
    assert_eq!((batch.len(), batch.is_empty()), (requests.len(), requests.is_empty()));
    requests
}

/// Returns these requests, one after the other.
pub fn pipeline(requests: &[&str]) -> Vec<u8> {
    requests.iter().flat_map(|request| array(&words(request))).collect()
}

#[test]
fn up_to_sixteen_requests_are_decoded_and_none_before_it_is_whole() {
    let request = array(&words("SET key value"));
    for count in [0, 1, 15, 16, 17, 40] {
        let requests = decode(&request.repeat(count));
        assert_eq!(requests.len(), count.min(16));
        for (number, (args, end)) in requests.iter().enumerate() {
            assert_eq!(args, &words("SET key value"));
            assert_eq!(*end, (number + 1) * request.len());
        }
    }
    let stream = request.repeat(3);
    for end in 0..stream.len() {
        assert_eq!(decode(&stream[..end]).len(), end / request.len(), "{end} bytes");
    }
}

#[test]
fn what_has_many_arguments_or_long_ones_is_for_the_decoder() {
    for (first, second, expected) in
        [(64, 1, 1), (63, 1, 2), (65, 1, 0), (32, 32, 2), (32, 33, 1), (1, 64, 1), (1, 63, 2)]
    {
        let requests = [first, second].map(|count| array(&vec!["x"; count]));
        assert_eq!(decode(&requests.concat()).len(), expected, "{first} and {second}");
    }
    for (length, expected) in [(9_999, 1), (65_536, 1), (65_537, 0), (1_000_000, 0)] {
        assert_eq!(decode(&array(&[vec![b'x'; length]])).len(), expected, "{length} bytes");
    }
}

#[test]
fn what_is_not_well_formed_is_for_the_decoder() {
    for input in [
        "PING\r\n",
        "\r\n",
        "*\r\n",
        "*-1\r\n",
        "*+1\r\n$1\r\nx\r\n",
        "*01\r\n$1\r\nx\r\n",
        "*1\n$1\nx\n",
        "*1\rx$1\r\nx\r\n",
        "*1\r\n$1\rxx\r\n",
        "*1\r\n$1\r\nxyz",
        "*1\r\n$\r\n\r\n",
        "*1\r\n$-1\r\n",
        "*1\r\n$00\r\n\r\n",
        "*1\r\n:1\r\n",
        "*1x\r\n$1\r\nx\r\n",
        "*99999999999999999999999\r\n",
        "*1\r\n$99999999999999999999999\r\nx\r\n",
    ] {
        assert_eq!(decode(input.as_bytes()), [], "{input:?}");
        // And all before it is not.
        let after = [&array(&["PING"]), input.as_bytes()].concat();
        assert_eq!(decode(&after).len(), 1, "{input:?}");
    }
    assert_eq!(decode(b"*0\r\n*1\r\n$0\r\n\r\n"), [(vec![], 4), (vec![vec![]], 14)]);
}

#[test]
fn a_batch_takes_no_memory() {
    let input = array(&words("SET key value")).repeat(20);
    let info = measure(|| assert_eq!(decode_only(&input), 16));
    assert_eq!(info.count_total, 0);
}

fn decode_only(input: &[u8]) -> usize {
    let mut batch = Batch::default();
    batch.decode(input);
    batch.len()
}

#[test]
fn requests_that_come_whole_do_not_take_memory_each() {
    let mut subject = Subject::default();
    subject.execute(&words("SET key value"));
    let mut session = subject.session();
    let input = pipeline(&["SET key other", "GET key", "EXISTS key nokey", "PING"].repeat(100));
    // What the buffers take is counted, and what the requests of a batch take together.
    let info = measure(|| assert!(!subject.receive(&mut session, &input).is_empty()));
    assert!(info.count_total < 100, "{} allocations for 400 requests", info.count_total);
}

#[test]
fn what_a_request_changes_holds_for_the_next() {
    for (requests, expected) in [
        (
            &["SET k 0", "SELECT 1", "GET k", "SET k 1", "SELECT 0", "GET k"][..],
            "+OK|+OK|$-1|+OK|+OK|$1|0|",
        ),
        (
            &["SET k 0", "HELLO 3", "GET nokey", "RESET", "GET nokey", "GET k"],
            "+OK|%7|$6|server|$5|redis|$7|version|$6|7.0.15|$5|proto|:3|$2|id|:1|$4|mode|$10|\
            standalone|$4|role|$6|master|$7|modules|*0|_|+RESET|$-1|$1|0|",
        ),
        (&["SET k 0", "QUIT", "SET k 1", "GET k"], "+OK|+OK|"),
        (&["SET k 0", "KEYS *", "SET k 1", "KEYS nokey", "GET k"], "+OK|*1|$1|k|+OK|*0|$1|1|"),
        (&["SET k 0 PX 1", "EXISTS k k nokey k", "STRLEN k"], "+OK|:3|:1|"),
        (
            &["NOSUCH k", "GET", "GET k k", "EXISTS", "SET k", "DBSIZE"],
            "-ERR unknown command 'NOSUCH', with args beginning with: 'k' |\
            -ERR wrong number of arguments for 'get' command|\
            -ERR wrong number of arguments for 'get' command|\
            -ERR wrong number of arguments for 'exists' command|\
            -ERR wrong number of arguments for 'set' command|:0|",
        ),
    ] {
        let mut subject = Subject::default();
        let mut session = subject.session();
        let replies = subject.receive(&mut session, &pipeline(requests));
        assert_eq!(shown(&replies).replace(r"\r\n", "|").replace(r"\'", "'"), expected);
    }
}

#[test]
fn what_comes_after_an_error_of_the_protocol_is_not_executed() {
    let (mut subject, set) = (Subject::default(), pipeline(&["SET k 1", "SET k 2"]));
    let mut session = subject.session();
    let input = [&set[..], b"*1\r\n!", &pipeline(&["SET k 3"])].concat();
    let replies = subject.receive(&mut session, &input);
    assert_eq!(
        shown(&replies),
        r"+OK\r\n+OK\r\n-ERR Protocol error: expected \'$\', got \'!\'\r\n"
    );
    assert!(session.closing && session.input.is_empty());
    assert_eq!(subject.receive(&mut session, &set), b"");
    assert_eq!(subject.execute(&[b"GET", b"k"]), b"$1\r\n2\r\n");
}

#[test]
fn requests_wait_while_too_many_replies_are_unsent() {
    const SIZE: usize = 1 << 20;
    let mut subject = Subject::default();
    subject.execute(&[b"SET", b"k", &[b'x'; SIZE]]);
    let mut session = subject.session();
    let reply = subject.execute(&[b"GET", b"k"]).len();
    let mut sent = subject.receive(&mut session, &pipeline(&["GET k"; 100])).len();
    assert_eq!(sent.div_ceil(reply), 64, "64 MiB, and what the last reply has more");
    sent += subject.receive(&mut session, b"").len();
    assert_eq!(sent, 100 * reply);
}

const SEEDS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/core/10-look-ahead/batch.seeds");

proptest! {
    #![proptest_config(config(SEEDS))]

    #[test]
    fn a_batch_is_what_the_decoder_decodes(stream in stream()) {
        let mut start = 0;
        for (args, end) in decode(&stream) {
            let mut decoder = Decoder::default();
            let request = decoder.decode(&stream[start..]).expect("no error").expect("a request");
            prop_assert_eq!(&args, &request.args);
            prop_assert_eq!(end, start + request.length);
            start = end;
        }
    }

    #[test]
    fn requests_that_come_together_are_answered_as_if_each_came_alone(
        streams in vec(stream(), 1..6),
        cuts in vec(any::<Index>(), 0..8),
    ) {
        let stream = streams.concat();
        let expected = in_order(Connection::default().receive(&stream));
        for pieces in [vec![&stream[..]], pieces(&stream, &cuts), stream.chunks(1).collect()] {
            let mut subject = Subject::default();
            let mut session = subject.session();
            let replies = pieces.iter().flat_map(|piece| subject.receive(&mut session, piece));
            prop_assert_eq!(&in_order(replies_in(&Vec::from_iter(replies))), &expected);
        }
    }
}

/// Returns the replies in what a client has received.
fn replies_in(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut replies = Vec::new();
    while let Some((reply, rest)) = reply_length(bytes).map(|length| bytes.split_at(length)) {
        replies.push(reply.to_vec());
        bytes = rest;
    }
    assert_eq!(shown(bytes), "");
    replies
}

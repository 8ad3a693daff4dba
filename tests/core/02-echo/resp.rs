//! RESP: where requests end, what breaks the protocol, and what decoding costs.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::request::{array, shown};
use crate::subject::protocol_error;
use crate::subject::stage::number;
use crate::subject::stage::resp::{Decoder, ProtocolError};

/// How long a test waits for decoding. Nothing takes nearly as long.
const PATIENCE: Duration = Duration::from_secs(30);

/// The longest line, and the most bytes of a bulk.
const LINE: usize = 65_536;
const BULK: usize = 536_870_912;

/// A request and what it is made of.
type Decoded = (Vec<Vec<u8>>, usize);

/// Returns what a new decoder finds at the start of `input`.
fn decode(input: &[u8]) -> Result<Option<Decoded>, String> {
    decode_with(&mut Decoder::default(), input)
}

fn decode_with(decoder: &mut Decoder, input: &[u8]) -> Result<Option<Decoded>, String> {
    match decoder.decode(input) {
        Ok(Some(request)) => {
            let args = request.args.iter().map(|arg| arg.to_vec()).collect();
            Ok(Some((args, request.length)))
        }
        Ok(None) => Ok(None),
        Err(error) => Err(text(error)),
    }
}

/// Returns the text of an error, without what is the same in all of them.
fn text(error: ProtocolError) -> String {
    let reply = shown(&protocol_error(error));
    let text = reply.strip_prefix("-ERR Protocol error: ").expect(&reply);
    text.strip_suffix(r"\r\n").expect(&reply).to_owned()
}

/// Returns the requests in a stream that arrives in these pieces.
fn decode_pieces<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Vec<Vec<u8>>> {
    let mut decoder = Decoder::default();
    let mut input = Vec::new();
    let mut requests = Vec::new();
    for piece in pieces {
        input.extend(piece);
        while let Some((args, length)) = decode_with(&mut decoder, &input).expect("requests") {
            input.drain(..length);
            requests.push(args);
        }
    }
    requests
}

/// Checks that each input of a table gives its error at its last byte, and not before.
fn check_errors<T: AsRef<[u8]>>(table: &[(T, &str)]) {
    for (input, expected) in table {
        let input = input.as_ref();
        let (_, start) = input.split_last().expect("no empty input");
        assert_eq!(decode(start), Ok(None), "{}", shown(start));
        assert_eq!(decode(input), Err((*expected).to_owned()), "{}", shown(input));
        // What is there already is not forgotten.
        let mut decoder = Decoder::default();
        assert_eq!(decode_with(&mut decoder, start), Ok(None), "{}", shown(start));
        let error = decode_with(&mut decoder, input);
        assert_eq!(error, Err((*expected).to_owned()), "{}", shown(input));
    }
}

/// Runs `work` to its end. Nothing here takes more than a second or two; code that examines the
/// same bytes again and again takes far longer than this test waits.
fn in_time(work: impl FnOnce() + Send + 'static) {
    let (sender, receiver) = mpsc::channel();
    let worker = thread::spawn(move || {
        work();
        // No receiver: it has stopped waiting, and has said so.
        let _ = sender.send(());
    });
    match receiver.recv_timeout(PATIENCE) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("still at work after {PATIENCE:?}"),
        Ok(()) | Err(mpsc::RecvTimeoutError::Disconnected) => worker.join().expect("no panic"),
    }
}

#[test]
fn a_request_is_decoded_at_its_last_byte_and_not_before() {
    let table: &[(&[u8], &[&[u8]])] = &[
        (b"*1\r\n$4\r\nPING\r\n", &[b"PING"]),
        (b"*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n", &[b"ECHO", b"hi"]),
        (b"*3\r\n$0\r\n\r\n$1\r\n\0\r\n$2\r\n\xff\xfe\r\n", &[b"", b"\0", b"\xff\xfe"]),
        (
            b"*2\r\n$2\r\n\r\n\r\n$14\r\n*1\r\n$4\r\nPING\r\n\r\n",
            &[b"\r\n", b"*1\r\n$4\r\nPING\r\n"],
        ),
        (b"*1\r\n$12\r\ntwelve bytes\r\n", &[b"twelve bytes"]),
        (b"PING\r\n", &[b"PING"]),
        (b"PING\n", &[b"PING"]),
        (b"ECHO \"hello world\" 'a b' \"\"\r\n", &[b"ECHO", b"hello world", b"a b", b""]),
        (b" *1\r\n", &[b"*1"]),
        (b"$4\r\n", &[b"$4"]),
        (b"PING\rx\r\r\n", &[b"PING", b"x"]),
    ];
    for (input, args) in table {
        let args: Vec<Vec<u8>> = args.iter().map(|arg| arg.to_vec()).collect();
        let mut decoder = Decoder::default();
        for end in 0..input.len() {
            assert_eq!(decode_with(&mut decoder, &input[..end]), Ok(None), "{}", shown(input));
            assert_eq!(decode(&input[..end]), Ok(None), "{}", shown(&input[..end]));
        }
        let expected = Ok(Some((args, input.len())));
        assert_eq!(decode_with(&mut decoder, input), expected, "{}", shown(input));
        // What follows is another request's.
        for follower in [&b"*"[..], b"\n", b"\0", b"PING\r\n", b"*1\r\n$4\r\nPING\r\n"] {
            assert_eq!(decode(&[*input, follower].concat()), expected, "{}", shown(input));
        }
    }
}

#[test]
fn requests_may_be_cut_anywhere() {
    let stream = b"PING\r\n*2\r\n$4\r\nECHO\r\n$4\r\n\r\n\"*\r\n\r\n*0\r\nECHO \"a\\x00b\"\n\
        *-1\r\n*1\r\n$0\r\n\r\n*3\r\n$1\r\n*\r\n$2\r\n$1\r\n$3\r\n123\r\nPING\n";
    let expected: [&[&[u8]]; 9] = [
        &[b"PING"],
        &[b"ECHO", b"\r\n\"*"],
        &[],
        &[],
        &[b"ECHO", b"a\0b"],
        &[],
        &[b""],
        &[b"*", b"$1", b"123"],
        &[b"PING"],
    ];
    let whole = decode_pieces([&stream[..]]);
    assert_eq!(whole, expected.map(|args| args.iter().map(|arg| arg.to_vec()).collect::<Vec<_>>()));
    assert_eq!(decode_pieces(stream.chunks(1)), whole, "byte by byte");
    for first in 0..=stream.len() {
        let (start, rest) = stream.split_at(first);
        for second in 0..=rest.len() {
            let (middle, end) = rest.split_at(second);
            let requests = decode_pieces([start, middle, end]);
            assert_eq!(requests, whole, "cut at {first} and {}", first + second);
        }
    }
}

#[test]
fn what_redis_skips_is_a_request_without_arguments() {
    for input in [
        "\n",
        "\r\n",
        "   \r\n",
        "\r\r\n",
        "\t\x0b\x0c\n",
        "*0\r\n",
        "*-1\r\n",
        "*-5\r\n",
        "*-2147483649\r\n",
        "*-9223372036854775808\r\n",
    ] {
        let expected = Ok(Some((Vec::new(), input.len())));
        assert_eq!(decode(input.as_bytes()), expected, "{input:?}");
        assert_eq!(decode(&[input, "PING\r\n"].concat().into_bytes()), expected, "{input:?}");
    }
}

#[test]
fn the_byte_after_a_carriage_return_may_be_any() {
    for byte in 0..=u8::MAX {
        let input = [b"*1\r", &[byte][..], b"$4\r", &[byte], b"PING\r\n"].concat();
        let expected = Ok(Some((vec![b"PING".to_vec()], input.len())));
        assert_eq!(decode(&input), expected, "{byte:#04x}");
    }
}

#[test]
fn the_two_bytes_after_a_bulk_may_be_any() {
    for byte in 0..=u8::MAX {
        for end in [[byte, b'\n'], [b'\r', byte], [byte, byte]] {
            let input = [b"*2\r\n$4\r\nECHO", &end[..], b"$2\r\nhi", &end].concat();
            let expected = Ok(Some((vec![b"ECHO".to_vec(), b"hi".to_vec()], input.len())));
            assert_eq!(decode(&input), expected, "{end:?}");
        }
    }
}

#[test]
fn a_count_is_written_in_one_way_only() {
    let counts = [
        "",
        "+1",
        "01",
        "001",
        "-0",
        "00",
        "-05",
        " 1",
        "1 ",
        "\t1",
        "1x",
        "x",
        "1.0",
        "0x1",
        "-",
        "--1",
        "1-",
        "1\n$4",
        "2147483648",
        "4294967297",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551617",
        "-9223372036854775809",
        "\u{661}",
        "11111111111111111111",
    ];
    let table = counts.map(|count| (format!("*{count}\r\n"), "invalid multibulk length"));
    check_errors(&table);
    check_errors(&[(b"*x\r ", "invalid multibulk length"), (b"*x\rx", "invalid multibulk length")]);
}

#[test]
fn the_length_of_a_bulk_is_written_in_one_way_only() {
    let lengths = [
        "",
        "+4",
        "04",
        "004",
        "-1",
        "-0",
        "-4",
        "00",
        " 4",
        "4 ",
        "4x",
        "x",
        "0x4",
        "4.0",
        "4\nPING",
        "4PING",
        "536870913",
        "2147483648",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "\u{664}",
    ];
    let table = lengths.map(|length| (format!("*1\r\n${length}\r\n"), "invalid bulk length"));
    check_errors(&table);
    let table =
        lengths.map(|length| (format!("*2\r\n$4\r\nECHO\r\n${length}\r\n"), "invalid bulk length"));
    check_errors(&table);
}

#[test]
fn every_word_of_an_array_is_a_bulk() {
    for byte in (1..=u8::MAX).filter(|byte| !b"$\r\n'\"\\".contains(byte)) {
        let input = [b"*1\r\n", &[byte][..], b"4\r\n"].concat();
        let expected = format!("expected \\'$\\', got \\'{}\\'", byte.escape_ascii());
        check_errors(&[(input, expected.as_str())]);
    }
    check_errors(&[
        // Line ends are shown as spaces.
        (&b"*1\r\n\r\n"[..], r"expected \'$\', got \' \'"),
        (b"*1\r\n\n\r\n", r"expected \'$\', got \' \'"),
        (b"*1\r\n'\r\n", r"expected \'$\', got \'\'\'"),
        (b"*1\r\n\"\r\n", r#"expected \'$\', got \'\"\'"#),
        (b"*1\r\n\\\r\n", r"expected \'$\', got \'\\\'"),
        (b"*1\r\n\xc5\xbe\r\n", r"expected \'$\', got \'\xc5\'"),
        (b"*2\r\n$4\r\nPING\r\nPING\r\n", r"expected \'$\', got \'P\'"),
        (b"*2\r\n$4\r\nPING\r\n*\r\n", r"expected \'$\', got \'*\'"),
    ]);
}

#[test]
fn quotes_that_do_not_match_break_the_protocol() {
    check_errors(&[
        (&b"ECHO \"abc\n"[..], "unbalanced quotes in request"),
        (b"ECHO 'abc\r\n", "unbalanced quotes in request"),
        (b"ECHO \"a\"b\r\n", "unbalanced quotes in request"),
        (b"\"\r\n", "unbalanced quotes in request"),
    ]);
}

#[test]
fn an_error_waits_for_its_request() {
    let mut decoder = Decoder::default();
    let mut input = b"PING\r\n*1\r\n$4\r\nPING\r\n*x\r\n".to_vec();
    for length in [6, 14] {
        let (_, taken) =
            decode_with(&mut decoder, &input).expect("a request").expect("a whole one");
        assert_eq!(taken, length);
        input.drain(..taken);
    }
    assert_eq!(decode_with(&mut decoder, &input), Err("invalid multibulk length".to_owned()));
}

#[test]
fn a_line_may_be_64_kib_long() {
    let line = vec![b'x'; LINE];
    assert_eq!(decode(&line), Ok(None));
    let whole = [&line, &b"\n"[..]].concat();
    assert_eq!(decode(&whole), Ok(Some((vec![line.clone()], LINE + 1))));
    // A carriage return is a part of the line until the line feed has come.
    let short = [&line[1..], b"\r\n"].concat();
    assert_eq!(decode(&short), Ok(Some((vec![line[1..].to_vec()], LINE + 1))));

    let error = Err("too big inline request".to_owned());
    for end in [&b"x"[..], b"x\n", b"x\r\n", b"\r\n", b"\0", b"\0\n"] {
        assert_eq!(decode(&[&line, end].concat()), error, "{}", shown(end));
        let mut decoder = Decoder::default();
        assert_eq!(decode_with(&mut decoder, &line), Ok(None));
        assert_eq!(decode_with(&mut decoder, &[&line, end].concat()), error, "{}", shown(end));
    }
    // Only the line that never ends is too long, not what has arrived in all.
    let stream = b"PING\r\n".repeat(LINE);
    assert_eq!(decode(&stream), Ok(Some((vec![b"PING".to_vec()], 6))));
}

#[test]
fn a_header_may_be_64_kib_long() {
    for (start, first, refused, invalid) in [
        ("", '*', "too big mbulk count string", "invalid multibulk length"),
        ("*1\r\n", '$', "too big bulk count string", "invalid bulk length"),
        ("*1\r\n", 'x', "too big bulk count string", r"expected \'$\', got \'x\'"),
        ("*2\r\n$4\r\nECHO\r\n", '$', "too big bulk count string", "invalid bulk length"),
    ] {
        let header = format!("{start}{first}{}", "1".repeat(LINE - 1));
        assert_eq!(decode(header.as_bytes()), Ok(None), "{first}");
        assert_eq!(decode(format!("{header}\r").as_bytes()), Ok(None), "{first}");
        assert_eq!(decode(format!("{header}\r\n").as_bytes()), Err(invalid.to_owned()), "{first}");
        for end in ["1", "\n", "1\r", "1\r\n", "\0", "\0\r\n"] {
            let error = decode(format!("{header}{end}").as_bytes());
            assert_eq!(error, Err(refused.to_owned()), "{first} {end:?}");
        }
    }
}

#[test]
fn a_zero_byte_hides_the_end_of_its_line() {
    for (start, too_long) in [
        ("PI\0NG\r\n", "too big inline request"),
        ("\0\r\n", "too big inline request"),
        ("PING\0\n", "too big inline request"),
        ("ECHO \"a\0b\"\r\n", "too big inline request"),
        ("*1\0\r\n$4\r\nPING\r\n", "too big mbulk count string"),
        ("*\x001\r\n$4\r\nPING\r\n", "too big mbulk count string"),
    ] {
        let mut input = start.as_bytes().to_vec();
        let mut decoder = Decoder::default();
        assert_eq!(decode_with(&mut decoder, &input), Ok(None), "{start:?}");
        input.resize(LINE, b'\n');
        assert_eq!(decode_with(&mut decoder, &input), Ok(None), "{start:?}");
        assert_eq!(decode(&input), Ok(None), "{start:?}");
        input.push(b'\n');
        assert_eq!(decode_with(&mut decoder, &input), Err(too_long.to_owned()), "{start:?}");
        assert_eq!(decode(&input), Err(too_long.to_owned()), "{start:?}");
    }
    for start in ["$4\0\r\nPING\r\n", "\0$4\r\n", "\0\r\n", "$\0"] {
        let mut input = format!("*1\r\n{start}").into_bytes();
        input.resize("*1\r\n".len() + LINE, b'\r');
        assert_eq!(decode(&input), Ok(None), "{start:?}");
        input.push(b'\r');
        assert_eq!(decode(&input), Err("too big bulk count string".to_owned()), "{start:?}");
    }
    // After the end of its line, or in a bulk, it hides nothing.
    assert_eq!(decode(b"PING\r\n\0"), Ok(Some((vec![b"PING".to_vec()], 6))));
    assert_eq!(decode(b"*1\r\n$1\r\n\0\r\n"), Ok(Some((vec![b"\0".to_vec()], 11))));
}

#[test]
fn a_bulk_may_be_512_mib_long() {
    let header = format!("*1\r\n${BULK}\r\n");
    // Zeros that are never read take no memory.
    let mut input = vec![0; header.len() + BULK + 2];
    input[..header.len()].copy_from_slice(header.as_bytes());
    let mut decoder = Decoder::default();
    for missing in [BULK + 2, BULK, 2, 1] {
        let arrived = &input[..input.len() - missing];
        assert_eq!(decoder.decode(arrived), Ok(None), "{missing} bytes are missing");
    }
    let request = decoder.decode(&input).expect("a request").expect("a whole one");
    assert_eq!(request.length, input.len());
    assert_eq!(request.args.iter().map(|arg| arg.len()).collect::<Vec<_>>(), [BULK]);
}

#[test]
fn a_count_may_be_two_billion() {
    for input in
        ["*2147483647\r\n", "*2147483647\r\n$4\r\nPING\r\n", "*2147483647\r\n$536870912\r\n"]
    {
        assert_eq!(decode(input.as_bytes()), Ok(None), "{input:?}");
    }
}

#[test]
fn an_integer_is_written_in_one_way_only() {
    for (text, number) in [
        ("0", 0),
        ("1", 1),
        ("-1", -1),
        ("9", 9),
        ("10", 10),
        ("-10", -10),
        ("1234567890", 1_234_567_890),
        ("9223372036854775807", i64::MAX),
        ("-9223372036854775807", -i64::MAX),
        ("-9223372036854775808", i64::MIN),
    ] {
        assert_eq!(number::parse(text.as_bytes()), Some(number), "{text:?}");
    }
    for text in [
        "",
        "-",
        "+",
        "+5",
        "-0",
        "00",
        "007",
        "-05",
        " 5",
        "5 ",
        "\t5",
        "5\n",
        "5\0",
        "5.0",
        "5e3",
        "--5",
        "0x10",
        "5a",
        "a5",
        "/",
        ":",
        "-/",
        "1:",
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "99999999999999999999999999",
        "\u{665}",
    ] {
        assert_eq!(number::parse(text.as_bytes()), None, "{text:?}");
    }
    assert_eq!(number::parse(b"5\xff"), None);
}

#[test]
fn a_slow_array_of_many_bulks_is_not_looked_at_again() {
    in_time(|| {
        let request = array(&["x"; 100_000]);
        let mut decoder = Decoder::default();
        for end in 0..request.len() {
            assert_eq!(decoder.decode(&request[..end]), Ok(None));
        }
        let request = decoder.decode(&request).expect("a request").expect("a whole one");
        assert_eq!(request.args.len(), 100_000);
    });
}

#[test]
fn a_slow_bulk_is_not_looked_at_again() {
    in_time(|| {
        let request = array(&[vec![b'\r'; 1_000_000]]);
        let mut decoder = Decoder::default();
        for end in 0..request.len() {
            assert_eq!(decoder.decode(&request[..end]), Ok(None));
        }
        assert!(decoder.decode(&request).expect("a request").is_some());
    });
}

#[test]
fn a_slow_line_is_not_looked_at_again() {
    in_time(|| {
        for start in ["x", "*1", "*1\r\n$1"] {
            let mut line = start.as_bytes().to_vec();
            line.resize(LINE, b'1');
            for _ in 0..10 {
                let mut decoder = Decoder::default();
                for end in 0..=line.len() {
                    assert_eq!(decoder.decode(&line[..end]), Ok(None));
                }
            }
        }
    });
}

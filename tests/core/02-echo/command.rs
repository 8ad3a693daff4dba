//! Commands: their names, how many arguments they take, and the error for an unknown one.

use super::request::{shown, words};
use crate::subject::Subject;

/// Returns the reply to a request, in printable form.
fn reply(args: &[&[u8]]) -> String {
    shown(&Subject::default().execute(args))
}

/// Returns what an error quotes of the arguments of an unknown command.
fn quoted(args: &[&[u8]]) -> String {
    let reply = reply(&[&[&b"NOSUCH"[..]], args].concat());
    let text = reply.strip_prefix("-ERR unknown command \\'NOSUCH\\', with args beginning with: ");
    let text = text.and_then(|text| text.strip_suffix("\\r\\n")).expect(&reply);
    text.replace("\\'", "'")
}

#[test]
fn the_letter_case_of_a_name_does_not_matter() {
    for name in ["PING", "ping", "pInG"] {
        assert_eq!(reply(&words(name)), r"+PONG\r\n", "{name}");
    }
    for name in ["ECHO hi", "echo hi", "eChO hi"] {
        assert_eq!(reply(&words(name)), r"$2\r\nhi\r\n", "{name}");
    }
}

#[test]
fn a_message_comes_back_as_it_was_sent() {
    for name in [&b"PING"[..], b"ECHO"] {
        for (message, expected) in [
            (&b""[..], r"$0\r\n\r\n"),
            (b"hello", r"$5\r\nhello\r\n"),
            (b"a\r\nb\0\xff", r"$6\r\na\r\nb\x00\xff\r\n"),
        ] {
            assert_eq!(reply(&[name, message]), expected);
        }
    }
}

#[test]
fn ping_and_echo_count_their_arguments() {
    for (request, name) in [
        ("PING a b", "ping"),
        ("pInG a b", "ping"),
        ("PING a b c", "ping"),
        ("ECHO", "echo"),
        ("eChO", "echo"),
        ("ECHO a b", "echo"),
    ] {
        let expected = format!(r"-ERR wrong number of arguments for \'{name}\' command\r\n");
        assert_eq!(reply(&words(request)), expected, "{request}");
    }
}

#[test]
fn a_name_is_the_whole_of_its_bulk() {
    for name in ["PIN", "PINGS", "PING ", " PING", "", "ECHOPING"] {
        let expected = format!(r"-ERR unknown command \'{name}\', with args beginning with: \r\n");
        assert_eq!(reply(&[name.as_bytes()]), expected);
    }
    assert_eq!(
        reply(&[b"PING\0x"]),
        r"-ERR unknown command \'PING\', with args beginning with: \r\n"
    );
}

#[test]
fn an_unknown_command_is_quoted_as_it_was_typed() {
    for (args, name, quoted) in [
        (&[&b"NoSuch"[..], b"a"][..], "NoSuch", r"\'a\' "),
        (&[b"nosuch", b"a", b"b"], "nosuch", r"\'a\' \'b\' "),
        (&[b"NOSUCH", b"", b""], "NOSUCH", r"\'\' \'\' "),
        (&[b"", b"x"], "", r"\'x\' "),
        (&[b"NO\r\nSUCH", b"a\r\nb"], "NO  SUCH", r"\'a  b\' "),
        (&[b"NO\0SUCH", b"a\0b", b"c"], "NO", r"\'a\' \'c\' "),
        (&[b"\0", b"\0"], "", r"\'\' "),
        (&[b"NO\xffSUCH", b"\xfe"], r"NO\xffSUCH", r"\'\xfe\' "),
        (&[b"NO'SUCH", b"'"], r"NO\'SUCH", r"\'\'\' "),
        (&[b"NO%sSUCH", b"%n%d"], "NO%sSUCH", r"\'%n%d\' "),
    ] {
        let expected =
            format!(r"-ERR unknown command \'{name}\', with args beginning with: {quoted}\r\n");
        assert_eq!(reply(args), expected);
    }
}

#[test]
fn an_unknown_name_is_cut_after_128_bytes() {
    for (length, printed) in [(127, 127), (128, 128), (129, 128), (1000, 128), (100_000, 128)] {
        let expected = "N".repeat(printed);
        let expected =
            format!(r"-ERR unknown command \'{expected}\', with args beginning with: \'a\' \r\n");
        assert_eq!(reply(&["N".repeat(length).as_bytes(), b"a"]), expected, "{length} bytes");
    }
    // The cut ignores character boundaries, and what follows a zero byte.
    for (name, printed) in [
        (
            ["N".repeat(127).as_bytes(), "ž".as_bytes()].concat(),
            format!(r"{}\xc5", "N".repeat(127)),
        ),
        (["N".repeat(127).as_bytes(), b"\0NN"].concat(), "N".repeat(127)),
        (["N".repeat(128).as_bytes(), b"\0NN"].concat(), "N".repeat(128)),
    ] {
        let expected =
            format!(r"-ERR unknown command \'{printed}\', with args beginning with: \r\n");
        assert_eq!(reply(&[&name]), expected);
    }
}

#[test]
fn an_unknown_commands_arguments_are_cut_after_128_bytes_in_all() {
    for (length, printed) in [(124, 124), (127, 127), (128, 128), (129, 128), (100_000, 128)] {
        let expected = format!("'{}' ", "x".repeat(printed));
        assert_eq!(quoted(&["x".repeat(length).as_bytes()]), expected, "{length} bytes");
    }
    // The quotes and spaces around those before it count, its own do not.
    for (length, second, rest) in [
        (121, "abcdef", "'abcd' "),
        (122, "abcdef", "'abc' "),
        (123, "abcdef", "'ab' "),
        (124, "abcdef", "'a' "),
        (125, "abcdef", ""),
        (126, "abcdef", ""),
        (121, "", "'' 'g' "),
        (122, "", "'' "),
        (124, "", "'' "),
        (125, "", ""),
    ] {
        let first = "x".repeat(length);
        let expected = format!("'{first}' {rest}");
        assert_eq!(quoted(&[first.as_bytes(), second.as_bytes(), b"gh"]), expected, "{length}");
    }
    assert_eq!(quoted(&[&b"a"[..]; 50]), "'a' ".repeat(32));
    assert_eq!(quoted(&[&b""[..]; 50]), "'' ".repeat(43));
    assert_eq!(quoted(&[&b"ab"[..]; 200]), "'ab' ".repeat(26));
    assert_eq!(quoted(&[["abc\0", &"d".repeat(200)].concat().as_bytes(), b"g"]), "'abc' 'g' ");
    let cut = ["x".repeat(127).as_bytes(), "ž".as_bytes()].concat();
    assert_eq!(quoted(&[&cut, b"g"]), format!(r"'{}\xc5' ", "x".repeat(127)));
}

//! Inline requests: how a line falls into words.

use stage_08::inline::split;

use crate::request::shown;

/// Holds every line of a table to its words.
fn check(table: &[(&[u8], &[&[u8]])]) {
    for (line, expected) in table {
        let expected: Vec<Vec<u8>> = expected.iter().map(|word| word.to_vec()).collect();
        assert_eq!(split(line), Some(expected), "{}", shown(line));
    }
}

#[test]
fn words_stand_between_blanks() {
    check(&[
        (b"", &[]),
        (b"PING", &[b"PING"]),
        (b"ECHO hi", &[b"ECHO", b"hi"]),
        (b"  PING  ", &[b"PING"]),
        (b"\tPING\t", &[b"PING"]),
        (b" \t\n\x0b\x0c\r ", &[]),
        (b"a b\tc\nd\re", &[b"a", b"b", b"c", b"d", b"e"]),
        (b"PING\r\r", &[b"PING"]),
        (b"\rPING", &[b"PING"]),
        (b"ECHO \xff\xfe", &[b"ECHO", b"\xff\xfe"]),
        (b"a\0b \0", &[b"a\0b", b"\0"]),
        (b"a\x07b", &[b"a\x07b"]),
        (b"\x08a \x0ea", &[b"\x08a", b"\x0ea"]),
        (b"\xc2\xa0a\x85b", &[b"\xc2\xa0a\x85b"]),
    ]);
}

#[test]
fn a_vertical_tab_or_form_feed_separates_words_but_ends_none() {
    check(&[
        (b"\x0bPING", &[b"PING"]),
        (b"\x0cPING", &[b"PING"]),
        (b"PING\x0b", &[b"PING\x0b"]),
        (b"PING\x0c", &[b"PING\x0c"]),
        (b"PING\x0bx", &[b"PING\x0bx"]),
        (b"PING \x0b x", &[b"PING", b"x"]),
        (b"PING \x0b\x0cx", &[b"PING", b"x"]),
        (b"\"PING\"\x0b", &[b"PING"]),
        (b"\"PING\"\x0bx", &[b"PING", b"x"]),
        (b"'PING'\x0cx", &[b"PING", b"x"]),
    ]);
}

#[test]
fn quotes_keep_blanks() {
    check(&[
        (br#"ECHO "hello world""#, &[b"ECHO", b"hello world"]),
        (b"ECHO 'hello\tworld'", &[b"ECHO", b"hello\tworld"]),
        (b"ECHO \"a\rb\nc\"", &[b"ECHO", b"a\rb\nc"]),
        (br#"ECHO "it's""#, &[b"ECHO", b"it's"]),
        (br#"ECHO 'say "hi"' "#, &[b"ECHO", br#"say "hi""#]),
        (br#"ECHO "" '' x"#, &[b"ECHO", b"", b"", b"x"]),
        (br#""""#, &[b""]),
        (br#""PING""#, &[b"PING"]),
    ]);
}

#[test]
fn a_quote_may_open_in_the_middle_of_a_word_and_ends_it() {
    check(&[
        (br#"ECHO he"llo wor""#, &[b"ECHO", b"hello wor"]),
        (b"ECHO a'b c'", &[b"ECHO", b"ab c"]),
        (br#"P"ING""#, &[b"PING"]),
        (br#"a"" b''"#, &[b"a", b"b"]),
    ]);
}

#[test]
fn double_quotes_know_escapes() {
    check(&[
        (br#""\x41\x7a\x00\xff""#, &[b"Az\x00\xff"]),
        (br#""\xAf\xaF\xAA\x99""#, &[b"\xaf\xaf\xaa\x99"]),
        (br#""\n\r\t\a\b""#, &[b"\n\r\t\x07\x08"]),
        (br#""\c\q\0\v\f\e""#, &[b"cq0vfe"]),
        (br#""\"\\\'""#, &[br#""\'"#]),
        (br#""\x4""#, &[b"x4"]),
        (br#""\x""#, &[b"x"]),
        (br#""\xg1\x1g\x/0\x:0\x@a\x`a\x0G""#, &[b"xg1x1gx/0x:0x@ax`ax0G"]),
        (br#""\X41""#, &[b"X41"]),
        (br#""abc\\""#, &[br"abc\"]),
    ]);
}

#[test]
fn single_quotes_know_one_escape_only() {
    check(&[
        (br"'it\'s'", &[b"it's"]),
        (br"'a\nb\x41'", &[br"a\nb\x41"]),
        (br"'a\\' b'", &[br"a\' b"]),
        (br"'a\b'", &[br"a\b"]),
    ]);
}

#[test]
fn outside_of_quotes_a_backslash_is_a_byte_like_any_other() {
    check(&[
        (br"a\nb", &[br"a\nb"]),
        (br"\x41", &[br"\x41"]),
        (br"a\ b", &[br"a\", b"b"]),
        (br"\", &[br"\"]),
    ]);
}

#[test]
fn quotes_that_do_not_match_make_no_words() {
    let lines: &[&[u8]] = &[
        br#"""#,
        b"'",
        br#"ECHO ""#,
        br#"ECHO "abc"#,
        b"ECHO 'abc",
        br#"ECHO "abc\""#,
        br#"ECHO "abc\"#,
        br#"ECHO "abc\x"#,
        br#"ECHO "abc\x4"#,
        br"ECHO 'abc\'",
        br"ECHO 'abc\",
        br"ECHO 'a\\'",
        br#"ECHO "abc'"#,
        br#"ECHO ab"c"#,
        br#"ECHO "a" b"c"#,
        // A closing quote must end its word.
        br#"ECHO "a"b"#,
        br#"ECHO "a""b""#,
        b"ECHO 'a'b",
        br#"ECHO ""a"#,
        br#"ECHO he"llo wor"ld"#,
        br#""P"ING"#,
        b"'a'\x08",
        b"'a'\x0e",
        b"'a'\0",
        b"'a'\x85",
        b"'a'\xa0",
    ];
    for line in lines {
        assert_eq!(split(line), None, "{}", shown(line));
    }
}

//! Inline requests: how a line is split into arguments, and random lines against a slow reader.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::hostile::config;
use super::request::shown;
use crate::subject::stage::inline::split;

/// Checks the arguments of every line of a table.
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
        // A closing quote must end its argument.
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

/// Where a slow reader is.
#[derive(Clone, Copy)]
enum Place {
    Between,
    Bare,
    Quoted(u8),
    BehindQuote,
}

/// Reads a line byte by byte, with no state but where it is.
fn split_slowly(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let is_blank = |byte: u8| b" \t\n\x0b\x0c\r".contains(&byte);
    let (mut words, mut word) = (Vec::new(), Vec::new());
    let mut place = Place::Between;
    let mut at = 0;
    while at < line.len() {
        let byte = line[at];
        let two = line.get(at..at + 2).unwrap_or_default();
        let digits = line.get(at + 2..at + 4).and_then(|two| str::from_utf8(two).ok());
        let digits = digits.filter(|two| two.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let code = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        let mut length = 1;
        match place {
            Place::Between if is_blank(byte) => {}
            Place::Between => {
                place = Place::Bare;
                length = 0;
            }
            Place::Bare if b" \t\n\r".contains(&byte) => {
                words.push(std::mem::take(&mut word));
                place = Place::Between;
            }
            Place::Bare if byte == b'"' || byte == b'\'' => place = Place::Quoted(byte),
            Place::Bare => word.push(byte),
            Place::Quoted(quote) if byte == quote => place = Place::BehindQuote,
            Place::Quoted(b'"') if two == b"\\x" && code.is_some() => {
                word.extend(code);
                length = 4;
            }
            Place::Quoted(b'"') if byte == b'\\' && two.len() == 2 => {
                let named = b"nrtba".iter().position(|name| *name == two[1]);
                word.push(named.map_or(two[1], |named| b"\n\r\t\x08\x07"[named]));
                length = 2;
            }
            Place::Quoted(b'\'') if two == b"\\'" => {
                word.push(b'\'');
                length = 2;
            }
            Place::Quoted(_) => word.push(byte),
            Place::BehindQuote if is_blank(byte) => {
                words.push(std::mem::take(&mut word));
                place = Place::Between;
            }
            Place::BehindQuote => return None,
        }
        at += length;
    }
    match place {
        Place::Between => {}
        Place::Quoted(_) => return None,
        Place::Bare | Place::BehindQuote => words.push(word),
    }
    Some(words)
}

/// What matters in a line, some of it whole, and a few bytes that do not.
fn odd_line() -> impl Strategy<Value = Vec<u8>> {
    let odd = select(b"\"\"''\\\\xn4aF0g \t\r\n\x0b\x0c\x00\xff".to_vec());
    let escape = select(&b"nrtbaxvf0'\"\\"[..]).prop_map(|letter| vec![b'\\', letter]);
    let code = any::<u8>().prop_map(|byte| format!("\\x{byte:02x}").into_bytes());
    let piece = prop_oneof![
        8 => odd.prop_map(|byte| vec![byte]),
        2 => escape,
        1 => code,
        1 => any::<u8>().prop_map(|byte| vec![byte]),
    ];
    // Half of the lines begin in quotes, where more is special.
    let start = select(&["", "", "\"", "'"][..]);
    (start, vec(piece, 0..16)).prop_map(|(start, line)| [start.as_bytes(), &line.concat()].concat())
}

/// Returns an argument as a person may type it: in double quotes, in single ones, or as it is.
fn typed(word: &[u8], style: u8) -> Vec<u8> {
    let is_bare = !word.is_empty() && word.iter().all(|byte| byte.is_ascii_alphanumeric());
    let ends_oddly = word.contains(&b'\\');
    let escaped = |byte: &u8| match byte {
        b'"' | b'\\' => vec![b'\\', *byte],
        b'a'..=b'z' | b' ' => vec![*byte],
        _ => format!("\\x{byte:02x}").into_bytes(),
    };
    match style {
        0 if is_bare => word.to_vec(),
        1 if !ends_oddly => {
            let inner = word.iter().flat_map(|byte| match byte {
                b'\'' => b"\\'".to_vec(),
                _ => vec![*byte],
            });
            [b"'".to_vec(), inner.collect(), b"'".to_vec()].concat()
        }
        _ => {
            let inner = word.iter().flat_map(escaped).collect();
            [b"\"".to_vec(), inner, b"\"".to_vec()].concat()
        }
    }
}

const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/core/02-echo/inline.seeds");

proptest! {
    #![proptest_config(config(SEEDS))]

    #[test]
    fn random_lines_fall_into_the_words_that_a_slow_reader_reads(line in odd_line()) {
        prop_assert_eq!(split(&line), split_slowly(&line), "{}", shown(&line));
    }

    #[test]
    fn words_come_back_however_they_are_quoted(
        words in vec((vec(any::<u8>(), 0..8), 0..3_u8), 0..6),
    ) {
        let line: Vec<_> = words.iter().map(|(word, style)| typed(word, *style)).collect();
        let line = line.join(&b' ');
        let words: Vec<_> = words.into_iter().map(|(word, _)| word).collect();
        prop_assert_eq!(split(&line), Some(words), "{}", shown(&line));
    }
}

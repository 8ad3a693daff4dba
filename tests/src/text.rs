//! Words as one types them in redis-cli: its quoting, our placeholders, and the way back.

use std::collections::BTreeMap;

/// More than this is a slip of the pen, not a test.
const MAX_TEXT: usize = 1 << 30;

/// One word of a line: bytes, some of which are known only when it is played.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Bytes(Vec<u8>),
    Repeat(Vec<u8>, usize),
    Port,
    Dir,
    Now { unit_ms: i64, offset: i64 },
}

/// What the placeholders stand for while a transcript is played.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The server's port, for `{port}`.
    pub port: u16,
    /// The server's working directory, for `{dir}`; empty where it is not known.
    pub dir: String,
    /// What was kept with `@as`, by name.
    pub kept: BTreeMap<String, String>,
}

impl Place {
    /// Returns the placeholder of the name under which this very text was kept, if it was.
    #[must_use]
    pub fn kept_as(&self, text: &str) -> Option<String> {
        let name = self.kept.iter().find(|(_, kept)| *kept == text).map(|(name, _)| name)?;
        Some(format!("{{{name}}}"))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quote {
    None,
    Single,
    Double,
}

impl Text {
    /// Returns the bytes that the word stands for at `now_ms` (Unix milliseconds).
    #[must_use]
    pub fn expand(&self, place: &Place, now_ms: i64) -> Vec<u8> {
        let mut bytes = Vec::new();
        for piece in &self.0 {
            match piece {
                Piece::Bytes(literal) => bytes.extend(with_kept(literal, place)),
                Piece::Repeat(body, times) => bytes.extend(body.repeat(*times)),
                Piece::Port => bytes.extend(place.port.to_string().bytes()),
                Piece::Dir => bytes.extend(place.dir.bytes()),
                Piece::Now { unit_ms, offset } => {
                    bytes.extend((now_ms / unit_ms + offset).to_string().bytes());
                }
            }
        }
        bytes
    }

    /// Returns the word if it holds no placeholder and is UTF-8, as a directive's argument must.
    #[must_use]
    pub fn literal(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Piece::Bytes(bytes)] => str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// Whether it is nothing but a moment, such as `{now+5}`.
    #[must_use]
    pub fn is_moment(&self) -> bool {
        matches!(self.0.as_slice(), [Piece::Now { .. }])
    }

    /// Joins several words into one, with nothing between them.
    #[must_use]
    pub fn concat(words: &[Self]) -> Self {
        let mut joined = Self::default();
        for piece in words.iter().flat_map(|word| &word.0) {
            match piece {
                Piece::Bytes(bytes) => bytes.iter().for_each(|&byte| joined.push(byte)),
                other => joined.0.push(other.clone()),
            }
        }
        joined
    }

    fn push(&mut self, byte: u8) {
        if let Some(Piece::Bytes(bytes)) = self.0.last_mut() {
            bytes.push(byte);
        } else {
            self.0.push(Piece::Bytes(vec![byte]));
        }
    }
}

/// Puts what was kept in the place of its name in braces. Other braces are only braces.
fn with_kept(literal: &[u8], place: &Place) -> Vec<u8> {
    if place.kept.is_empty() {
        return literal.to_vec();
    }
    let mut bytes = Vec::with_capacity(literal.len());
    let mut rest = literal;
    while let Some(first) = rest.first() {
        let kept = place.kept.iter().find_map(|(name, value)| {
            let after = rest.strip_prefix(b"{")?.strip_prefix(name.as_bytes())?;
            Some((value, after.strip_prefix(b"}")?))
        });
        match kept {
            Some((value, after)) => {
                bytes.extend(value.bytes());
                rest = after;
            }
            None => {
                bytes.push(*first);
                rest = rest.get(1..).unwrap_or_default();
            }
        }
    }
    bytes
}

/// Splits a line into words as redis-cli does (`sdssplitargs`).
///
/// # Errors
/// Says what is wrong with a quote that does not close, or one that closes inside a word.
pub fn words(line: &str) -> Result<Vec<Text>, String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let (word, after) = word(rest)?;
        words.push(word);
        rest = after.trim_start();
    }
    Ok(words)
}

/// Returns the first word of `line`, which does not begin with a space, and what follows it.
fn word(line: &str) -> Result<(Text, &str), String> {
    let mut text = Text::default();
    let mut quote = Quote::None;
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        match (quote, first) {
            (Quote::None, space) if space.is_ascii_whitespace() => return Ok((text, rest)),
            (Quote::None, '"') => quote = Quote::Double,
            (Quote::None, '\'') => quote = Quote::Single,
            (Quote::Double, '"') | (Quote::Single, '\'') => return closed(text, &rest[1..]),
            (Quote::Double, '\\') => {
                let (byte, length) = escaped(rest.as_bytes());
                byte.into_iter().for_each(|byte| text.push(byte));
                rest = &rest[length..];
                continue;
            }
            (Quote::Single, '\\') if rest.starts_with("\\'") => {
                text.push(b'\'');
                rest = &rest[2..];
                continue;
            }
            (_, '{') => {
                if let Some((piece, length)) = placeholder(rest, quote)? {
                    text.0.push(piece);
                    rest = &rest[length..];
                    continue;
                }
                text.push(b'{');
            }
            _ => first.to_string().bytes().for_each(|byte| text.push(byte)),
        }
        rest = &rest[first.len_utf8()..];
    }
    if quote == Quote::None { Ok((text, rest)) } else { Err("a quote is not closed".into()) }
}

/// A closing quote ends the word, and only a space may follow it.
fn closed(text: Text, rest: &str) -> Result<(Text, &str), String> {
    if rest.is_empty() || rest.starts_with(|next: char| next.is_ascii_whitespace()) {
        Ok((text, rest))
    } else {
        Err(format!("a space belongs between the closing quote and '{rest}'"))
    }
}

/// Returns the byte that an escape in double quotes stands for, and the escape's length.
fn escaped(source: &[u8]) -> (Option<u8>, usize) {
    match source {
        [_, b'x', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
            (Some(hex_digit(*high) << 4 | hex_digit(*low)), 4)
        }
        [_, b'n', ..] => (Some(b'\n'), 2),
        [_, b'r', ..] => (Some(b'\r'), 2),
        [_, b't', ..] => (Some(b'\t'), 2),
        [_, b'b', ..] => (Some(0x08), 2),
        [_, b'a', ..] => (Some(0x07), 2),
        [_, other, ..] if other.is_ascii() => (Some(*other), 2),
        // The backslash goes, and the bytes of a longer character follow as they are.
        _ => (None, 1),
    }
}

fn hex_digit(digit: u8) -> u8 {
    char::from(digit).to_digit(16).map_or(0, |value| value as u8)
}

/// Reads `{port}`, `{dir}`, `{now+5}`, `{now_s-5}` or `{x*70}` at the start of `source`.
///
/// Returns the piece and its length in the source, or `None` for a brace that is only a brace.
fn placeholder(source: &str, quote: Quote) -> Result<Option<(Piece, usize)>, String> {
    let Some(inner) = source.strip_prefix('{') else { return Ok(None) };
    let Some((inner, _)) = inner.split_once('}') else { return Ok(None) };
    let piece = match inner {
        "port" => Piece::Port,
        "dir" => Piece::Dir,
        _ => match now(inner) {
            Some(piece) => piece,
            None => match repeat(inner, quote)? {
                Some(piece) => piece,
                None => return Ok(None),
            },
        },
    };
    Ok(Some((piece, inner.len() + 2)))
}

fn now(inner: &str) -> Option<Piece> {
    let (unit_ms, offset) = match inner.strip_prefix("now_s") {
        Some(offset) => (1000, offset),
        None => (1, inner.strip_prefix("now")?),
    };
    let offset = match offset {
        "" => 0,
        _ if offset.starts_with(['+', '-']) => offset.parse().ok()?,
        _ => return None,
    };
    Some(Piece::Now { unit_ms, offset })
}

fn repeat(inner: &str, quote: Quote) -> Result<Option<Piece>, String> {
    let Some((body, times)) = inner.rsplit_once('*') else { return Ok(None) };
    let Ok(times) = times.parse::<usize>() else { return Ok(None) };
    if body.is_empty() || ends_the_word(body, quote) {
        return Ok(None);
    }
    let body = match quote {
        Quote::Double => unescape(body),
        Quote::None | Quote::Single => body.as_bytes().to_vec(),
    };
    match body.len().checked_mul(times) {
        Some(length) if length <= MAX_TEXT => Ok(Some(Piece::Repeat(body, times))),
        _ => Err(format!("{{{inner}}} is more than {MAX_TEXT} bytes")),
    }
}

/// Whether the word would be over within the braces, which are then no placeholder.
fn ends_the_word(body: &str, quote: Quote) -> bool {
    match quote {
        Quote::None => body.contains(|c: char| c.is_ascii_whitespace() || c == '"' || c == '\''),
        Quote::Single => body.contains('\''),
        Quote::Double => body.replace("\\\\", "").replace("\\\"", "").contains('"'),
    }
}

fn unescape(body: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = body.as_bytes();
    while let Some(first) = rest.first() {
        let (byte, length) = if *first == b'\\' { escaped(rest) } else { (Some(*first), 1) };
        bytes.extend(byte);
        rest = rest.get(length..).unwrap_or_default();
    }
    bytes
}

/// Writes bytes in double quotes as redis-cli prints a bulk (`sdscatrepr`), except that a long run
/// of one byte is written as one types it in a transcript: `{x*70000}`.
#[must_use]
pub fn quoted(bytes: &[u8]) -> String {
    format!("\"{}\"", escape(bytes))
}

/// Writes bytes as [`quoted`] does, without the quotes.
#[must_use]
pub fn escape(bytes: &[u8]) -> String {
    let runs = bytes.chunk_by(|one, next| one == next);
    runs.map(|run| {
        written_run(&run.first().map_or(String::new(), |&byte| escape_byte(byte)), run.len())
    })
    .collect()
}

/// Writes a text as it is, but for its long runs.
#[must_use]
pub fn with_short_runs(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let runs = characters.chunk_by(|one, next| one == next);
    runs.map(|run| written_run(&run.first().map_or(String::new(), char::to_string), run.len()))
        .collect()
}

/// Writes one byte as redis-cli does in a quoted bulk.
#[must_use]
pub fn escape_byte(byte: u8) -> String {
    match byte {
        b'\\' => "\\\\".into(),
        b'"' => "\\\"".into(),
        b'\n' => "\\n".into(),
        b'\r' => "\\r".into(),
        b'\t' => "\\t".into(),
        0x07 => "\\a".into(),
        0x08 => "\\b".into(),
        b' '..=b'~' => char::from(byte).into(),
        _ => format!("\\x{byte:02x}"),
    }
}

/// Writes a printed line so that it stays on its line.
#[must_use]
pub fn escape_line(line: &str) -> String {
    let escape = |c: char| match c {
        _ if c.is_control() => c.escape_default().to_string(),
        _ => c.to_string(),
    };
    line.chars().map(escape).collect()
}

/// From this length on, a run is written short: nobody counts so many letters by eye.
const LONG_RUN: usize = 64;

fn written_run(one: &str, length: usize) -> String {
    // A brace in braces would not read back.
    if length < LONG_RUN || one.contains(['{', '}']) {
        one.repeat(length)
    } else {
        format!("{{{one}*{length}}}")
    }
}

/// Reads back what [`quoted`] wrote; `None` if it is not one quoted word.
#[must_use]
pub fn unquoted(text: &str) -> Option<Vec<u8>> {
    let body = text.strip_prefix('"')?.strip_suffix('"')?;
    let bytes = read_back(body, true);
    (quoted(&bytes) == text).then_some(bytes)
}

/// Reads back what [`with_short_runs`] wrote.
#[must_use]
pub fn with_whole_runs(text: &str) -> Vec<u8> {
    read_back(text, false)
}

/// Writes out the runs, and the escapes if there are any. Other placeholders are only text here.
fn read_back(text: &str, has_escapes: bool) -> Vec<u8> {
    let quote = if has_escapes { Quote::Double } else { Quote::Single };
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        match (first, placeholder(rest, quote)) {
            ('{', Ok(Some((Piece::Repeat(body, times), whole)))) => {
                bytes.extend(body.repeat(times));
                length = whole;
            }
            ('\\', _) if has_escapes => {
                let (byte, whole) = escaped(rest.as_bytes());
                bytes.extend(byte);
                length = whole;
            }
            _ => bytes.extend(first.to_string().bytes()),
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        let kept = [("me", "17"), ("other", "18")].map(|(name, kept)| (name.into(), kept.into()));
        Place { port: 20123, dir: "/tmp/here".into(), kept: kept.into() }
    }

    fn expanded(line: &str) -> Vec<Vec<u8>> {
        let words = words(line).expect("a line that is well quoted");
        words.iter().map(|word| word.expand(&place(), 1_500_999)).collect()
    }

    #[test]
    fn a_line_is_split_as_redis_cli_splits_it() {
        let table: &[(&str, &[&[u8]])] = &[
            ("", &[]),
            ("  PING  ", &[b"PING"]),
            ("SET k v", &[b"SET", b"k", b"v"]),
            (r#"SET "" ''"#, &[b"SET", b"", b""]),
            (r#""a b" 'c d'"#, &[b"a b", b"c d"]),
            (r#""\x00\xff\xZZ""#, &[b"\x00\xffxZZ"]),
            (r#""\n\r\t\b\a\q\"\\""#, &[b"\n\r\t\x08\x07q\"\\"]),
            (r"'\n\'x'", &[br"\n'x"]),
            (r"a\nb", &[br"a\nb"]),
            (r#"foo"bar""#, &[b"foobar"]),
            ("\"é\"", &[b"\xc3\xa9"]),
            ("\"\\é\"", &[b"\xc3\xa9"]),
        ];
        for (line, expected) in table {
            assert_eq!(expanded(line), *expected, "{line}");
        }
    }

    #[test]
    fn placeholders_stand_for_what_is_known_when_played() {
        let table: &[(&str, &[&[u8]])] = &[
            ("{port} x{dir}y", &[b"20123", b"x/tmp/herey"]),
            ("{now} {now+5} {now-5}", &[b"1500999", b"1501004", b"1500994"]),
            ("{now_s} {now_s+5} {now_s-1}", &[b"1500", b"1505", b"1499"]),
            ("{ab*3}", &[b"ababab"]),
            (r#""{\x00*3}{\r\n*2}""#, &[b"\0\0\0\r\n\r\n"]),
            (r#""{a b*2}" '{a b*2}'"#, &[b"a ba b", b"a ba b"]),
            (r#""{**3}" "{\"*2}""#, &[b"***", b"\"\""]),
            ("{x*0}", &[b""]),
            ("{me}{other} x{me}", &[b"1718", b"x17"]),
            ("{mee} {m} {me", &[b"{mee}", b"{m}", b"{me"]),
        ];
        for (line, expected) in table {
            assert_eq!(expanded(line), *expected, "{line}");
        }
    }

    #[test]
    fn other_braces_are_only_braces() {
        let lines =
            ["{user}", "{", "}", "{}", "{nowhere}", "{now5}", "{*3}", "{a*}", "{a}*3", "{a*b}"];
        for line in lines {
            assert_eq!(expanded(line), [line.as_bytes()], "{line}");
        }
        assert_eq!(expanded(r#""\{port}""#), [b"{port}"]);
        assert_eq!(expanded("{a b*3}"), [&b"{a"[..], b"b*3}"]);
        assert_eq!(expanded(r#""{a" "b*3}""#), [&b"{a"[..], b"b*3}"]);
    }

    #[test]
    fn bad_quotes_say_what_is_wrong() {
        assert_eq!(words("\"a"), Err("a quote is not closed".into()));
        assert_eq!(words("'a"), Err("a quote is not closed".into()));
        let glued = words(r#""a"b"#).expect_err("glued");
        assert_eq!(glued, "a space belongs between the closing quote and 'b'");
        let huge = words("{x*9999999999}").expect_err("huge");
        assert_eq!(huge, "{x*9999999999} is more than 1073741824 bytes");
    }

    #[test]
    fn what_is_quoted_reads_back_the_same() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(unquoted(&quoted(&all)), Some(all.clone()));
        assert_eq!(words(&quoted(&all)).expect("quoted")[0].expand(&place(), 0), all);
        let long = [&[b'x'; 64][..], b"y", &[0; 70], &[b'"'; 99], &[b'{'; 64]].concat();
        let written = format!(r#""{{x*64}}y{{\x00*70}}{{\"*99}}{}""#, "{".repeat(64));
        assert_eq!(quoted(&long), written);
        assert_eq!(unquoted(&written), Some(long));
        let error = format!("ERR '{}y' é", "n".repeat(127));
        assert_eq!(with_short_runs(&error), "ERR '{n*127}y' é");
        assert_eq!(with_whole_runs("ERR '{n*127}y' é"), error.into_bytes());
        assert_eq!(unquoted(r#""{port} {dir}""#).as_deref(), Some(&b"{port} {dir}"[..]));
        for not_quoted in ["", "\"", "a", "\"\"\"", "\"a\" \"b\"", "\"\\x41\""] {
            assert_eq!(unquoted(not_quoted), None, "{not_quoted}");
        }
    }
}

//! What a stream of bytes asks for: a second reading of the protocol, slow and plain.
//!
//! It says how many replies are due, so that no reader has to wait for more, and to which request
//! each reply belongs.

use super::silence::Silence;

/// The longest line that is clear (Redis: `PROTO_INLINE_MAX_SIZE`).
const MAX_LINE: usize = 64 * 1024;
const MAX_BULK: i64 = 512 * 1024 * 1024;

/// A request's name and arguments.
pub type Request = Vec<Vec<u8>>;

/// What a stream asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// All requests but the empty ones.
    pub requests: Vec<Request>,
    /// Where each of them ends.
    pub ends: Vec<usize>,
    /// Which of them get a reply.
    pub heard: Vec<usize>,
    /// What comes after them.
    pub rest: Rest,
    /// Whether a reply to what comes after them is left out.
    pub is_deaf: bool,
}

/// What comes after the last whole request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// Nothing.
    Nothing,
    /// The beginning of a request: the server waits.
    Part,
    /// What breaks the protocol: a last reply, and the connection is closed.
    Fault,
    /// A whole line that is longer than lines may be. Redis takes it or not, which depends on how
    /// it arrives.
    LongLine,
}

/// How the attempt to read one request ended, if not with the request.
type Attempt<T> = Result<T, Rest>;

/// Reads a stream from its beginning. Mirrors `processInputBuffer`.
#[must_use]
pub fn read(stream: &[u8]) -> Asked {
    let (mut requests, mut ends, mut heard) = (Vec::new(), Vec::new(), Vec::new());
    let (mut silence, mut at) = (Silence::default(), 0);
    loop {
        let rest = stream.get(at..).unwrap_or_default();
        let read = match rest.first() {
            None => Err(Rest::Nothing),
            Some(b'*') => array(rest),
            Some(_) => inline(rest),
        };
        match read {
            Ok((request, length)) => {
                at += length;
                if silence.hears(&request) {
                    heard.push(requests.len());
                }
                if !request.is_empty() {
                    requests.push(request);
                    ends.push(at);
                }
            }
            Err(rest) => {
                return Asked { requests, ends, heard, rest, is_deaf: silence.is_deaf() };
            }
        }
    }
}

impl Asked {
    /// How many replies are due.
    #[must_use]
    pub fn replies(&self) -> usize {
        self.heard.len() + usize::from(self.rest == Rest::Fault && !self.is_deaf)
    }

    /// Returns the request to which this one of the replies belongs, if it is a request's.
    #[must_use]
    pub fn request(&self, reply: usize) -> Option<&Request> {
        self.requests.get(*self.heard.get(reply)?)
    }

    /// How many of the replies from this one on are to KEYS.
    #[must_use]
    pub fn walks(&self, first: usize) -> i64 {
        let requests = self.heard.iter().skip(first).filter_map(|index| self.requests.get(*index));
        let names = requests.filter_map(|request| request.first());
        names.map(|name| i64::from(name.eq_ignore_ascii_case(b"keys"))).sum()
    }

    /// Whether one of them may remove all keys at once.
    #[must_use]
    pub fn flushes(&self) -> bool {
        let mut names = self.requests.iter().filter_map(|request| request.first());
        let is = |name: &Vec<u8>, other: &str| name.eq_ignore_ascii_case(other.as_bytes());
        names.any(|name| is(name, "flushdb") || is(name, "flushall"))
    }

    /// Returns the requests that get no reply.
    pub fn unheard(&self) -> impl Iterator<Item = &Request> {
        let requests = self.requests.iter().enumerate();
        let unheard = requests.filter(|(index, _)| !self.heard.contains(index));
        unheard.map(|(_, request)| request)
    }

    /// Whether nothing says when the last request is done.
    #[must_use]
    pub fn ends_unheard(&self) -> bool {
        self.requests.len() != self.heard.last().map_or(0, |last| last + 1)
    }
}

fn array(bytes: &[u8]) -> Attempt<(Request, usize)> {
    let (header, mut at) = header(bytes, 0)?;
    let count = integer(header.get(1..).unwrap_or_default()).ok_or(Rest::Fault)?;
    if count > i64::from(i32::MAX) {
        return Err(Rest::Fault);
    }
    let mut request = Request::new();
    for _ in 0..count {
        let (header, start) = self::header(bytes, at)?;
        let digits = header.strip_prefix(b"$").ok_or(Rest::Fault)?;
        let length = integer(digits).filter(|length| (0..=MAX_BULK).contains(length));
        let length = usize::try_from(length.ok_or(Rest::Fault)?).map_err(|_| Rest::Fault)?;
        at = start + length + 2;
        if bytes.len() < at {
            return Err(Rest::Part);
        }
        request.push(bytes.get(start..start + length).unwrap_or_default().to_vec());
    }
    Ok((request, at))
}

/// Returns the line that begins at `at`, without its CRLF, and where the next one begins. The
/// byte after the CR may be any.
fn header(bytes: &[u8], at: usize) -> Attempt<(&[u8], usize)> {
    let rest = bytes.get(at..).unwrap_or_default();
    let length = line(rest, b'\r')?;
    match rest.get(..length) {
        Some(header) if rest.len() >= length + 2 => Ok((header, at + length + 2)),
        _ => Err(Rest::Part),
    }
}

fn inline(bytes: &[u8]) -> Attempt<(Request, usize)> {
    let length = line(bytes, b'\n')?;
    let line = bytes.get(..length).unwrap_or_default();
    let words = split(line.strip_suffix(b"\r").unwrap_or(line)).ok_or(Rest::Fault)?;
    Ok((words, length + 1))
}

/// Returns the length of the line that ends with `end`. After a zero byte, no end is found.
fn line(bytes: &[u8], end: u8) -> Attempt<usize> {
    match bytes.iter().position(|byte| *byte == end || *byte == 0) {
        Some(length) if bytes.get(length) == Some(&end) => {
            if length > MAX_LINE {
                Err(Rest::LongLine)
            } else {
                Ok(length)
            }
        }
        _ if bytes.len() > MAX_LINE => Err(Rest::Fault),
        _ => Err(Rest::Part),
    }
}

/// Returns the number, if it is written as Redis writes it.
#[must_use]
pub fn integer(text: &[u8]) -> Option<i64> {
    let text = str::from_utf8(text).ok()?;
    text.parse::<i64>().ok().filter(|number| number.to_string() == text)
}

/// Returns the arguments in a line; `None` if its quotes are unbalanced. Mirrors `sdssplitargs`.
fn split(line: &[u8]) -> Option<Request> {
    let mut words = Request::new();
    let mut at = 0;
    loop {
        while line.get(at).is_some_and(|byte| b" \t\n\x0b\x0c\r".contains(byte)) {
            at += 1;
        }
        if at >= line.len() {
            return Some(words);
        }
        let mut word = Vec::new();
        while let Some(&byte) = line.get(at).filter(|byte| !b" \t\n\r".contains(byte)) {
            at += 1;
            match byte {
                b'"' | b'\'' => {
                    at = quoted(line, at, byte, &mut word)?;
                    match line.get(at) {
                        None | Some(b' ' | b'\t'..=b'\r') => break,
                        Some(_) => return None,
                    }
                }
                _ => word.push(byte),
            }
        }
        words.push(word);
    }
}

/// Reads up to the closing quote, and returns where the line goes on.
fn quoted(line: &[u8], mut at: usize, quote: u8, word: &mut Vec<u8>) -> Option<usize> {
    loop {
        let rest = line.get(at..)?;
        let (byte, length) = match rest {
            [] => return None,
            [byte, ..] if *byte == quote => return Some(at + 1),
            [b'\\', b'\'', ..] if quote == b'\'' => (b'\'', 2),
            [b'\\', b'x', high, low, ..]
                if quote == b'"' && high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                let digits = [*high, *low];
                let digits = str::from_utf8(&digits).ok()?;
                (u8::from_str_radix(digits, 16).ok()?, 4)
            }
            [b'\\', escaped, ..] if quote == b'"' => (escape(*escaped), 2),
            [byte, ..] => (*byte, 1),
        };
        word.push(byte);
        at += length;
    }
}

fn escape(letter: u8) -> u8 {
    match letter {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 0x08,
        b'a' => 0x07,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream, its requests with `|` between words and `/` behind each, and what follows.
    type Row = (&'static [u8], &'static str, Rest);

    #[test]
    fn streams_fall_into_requests() {
        let table: &[Row] = &[
            (b"", "", Rest::Nothing),
            (b"PING\r\n", "PING/", Rest::Nothing),
            (b"PING", "", Rest::Part),
            (b" \r\n\nPING\n", "PING/", Rest::Nothing),
            (b"*1\r\n$4\r\nPING\r\nECHO 'a b'\n", "PING/ECHO|a b/", Rest::Nothing),
            (b"*0\r\n*-1\r\nPING\n*", "PING/", Rest::Part),
            (b"*1\r", "", Rest::Part),
            (b"*x\r\n", "", Rest::Fault),
            (b"*01\r\n", "", Rest::Fault),
            (b"*2147483648\r\n", "", Rest::Fault),
            (b"*2147483647\r\n", "", Rest::Part),
            (b"*1\r\n:4\r\n", "", Rest::Fault),
            (b"*1\r\n:4", "", Rest::Part),
            (b"*1\r\n$-1\r\n", "", Rest::Fault),
            (b"*1\r\n$536870913\r\n", "", Rest::Fault),
            (b"*1\r\n$4\r\nPING\r", "", Rest::Part),
            (b"*1xx$4xx", "", Rest::Part),
            (b"*1\rx$4\rxPINGxx", "PING/", Rest::Nothing),
            (b"ECHO \"\\x41\\n\\\"\" 'it\\'s'\n", "ECHO|A\n\"|it's/", Rest::Nothing),
            (b"ECHO \"a\"b\n", "", Rest::Fault),
            (b"ECHO 'a\n", "", Rest::Fault),
            (b"a\x0bb \x0bc\n", "a\x0bb|c/", Rest::Nothing),
            (b"PING\0\r\n", "", Rest::Part),
        ];
        for (stream, expected, rest) in table {
            let asked = read(stream);
            let words = asked.requests.iter().map(|words| words.join(&b'|'));
            let words: String =
                words.map(|words| String::from_utf8(words).expect("text") + "/").collect();
            assert_eq!((words.as_str(), asked.rest), (*expected, *rest), "{stream:?}");
        }
    }

    #[test]
    fn a_line_may_have_64_kib_and_no_more_is_clear() {
        let line = |length: usize, end: &str| ["x".repeat(length).as_str(), end].concat();
        for (stream, rest) in [
            (line(MAX_LINE, "\n"), Rest::Nothing),
            (line(MAX_LINE + 1, "\n"), Rest::LongLine),
            (line(MAX_LINE, ""), Rest::Part),
            (line(MAX_LINE + 1, ""), Rest::Fault),
            (line(MAX_LINE, "\0"), Rest::Fault),
            (["*1\r\n$", &line(MAX_LINE - 1, "")].concat(), Rest::Part),
            (["*1\r\n$", &line(MAX_LINE, "")].concat(), Rest::Fault),
            (["*1\r\n$", &line(MAX_LINE, "\r\n")].concat(), Rest::LongLine),
        ] {
            assert_eq!(read(stream.as_bytes()).rest, rest, "{} bytes", stream.len());
        }
    }
}

//! Bytes on the wire, cut into what they mean.

use conformance::text;

use crate::html::escaped;

/// What some bytes are to RESP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The byte that gives the type.
    Type,
    /// A length or a count.
    Length,
    /// The end of a line.
    Crlf,
    /// The name of a key.
    Key,
    /// What is transported: a word of a request, a text, a number.
    Value,
    /// Not bytes: a placeholder for bytes that differ in every run.
    Unsure,
}

/// Some bytes that have one role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What they are.
    pub role: Role,
    /// The bytes themselves.
    pub bytes: Vec<u8>,
}

/// One element of a request or of a reply, shown on one line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// In how many arrays, maps and the like the element is nested.
    pub depth: usize,
    /// Its bytes.
    pub pieces: Vec<Piece>,
    /// What the element is, in words.
    pub what: String,
}

impl Line {
    /// Appends bytes to those that it has.
    pub(crate) fn with(mut self, role: Role, bytes: impl Into<Vec<u8>>) -> Line {
        self.push(role, bytes.into());
        self
    }

    /// Says what the element is.
    pub(crate) fn is(mut self, what: &str) -> Line {
        what.clone_into(&mut self.what);
        self
    }

    fn push(&mut self, role: Role, bytes: Vec<u8>) {
        match self.pieces.last_mut() {
            _ if bytes.is_empty() => {}
            Some(last) if last.role == role && role != Role::Type => last.bytes.extend(bytes),
            _ => self.pieces.push(Piece { role, bytes }),
        }
    }

    /// Writes the line as HTML, its bytes in their colours.
    pub(crate) fn html(&self) -> String {
        let indent = "  ".repeat(self.depth);
        let pieces: String = self.pieces.iter().map(Piece::html).collect();
        match self.what.as_str() {
            "" => format!("{indent}{pieces}"),
            what => format!("{indent}{pieces} <small>{}</small>", escaped(what)),
        }
    }
}

impl Piece {
    fn html(&self) -> String {
        let class = match self.role {
            Role::Type => "t",
            Role::Length => "n",
            Role::Crlf => "c",
            Role::Key => "k",
            Role::Value => "v",
            Role::Unsure => "u",
        };
        let text = match self.role {
            Role::Unsure => String::from_utf8_lossy(&self.bytes).into_owned(),
            _ => shown(&self.bytes),
        };
        format!("<b class=\"{class}\">{}</b>", escaped(&text))
    }
}

/// From this length on, equal bytes in a row are shown once: `{x*70000}`.
const LONG_RUN: usize = 64;

/// Writes bytes as a person types them between quotes, except that a quote is only a quote.
pub(crate) fn shown(bytes: &[u8]) -> String {
    let runs = bytes.chunk_by(|one, next| one == next);
    let run = |run: &[u8]| {
        let one = match run.first() {
            Some(b'"') | None => "\"".to_owned(),
            Some(byte) => text::escape_byte(*byte),
        };
        if run.len() < LONG_RUN {
            one.repeat(run.len())
        } else {
            format!("{{{one}*{}}}", run.len())
        }
    };
    runs.map(run).collect()
}

/// Who says the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// A client: arrays of bulks, or lines as a person types them.
    Client,
    /// The server.
    Server,
}

/// Reads what one side says on one connection, in whatever parts it comes.
#[derive(Debug)]
pub struct Reader {
    side: Side,
    /// Of each array that is open: how many elements it still wants.
    open: Vec<u64>,
    state: State,
    /// The first word of the request, and how many words there were.
    command: Vec<u8>,
    words: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// Before an element.
    Start,
    /// After a type, in the line that it begins.
    Head(u8, Vec<u8>),
    /// In a line that begins with no type.
    Inline,
    /// Before a bulk's bytes, of which this many are left.
    Bulk(usize),
    /// Before a bulk's CRLF, of which this many bytes are left.
    BulkEnd(usize),
}

impl Reader {
    /// A connection that begins.
    pub fn new(side: Side) -> Reader {
        Reader { side, open: Vec::new(), state: State::Start, command: Vec::new(), words: 0 }
    }

    /// Cuts the next bytes into lines. What is not whole goes on in the first line of the next.
    pub fn read(&mut self, bytes: &[u8]) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut line = Line { depth: self.depth(), ..Line::default() };
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = self.step(rest, &mut line);
            if self.state == State::Start {
                let next = Line { depth: self.depth(), ..Line::default() };
                lines.push(std::mem::replace(&mut line, next));
            }
        }
        if !line.pieces.is_empty() {
            lines.push(line);
        }
        lines
    }

    fn depth(&self) -> usize {
        self.open.iter().filter(|left| **left > 0).count()
            + usize::from(self.state != State::Start && !self.open.is_empty())
    }

    /// Takes some bytes, and returns those that are left.
    fn step<'b>(&mut self, bytes: &'b [u8], line: &mut Line) -> &'b [u8] {
        let Some((first, after)) = bytes.split_first() else { return bytes };
        match &mut self.state {
            State::Start => {
                self.begin(*first, line);
                if matches!(self.state, State::Inline) { bytes } else { after }
            }
            State::Head(kind, text) => {
                let (part, end, after) = line_end(bytes);
                let role = if has_length(*kind) { Role::Length } else { Role::Value };
                text.extend_from_slice(part);
                line.push(role, part.to_vec());
                line.push(Role::Crlf, end.to_vec());
                if end.ends_with(b"\n") {
                    let (kind, text) = (*kind, std::mem::take(text));
                    self.head(kind, &text, line);
                }
                after
            }
            State::Inline => {
                let (part, end, after) = line_end(bytes);
                line.push(Role::Value, part.to_vec());
                line.push(Role::Crlf, end.to_vec());
                if end.ends_with(b"\n") {
                    self.state = State::Start;
                }
                after
            }
            State::Bulk(left) => {
                let (part, after) = bytes.split_at(bytes.len().min(*left));
                *left -= part.len();
                let is_over = *left == 0;
                let role = self.role_of_word(part);
                line.push(role, part.to_vec());
                if is_over {
                    self.words += 1;
                    self.state = State::BulkEnd(2);
                }
                after
            }
            State::BulkEnd(left) => {
                let (part, after) = bytes.split_at(bytes.len().min(*left));
                *left -= part.len();
                line.push(Role::Crlf, part.to_vec());
                if *left == 0 {
                    self.state = State::Start;
                }
                after
            }
        }
    }

    /// Begins an element with its first byte.
    fn begin(&mut self, first: u8, line: &mut Line) {
        while self.open.last() == Some(&0) {
            self.open.pop();
        }
        line.depth = self.open.len();
        let is_type = match self.side {
            Side::Client if self.open.is_empty() => first == b'*',
            Side::Client => first == b'$',
            Side::Server => b"+-:$*_,#(=!%~>|".contains(&first),
        };
        if let Some(left) = self.open.last_mut() {
            *left -= 1;
        }
        if is_type {
            line.push(Role::Type, vec![first]);
            self.state = State::Head(first, Vec::new());
        } else {
            "an inline request".clone_into(&mut line.what);
            self.state = State::Inline;
        }
    }

    /// Ends the line that a type began.
    fn head(&mut self, kind: u8, text: &[u8], line: &mut Line) {
        let number = str::from_utf8(text).ok().and_then(|text| text.parse::<i64>().ok());
        let held = number.and_then(|number| u64::try_from(number).ok());
        line.what = describe(kind, held);
        self.state = State::Start;
        match (kind, held) {
            (b'$' | b'=' | b'!', Some(length)) => {
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                self.state = if length == 0 { State::BulkEnd(2) } else { State::Bulk(length) };
                self.words += usize::from(length == 0);
            }
            (b'*' | b'~' | b'>', Some(count)) => {
                (self.words, self.command) = (0, Vec::new());
                self.open.push(count);
            }
            (b'%', Some(pairs)) => self.open.push(pairs.saturating_mul(2)),
            (b'|', Some(pairs)) => {
                // The reply that the notes are about is where the attribute is.
                if let Some(left) = self.open.last_mut() {
                    *left += 1;
                }
                self.open.push(pairs.saturating_mul(2));
            }
            _ => {}
        }
    }

    /// Notes the command's name, and returns whether an argument of a request is a key.
    fn role_of_word(&mut self, part: &[u8]) -> Role {
        if self.side == Side::Server {
            return Role::Value;
        }
        if self.words == 0 {
            self.command.extend_from_slice(part);
        }
        if is_key(&self.command, self.words) { Role::Key } else { Role::Value }
    }
}

/// Whether the word of this number is a key, of the commands that the course knows.
fn is_key(command: &[u8], word: usize) -> bool {
    const ONE_KEY: &[&str] = &["GET", "SET", "TTL", "PTTL", "TYPE", "STRLEN", "EXPIRETIME"];
    const ALL_KEYS: &[&str] = &["EXISTS", "DEL"];
    let is =
        |names: &[&str]| names.iter().any(|name| command.eq_ignore_ascii_case(name.as_bytes()));
    (word == 1 && is(ONE_KEY)) || (word > 0 && is(ALL_KEYS))
}

/// Returns a line, its end, and what follows it. A CR at the very end may be half of the line's.
fn line_end(bytes: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let line = bytes.iter().position(|&byte| byte == b'\n').map_or(bytes.len(), |at| at + 1);
    let (whole, after) = bytes.split_at(line);
    let text = whole.strip_suffix(b"\n").unwrap_or(whole);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let (text, end) = whole.split_at(text.len());
    (text, end, after)
}

fn has_length(kind: u8) -> bool {
    b"$*=!%~>|".contains(&kind)
}

/// Writes a number with a comma before each thousand.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Says what the element of a type is.
pub(crate) fn describe(kind: u8, held: Option<u64>) -> String {
    let counted = |what: &str, one: &str| match held {
        Some(1) => format!("{what} of 1 {one}"),
        Some(count) => format!("{what} of {} {one}s", grouped(count)),
        None => what.to_owned(),
    };
    match (kind, held) {
        (b'+', _) => "simple string".into(),
        (b'-', _) => "error".into(),
        (b':', _) => "integer".into(),
        (b'$' | b'*', None) => "nil".into(),
        (b'_', _) => "nil".into(),
        (b',', _) => "double".into(),
        (b'#', _) => "boolean".into(),
        (b'(', _) => "big number".into(),
        (b'$', _) => counted("bulk string", "byte"),
        (b'=', _) => counted("verbatim string", "byte"),
        (b'!', _) => counted("bulk error", "byte"),
        (b'*', _) => counted("array", "element"),
        (b'~', _) => counted("set", "element"),
        (b'>', _) => counted("push", "element"),
        (b'%', _) => counted("map", "pair"),
        (b'|', _) => counted("attribute", "pair"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(lines: &[Line]) -> Vec<u8> {
        lines.iter().flat_map(|line| &line.pieces).flat_map(|piece| piece.bytes.clone()).collect()
    }

    /// Writes roles and bytes of each line, indented, and what the element is.
    fn drawn(lines: &[Line]) -> Vec<String> {
        let piece = |piece: &Piece| {
            let role = match piece.role {
                Role::Type => 't',
                Role::Length => 'n',
                Role::Crlf => 'c',
                Role::Key => 'k',
                Role::Value => 'v',
                Role::Unsure => 'u',
            };
            format!("{role}[{}]", shown(&piece.bytes))
        };
        let line = |line: &Line| {
            let pieces: String = line.pieces.iter().map(piece).collect();
            format!("{}{pieces} {}", "  ".repeat(line.depth), line.what)
        };
        lines.iter().map(line).collect()
    }

    #[test]
    fn a_request_is_cut_into_what_its_bytes_mean() {
        let request = b"*3\r\n$3\r\nset\r\n$1\r\nk\r\n$0\r\n\r\nPING\n*1\r\n$4\r\nPING\r\n";
        let lines = Reader::new(Side::Client).read(request);
        assert_eq!(
            drawn(&lines),
            [
                r"t[*]n[3]c[\r\n] array of 3 elements",
                r"  t[$]n[3]c[\r\n]v[set]c[\r\n] bulk string of 3 bytes",
                r"  t[$]n[1]c[\r\n]k[k]c[\r\n] bulk string of 1 byte",
                r"  t[$]n[0]c[\r\n\r\n] bulk string of 0 bytes",
                r"v[PING]c[\n] an inline request",
                r"t[*]n[1]c[\r\n] array of 1 element",
                r"  t[$]n[4]c[\r\n]v[PING]c[\r\n] bulk string of 4 bytes",
            ]
        );
    }

    #[test]
    fn a_reply_is_indented_by_what_holds_it() {
        let reply = b"%1\r\n$1\r\na\r\n*2\r\n:1\r\n~1\r\n_\r\n+OK\r\n$-1\r\n-ERR no\r\n";
        let lines = Reader::new(Side::Server).read(reply);
        assert_eq!(
            drawn(&lines),
            [
                r"t[%]n[1]c[\r\n] map of 1 pair",
                r"  t[$]n[1]c[\r\n]v[a]c[\r\n] bulk string of 1 byte",
                r"  t[*]n[2]c[\r\n] array of 2 elements",
                r"    t[:]v[1]c[\r\n] integer",
                r"    t[~]n[1]c[\r\n] set of 1 element",
                r"      t[_]c[\r\n] nil",
                r"t[+]v[OK]c[\r\n] simple string",
                r"t[$]n[-1]c[\r\n] nil",
                r"t[-]v[ERR no]c[\r\n] error",
            ]
        );
    }

    #[test]
    fn no_byte_is_lost_wherever_the_stream_is_cut() {
        let streams: &[(Side, &[u8])] = &[
            (Side::Client, b"*2\r\n$3\r\nGET\r\n$4\r\n\r\n\r\n\r\nPING\r\n\r\n*-1\r\n*x\r\n"),
            (Side::Server, b"*2\r\n|1\r\n+a\r\n:1\r\n+b\r\n$2\r\nab\r\n+OK\r\nrubbish\r\n"),
        ];
        for (side, bytes) in streams {
            for cut in 0..bytes.len() {
                let mut reader = Reader::new(*side);
                let (first, second) = bytes.split_at(cut);
                let lines = [reader.read(first), reader.read(second)].concat();
                assert_eq!(joined(&lines), *bytes, "cut after {cut}");
                assert_eq!(reader.state, State::Start, "cut after {cut}");
            }
        }
    }

    #[test]
    fn bytes_are_shown_as_one_types_them() {
        let table: &[(&[u8], &str)] = &[
            (b"say \"hi\"\r\n", r#"say "hi"\r\n"#),
            (b"\x00\\\xff", r"\x00\\\xff"),
            ("é".as_bytes(), r"\xc3\xa9"),
            (&[b'x'; 70_000], "{x*70000}"),
            (&[0; 64], r"{\x00*64}"),
        ];
        for (bytes, text) in table {
            assert_eq!(shown(bytes), *text);
        }
    }

    #[test]
    fn a_long_count_is_written_in_groups() {
        assert_eq!(describe(b'$', Some(999)), "bulk string of 999 bytes");
        assert_eq!(describe(b'*', Some(1_048_576)), "array of 1,048,576 elements");
    }

    #[test]
    fn a_line_is_written_in_colours() {
        let lines = Reader::new(Side::Server).read(b"+<b>\r\n");
        let html = lines.first().map(Line::html);
        let expected = "<b class=\"t\">+</b><b class=\"v\">&lt;b&gt;</b><b class=\"c\">\\r\\n</b> \
                        <small>simple string</small>";
        assert_eq!(html.as_deref(), Some(expected));
    }
}

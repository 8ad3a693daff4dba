//! A reply, printed as redis-cli prints it on a terminal, and read back from that.

use crate::text::{self, Place, quoted};
use crate::transcript::View;

/// What a server answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// `+`: a simple string.
    Status(Vec<u8>),
    /// `-`: an error, whole, as it came.
    Error(Vec<u8>),
    /// `:`
    Integer(i64),
    /// `$`
    Bulk(Vec<u8>),
    /// `$-1`, `*-1` or `_`.
    Nil,
    /// `*`
    Array(Vec<Reply>),
    /// `%`
    Map(Vec<(Reply, Reply)>),
    /// `~`
    Set(Vec<Reply>),
    /// `>`
    Push(Vec<Reply>),
    /// `,`
    Double(f64),
    /// `#`
    Boolean(bool),
    /// `=`: a text for people, printed as it is.
    Verbatim(Vec<u8>),
    /// What no server of this course answers: its debug text.
    Other(String),
}

impl From<redis::Value> for Reply {
    fn from(value: redis::Value) -> Self {
        use redis::Value;
        let all = |values: Vec<Value>| values.into_iter().map(Self::from).collect();
        match value {
            Value::Nil => Self::Nil,
            Value::Int(number) => Self::Integer(number),
            Value::BulkString(bytes) => Self::Bulk(bytes),
            Value::Okay => Self::Status(b"OK".to_vec()),
            Value::SimpleString(text) => Self::Status(text.into_bytes()),
            Value::Array(values) => Self::Array(all(values)),
            Value::Set(values) => Self::Set(all(values)),
            Value::Map(pairs) => Self::Map(
                pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect(),
            ),
            Value::Double(number) => Self::Double(number),
            Value::Boolean(truth) => Self::Boolean(truth),
            Value::VerbatimString { text, .. } => Self::Verbatim(text.into_bytes()),
            Value::Attribute { data, .. } => Self::from(*data),
            Value::Push { kind, data } => {
                let kind = Self::Bulk(kind.to_string().into_bytes());
                Self::Push(std::iter::once(kind).chain(data.into_iter().map(Self::from)).collect())
            }
            // The crate cuts an error at its first space; joined with one, it is whole again.
            Value::ServerError(error) => Self::Error(
                match error.details() {
                    Some(details) => format!("{} {details}", error.code()),
                    None => error.code().to_owned(),
                }
                .into_bytes(),
            ),
            other => Self::Other(format!("{other:?}")),
        }
    }
}

impl Reply {
    /// Prints the reply as `view` asks for, over as many lines as it takes, without a last newline.
    #[must_use]
    pub fn print(&self, view: View) -> String {
        match view {
            View::Plain => self.plain(),
            View::Sorted => self.sorted().plain(),
            View::SortedPairs => self.sorted_pairs().plain(),
            View::Kind => self.kind(),
            View::Length => self.length(),
        }
    }

    /// Replaces the server's directory and port by `{dir}` and `{port}`.
    #[must_use]
    pub fn masked(self, place: &Place) -> Self {
        let all =
            |replies: Vec<Self>| replies.into_iter().map(|reply| reply.masked(place)).collect();
        match self {
            Self::Status(text) => Self::Status(mask(&text, place)),
            Self::Error(text) => Self::Error(mask(&text, place)),
            Self::Bulk(bytes) => Self::Bulk(mask(&bytes, place)),
            Self::Verbatim(text) => Self::Verbatim(mask(&text, place)),
            Self::Array(replies) => Self::Array(all(replies)),
            Self::Set(replies) => Self::Set(all(replies)),
            Self::Push(replies) => Self::Push(all(replies)),
            Self::Map(pairs) => {
                let pairs = pairs.into_iter();
                Self::Map(pairs.map(|(n, v)| (n.masked(place), v.masked(place))).collect())
            }
            other => other,
        }
    }

    /// Puts the server's directory and port in the place of `{dir}` and `{port}`.
    #[must_use]
    pub fn unmasked(self, place: &Place) -> Self {
        let put = |bytes: Vec<u8>| match String::from_utf8(bytes) {
            Ok(text) => {
                let text = text.replace("{dir}", &place.dir);
                text.replace("{port}", &place.port.to_string()).into_bytes()
            }
            Err(error) => error.into_bytes(),
        };
        match self {
            Self::Status(text) => Self::Status(put(text)),
            Self::Error(text) => Self::Error(put(text)),
            Self::Bulk(bytes) => Self::Bulk(put(bytes)),
            Self::Array(replies) => {
                Self::Array(replies.into_iter().map(|reply| reply.unmasked(place)).collect())
            }
            other => other,
        }
    }

    fn plain(&self) -> String {
        match self {
            Self::Status(text) | Self::Verbatim(text) => line_of(text),
            Self::Error(text) => format!("(error) {}", line_of(text)),
            Self::Integer(number) => format!("(integer) {number}"),
            Self::Bulk(bytes) => quoted(bytes),
            Self::Nil => "(nil)".into(),
            Self::Double(number) => format!("(double) {number}"),
            Self::Boolean(truth) => format!("({truth})"),
            Self::Array(replies) if replies.is_empty() => "(empty array)".into(),
            Self::Set(replies) if replies.is_empty() => "(empty set)".into(),
            Self::Push(replies) if replies.is_empty() => "(empty push)".into(),
            Self::Map(pairs) if pairs.is_empty() => "(empty hash)".into(),
            Self::Array(replies) => numbered(replies, ')'),
            Self::Set(replies) => numbered(replies, '~'),
            Self::Push(replies) => numbered(replies, '>'),
            Self::Map(pairs) => numbered_pairs(pairs),
            Self::Other(text) => format!("(other) {text}"),
        }
    }

    /// Whether it is printed as numbered lines.
    fn is_numbered(&self) -> bool {
        match self {
            Self::Array(replies) | Self::Set(replies) | Self::Push(replies) => !replies.is_empty(),
            Self::Map(pairs) => !pairs.is_empty(),
            _ => false,
        }
    }

    fn sorted(&self) -> Self {
        match self {
            Self::Array(replies) => {
                let mut replies = replies.clone();
                replies.sort_by_key(Self::plain);
                Self::Array(replies)
            }
            other => other.clone(),
        }
    }

    fn sorted_pairs(&self) -> Self {
        match self {
            Self::Array(replies) if replies.len().is_multiple_of(2) => {
                let mut pairs: Vec<&[Self]> = replies.chunks(2).collect();
                pairs.sort_by_key(|pair| pair.first().map(Self::plain));
                Self::Array(pairs.concat())
            }
            Self::Map(pairs) => {
                let mut pairs = pairs.clone();
                pairs.sort_by_key(|(name, _)| name.plain());
                Self::Map(pairs)
            }
            other => other.clone(),
        }
    }

    fn kind(&self) -> String {
        match self {
            Self::Error(text) => {
                let word = text.split(|&byte| byte == b' ').next().unwrap_or_default();
                format!("(error) {}", line_of(word))
            }
            Self::Nil => "(nil)".into(),
            other => format!("({})", other.kind_name()),
        }
    }

    fn length(&self) -> String {
        let kind = self.kind_name();
        match self {
            Self::Status(bytes) | Self::Bulk(bytes) | Self::Verbatim(bytes) => {
                format!("({kind}) {} bytes", bytes.len())
            }
            Self::Array(replies) | Self::Set(replies) | Self::Push(replies) => {
                format!("({kind}) {} elements", replies.len())
            }
            Self::Map(pairs) => format!("({kind}) {} pairs", pairs.len()),
            _ => self.plain(),
        }
    }

    /// The kind's name in prose.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match self {
            Self::Status(_) => "status",
            Self::Error(_) => "error",
            Self::Integer(_) => "integer",
            Self::Bulk(_) => "bulk",
            Self::Nil => "nil",
            Self::Array(_) => "array",
            Self::Map(_) => "map",
            Self::Set(_) => "set",
            Self::Push(_) => "push",
            Self::Double(_) => "double",
            Self::Boolean(_) => "boolean",
            Self::Verbatim(_) => "verbatim",
            Self::Other(_) => "other",
        }
    }

    /// Reads back what [`Reply::print`] printed in the plain view, of the kinds that RESP2 has.
    ///
    /// Returns `None` for what is not printed so. A nil's two spellings read as `$-1`.
    #[must_use]
    pub fn parse_printed(printed: &str) -> Option<Self> {
        if let Some(bytes) = text::unquoted(printed) {
            return Some(Self::Bulk(bytes));
        }
        if let Some(number) = printed.strip_prefix("(integer) ") {
            return number.parse().ok().map(Self::Integer);
        }
        if let Some(error) = printed.strip_prefix("(error) ") {
            return Some(Self::Error(text::with_whole_runs(error)));
        }
        match printed {
            "(nil)" => return Some(Self::Nil),
            "(empty array)" => return Some(Self::Array(Vec::new())),
            _ => {}
        }
        if printed.trim_start().starts_with("1) ") {
            return elements(printed)?
                .iter()
                .map(|one| Self::parse_printed(one))
                .collect::<Option<_>>()
                .map(Self::Array);
        }
        let is_status = !printed.starts_with(['(', '"']) && !printed.contains('\n');
        is_status.then(|| Self::Status(text::with_whole_runs(printed)))
    }

    /// Returns the bytes of the reply in RESP2; `None` for a kind that RESP2 has not.
    #[must_use]
    pub fn wire(&self) -> Option<Vec<u8>> {
        let line = |kind: &[u8], text: &[u8]| [kind, text, b"\r\n"].concat();
        Some(match self {
            Self::Status(text) => line(b"+", text),
            Self::Error(text) => line(b"-", text),
            Self::Integer(number) => line(b":", number.to_string().as_bytes()),
            Self::Nil => b"$-1\r\n".to_vec(),
            Self::Bulk(bytes) => {
                [line(b"$", bytes.len().to_string().as_bytes()), line(b"", bytes)].concat()
            }
            Self::Array(replies) => {
                let head = line(b"*", replies.len().to_string().as_bytes());
                replies.iter().try_fold(head, |wire, reply| Some([wire, reply.wire()?].concat()))?
            }
            _ => return None,
        })
    }
}

/// Reads back the replies that [`print_several`] printed, each in the plain view.
#[must_use]
pub fn parse_several(lines: &[String]) -> Option<Vec<Reply>> {
    let mut replies = Vec::new();
    let mut rest = lines;
    while let Some(first) = rest.first() {
        if let Some((one, times)) = repeated(first) {
            replies.extend(vec![Reply::parse_printed(one)?; times]);
            rest = rest.get(1..)?;
            continue;
        }
        let is_array = first.trim_start().starts_with("1) ");
        let length = if is_array { array_length(rest) } else { 1 };
        let (reply, after) = rest.split_at_checked(length)?;
        replies.push(Reply::parse_printed(&reply.join("\n"))?);
        rest = after;
    }
    Some(replies)
}

/// Takes a line such as `PONG (1000 times)` apart.
#[must_use]
pub fn repeated(line: &str) -> Option<(&str, usize)> {
    let (one, times) = line.strip_suffix(" times)")?.rsplit_once(" (")?;
    Some((one, times.parse().ok().filter(|times| *times >= MANY)?))
}

/// Returns how many of the lines belong to the array that the first one begins.
fn array_length(lines: &[String]) -> usize {
    let Some(indent) = lines.first().and_then(|line| line.find(") ")) else { return 1 };
    let mut elements = 0;
    let mut belongs = |line: &String| {
        let Some((head, _)) = line.split_at_checked(indent + 2) else { return false };
        let is_next = head.trim() == format!("{})", elements + 1);
        elements += usize::from(is_next);
        // A blank head is that of an element's further lines.
        is_next || head.trim().is_empty()
    };
    lines.iter().take_while(|line| belongs(line)).count()
}

/// Prints raw bytes, one quoted line for every whole reply and one for what is left.
#[must_use]
pub fn print_raw(bytes: &[u8], place: &Place) -> Vec<String> {
    let (replies, rest) = crate::resp::split_replies(bytes);
    let rest = Some(rest).filter(|rest| !rest.is_empty());
    let parts = replies.into_iter().chain(rest);
    print_several(&parts.map(|part| quoted(&mask(part, place))).collect::<Vec<_>>())
}

/// From this number on, equal replies in a row are printed as one, and how many there are.
const MANY: usize = 4;

/// Puts printed replies one below the other, and many equal ones in a row as one line.
#[must_use]
pub fn print_several(replies: &[String]) -> Vec<String> {
    let mut lines = Vec::new();
    for run in replies.chunk_by(|one, next| one == next) {
        match run {
            [one, ..] if run.len() >= MANY && !one.contains('\n') => {
                lines.push(format!("{one} ({} times)", run.len()));
            }
            _ => lines.extend(run.iter().flat_map(|reply| reply.lines()).map(str::to_owned)),
        }
    }
    lines
}

/// Replaces the directory by `{dir}` and the port by `{port}`, unless other digits stand beside the port's.
#[must_use]
pub fn mask(bytes: &[u8], place: &Place) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let port = place.port.to_string();
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        if !place.dir.is_empty() && rest.starts_with(place.dir.as_bytes()) {
            out.extend_from_slice(b"{dir}");
            rest = rest.get(place.dir.len()..).unwrap_or_default();
        } else if is_number(out.last(), rest, port.as_bytes()) {
            out.extend_from_slice(b"{port}");
            rest = rest.get(port.len()..).unwrap_or_default();
        } else {
            out.push(*first);
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    out
}

fn is_number(before: Option<&u8>, rest: &[u8], number: &[u8]) -> bool {
    let Some(after) = rest.strip_prefix(number) else { return false };
    !before.is_some_and(u8::is_ascii_digit) && !after.first().is_some_and(u8::is_ascii_digit)
}

/// A status or an error is text, and stays as it is; whatever else it holds is escaped.
fn line_of(text: &[u8]) -> String {
    match str::from_utf8(text) {
        Ok(text) if !text.contains(|c: char| c.is_control()) => text::with_short_runs(text),
        _ => text::escape(text),
    }
}

fn numbered(replies: &[Reply], mark: char) -> String {
    let items = replies.iter().map(Reply::plain).collect::<Vec<_>>();
    number_lines(&items, mark)
}

fn numbered_pairs(pairs: &[(Reply, Reply)]) -> String {
    let pair = |(name, value): &(Reply, Reply)| {
        // What itself has lines begins on a line of its own.
        let space = if value.is_numbered() { " \n" } else { " " };
        format!("{} =>{space}{}", name.plain(), value.plain())
    };
    number_lines(&pairs.iter().map(pair).collect::<Vec<_>>(), '#')
}

/// Numbers the items, aligned to the right; an item's further lines are indented to its first.
fn number_lines(items: &[String], mark: char) -> String {
    let width = items.len().to_string().len();
    let indent = format!("\n{}", " ".repeat(width + 2));
    let mut out = String::new();
    for (index, item) in items.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { "\n" });
        let item = item.replace('\n', &indent);
        out.push_str(&format!("{:>width$}{mark} {item}", index + 1));
    }
    out
}

/// Takes the numbers of an array's elements away again.
fn elements(printed: &str) -> Option<Vec<String>> {
    let indent = printed.find(") ")? + 2;
    let mut items: Vec<String> = Vec::new();
    for line in printed.lines() {
        let (head, body) = line.split_at_checked(indent)?;
        if head.trim().is_empty() {
            let item = items.last_mut()?;
            item.push('\n');
            item.push_str(body);
        } else if head.trim() == format!("{})", items.len() + 1) {
            items.push(body.to_owned());
        } else {
            return None;
        }
    }
    Some(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bulk(text: &str) -> Reply {
        Reply::Bulk(text.as_bytes().to_vec())
    }

    /// Reads bytes as the `redis` crate does.
    fn read(wire: &[u8]) -> Reply {
        redis::parse_redis_value(wire).expect("a reply").into()
    }

    #[test]
    fn replies_are_printed_as_redis_cli_prints_them() {
        let replies: &[&[u8]] = &[
            b"+OK\r\n",
            b"+\r\n",
            b":-3\r\n",
            b"$-1\r\n",
            b"*-1\r\n",
            b"$0\r\n\r\n",
            b"$7\r\na\"\\\r\n\x00\xff\r\n",
            b"$65\r\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n",
            b"-ERR  two  spaces  and one at the end \r\n",
            b"*0\r\n",
            b"*2\r\n$1\r\na\r\n*2\r\n:1\r\n*2\r\n$-1\r\n*0\r\n",
            b"*11\r\n:1\r\n:2\r\n:3\r\n:4\r\n:5\r\n:6\r\n:7\r\n:8\r\n:9\r\n:10\r\n*2\r\n+x\r\n-E y\r\n",
            b"%2\r\n$1\r\na\r\n:1\r\n$2\r\nbb\r\n*2\r\n:2\r\n:3\r\n",
            b"~1\r\n#t\r\n",
            b",1.5\r\n",
            b"_\r\n",
            b"=8\r\ntxt:some\r\n",
        ];
        let show =
            |wire: &&[u8]| format!("{}\n{}", text::escape(wire), read(wire).print(View::Plain));
        insta::assert_snapshot!(replies.iter().map(show).collect::<Vec<_>>().join("\n\n"));
    }

    #[test]
    fn an_error_is_printed_exactly_as_it_came() {
        let codes =
            ["ERR", "EXECABORT", "LOADING", "NOSCRIPT", "MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN"];
        let more =
            ["CROSSSLOT", "MASTERDOWN", "READONLY", "NOTBUSY", "NOSUB", "NOPERM", "WRONGTYPE"];
        let odd = ["lower", "É", "ERR:", "", "-"];
        let details =
            ["", " ", " a", "  two  spaces ", " tab's \"quotes\" \\ 'x'", "\u{a0}é", " ERR ERR"];
        for code in codes.into_iter().chain(more).chain(odd) {
            for detail in details {
                let error = format!("{code}{detail}");
                let reply = read(format!("-{error}\r\n").as_bytes());
                assert_eq!(reply, Reply::Error(error.clone().into_bytes()), "{error:?}");
                let nested = read(format!("*1\r\n-{error}\r\n").as_bytes());
                assert_eq!(nested, Reply::Array(vec![reply]), "{error:?}");
            }
        }
    }

    #[test]
    fn views_print_less_or_in_order() {
        let list = Reply::Array(vec![bulk("b"), bulk("1"), bulk("a"), bulk("2")]);
        let error = Reply::Error(b"WRONGTYPE Operation".to_vec());
        let table = [
            (&list, View::Sorted, "1) \"1\"\n2) \"2\"\n3) \"a\"\n4) \"b\""),
            (&list, View::SortedPairs, "1) \"a\"\n2) \"2\"\n3) \"b\"\n4) \"1\""),
            (&list, View::Kind, "(array)"),
            (&list, View::Length, "(array) 4 elements"),
            (&bulk("é"), View::Length, "(bulk) 2 bytes"),
            (&bulk("é"), View::Kind, "(bulk)"),
            (&Reply::Status(b"OK".to_vec()), View::Kind, "(status)"),
            (&Reply::Integer(7), View::Kind, "(integer)"),
            (&Reply::Integer(7), View::Length, "(integer) 7"),
            (&Reply::Nil, View::Kind, "(nil)"),
            (&Reply::Nil, View::Sorted, "(nil)"),
            (&error, View::Kind, "(error) WRONGTYPE"),
            (&error, View::Length, "(error) WRONGTYPE Operation"),
        ];
        for (reply, view, printed) in table {
            assert_eq!(reply.print(view), printed);
        }
    }

    #[test]
    fn what_is_printed_reads_back_to_the_same_bytes() {
        let replies: &[&[u8]] = &[
            b"+OK\r\n",
            b":-3\r\n",
            b"$-1\r\n",
            b"$0\r\n\r\n",
            b"$9\r\na\"\\\r\n\x00\xff()\r\n",
            b"-ERR  two  spaces  and one at the end \r\n",
            b"*0\r\n",
            b"*2\r\n$1\r\na\r\n*2\r\n:1\r\n*2\r\n$-1\r\n*0\r\n",
            b"*11\r\n:1\r\n:2\r\n:3\r\n:4\r\n:5\r\n:6\r\n:7\r\n:8\r\n:9\r\n:10\r\n*2\r\n+x\r\n-E y\r\n",
        ];
        let mut printed = Vec::new();
        for wire in replies {
            let one = read(wire).print(View::Plain);
            let back = Reply::parse_printed(&one).and_then(|reply| reply.wire());
            assert_eq!(back.as_deref(), Some(*wire), "{one}");
            printed.push(one);
        }
        let all = parse_several(&print_several(&printed)).expect("all of them");
        let wires: Vec<Vec<u8>> = all.iter().filter_map(Reply::wire).collect();
        assert_eq!(wires, replies);
        for not_plain in ["(bulk) 3 bytes", "(closed)", "(nothing)", "1) (closed)"] {
            assert_eq!(Reply::parse_printed(not_plain), None, "{not_plain}");
        }
    }

    #[test]
    fn many_equal_replies_are_printed_once() {
        let print = |replies: &[&str]| {
            print_several(&replies.iter().map(|r| (*r).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(print(&["OK", "PONG", "PONG", "PONG"]), ["OK", "PONG", "PONG", "PONG"]);
        assert_eq!(print(&["PONG", "PONG", "PONG", "PONG", "OK"]), ["PONG (4 times)", "OK"]);
        let list = "1) \"a\"\n2) \"b\"";
        assert_eq!(print(&[list; 4]).len(), 8);
        let replies = parse_several(&["PONG (4 times)".into(), "OK".into()]).expect("five");
        assert_eq!(replies.len(), 5);
    }

    #[test]
    fn the_place_is_masked_and_no_other_number() {
        let place = Place { port: 20123, dir: "/tmp/redis-1".into() };
        let table = [
            ("/tmp/redis-1", "{dir}"),
            ("x/tmp/redis-1/dump.rdb", "x{dir}/dump.rdb"),
            ("20123", "{port}"),
            ("127.0.0.1:20123,", "127.0.0.1:{port},"),
            ("120123", "120123"),
            ("201230", "201230"),
        ];
        for (bytes, masked) in table {
            assert_eq!(mask(bytes.as_bytes(), &place), masked.as_bytes(), "{bytes}");
            assert_eq!(bulk(bytes).masked(&place).unmasked(&place), bulk(bytes), "{bytes}");
        }
        let nowhere = Place { port: 20123, dir: String::new() };
        assert_eq!(mask(b"/tmp 20123", &nowhere), b"/tmp {port}");
    }
}

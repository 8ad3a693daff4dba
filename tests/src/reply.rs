//! A reply, printed as redis-cli prints it on a terminal, and read back from that.

use crate::entries;
use crate::resp::Protocol;
use crate::text::{self, Place, quoted};
use crate::transcript::View;

/// What a server answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// `+`: a simple string.
    Status(Vec<u8>),
    /// `-` or `!`: an error, whole, as it came.
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
    /// `,`: its text, since the same number can be written in several ways.
    Double(String),
    /// `(`: its text, of any length.
    BigNumber(String),
    /// `#`
    Boolean(bool),
    /// `=`: a text for people, printed as it is.
    Verbatim {
        /// What kind of text it is: `txt` or `mkd`.
        format: String,
        /// The text itself.
        text: Vec<u8>,
    },
    /// `|`: notes about a reply, and the reply itself.
    Attribute(Vec<(Reply, Reply)>, Box<Reply>),
    /// What stands in the place of a reply, printed as it is.
    Shown(String),
}

impl From<redis::Value> for Reply {
    fn from(value: redis::Value) -> Self {
        use redis::Value;
        let all = |values: Vec<Value>| values.into_iter().map(Self::from).collect();
        let pairs = |pairs: Vec<(Value, Value)>| {
            pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
        };
        match value {
            Value::Nil => Self::Nil,
            Value::Int(number) => Self::Integer(number),
            Value::BulkString(bytes) => Self::Bulk(bytes),
            Value::Okay => Self::Status(b"OK".to_vec()),
            Value::SimpleString(text) => Self::Status(text.into_bytes()),
            Value::Array(values) => Self::Array(all(values)),
            Value::Set(values) => Self::Set(all(values)),
            Value::Map(all) => Self::Map(pairs(all)),
            Value::Double(number) => Self::Double(number.to_string()),
            Value::BigNumber(digits) => {
                Self::BigNumber(String::from_utf8_lossy(&digits).into_owned())
            }
            Value::Boolean(truth) => Self::Boolean(truth),
            Value::VerbatimString { format, text } => {
                Self::Verbatim { format: format.to_string(), text: text.into_bytes() }
            }
            Value::Attribute { data, attributes } => {
                Self::Attribute(pairs(attributes), Box::new(Self::from(*data)))
            }
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
            other => Self::Shown(format!("(other) {other:?}")),
        }
    }
}

impl Reply {
    /// Reads the whole reply with which `bytes` begin.
    ///
    /// Returns `None` for what is no RESP, not whole, or nested beyond reason.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        decode(&mut { bytes }, DEPTH)
    }

    /// Prints the reply as `view` asks for, over as many lines as it takes, without a last newline.
    #[must_use]
    pub fn print(&self, view: &View, place: &Place) -> String {
        match view {
            View::Plain => self.plain(),
            View::Sorted => self.sorted().plain(),
            View::SortedPairs => self.sorted_pairs().plain(),
            View::Kind => self.kind(),
            View::Length => self.length(place),
            View::Fields(fields) => fields.print(self, place),
            View::Commands(names) => entries::picked(self, names).plain(),
            View::Near(number) => self.near(*number),
        }
    }

    /// Replaces the server's directory and port by `{dir}` and `{port}`.
    #[must_use]
    pub fn masked(self, place: &Place) -> Self {
        self.with_bytes(&|bytes| mask(&bytes, place))
    }

    /// Puts the server's directory and port in the place of `{dir}` and `{port}`.
    #[must_use]
    pub fn unmasked(self, place: &Place) -> Self {
        self.with_bytes(&|bytes| match String::from_utf8(bytes) {
            Ok(text) => {
                let text = text.replace("{dir}", &place.dir);
                text.replace("{port}", &place.port.to_string()).into_bytes()
            }
            Err(error) => error.into_bytes(),
        })
    }

    /// Changes the bytes of every text in it.
    fn with_bytes(self, change: &dyn Fn(Vec<u8>) -> Vec<u8>) -> Self {
        let all =
            |replies: Vec<Self>| replies.into_iter().map(|one| one.with_bytes(change)).collect();
        let pairs = |pairs: Vec<(Self, Self)>| {
            let pairs = pairs.into_iter();
            pairs.map(|(n, v)| (n.with_bytes(change), v.with_bytes(change))).collect()
        };
        match self {
            Self::Status(text) => Self::Status(change(text)),
            Self::Error(text) => Self::Error(change(text)),
            Self::Bulk(bytes) => Self::Bulk(change(bytes)),
            Self::Verbatim { format, text } => Self::Verbatim { format, text: change(text) },
            Self::Array(replies) => Self::Array(all(replies)),
            Self::Set(replies) => Self::Set(all(replies)),
            Self::Push(replies) => Self::Push(all(replies)),
            Self::Map(all) => Self::Map(pairs(all)),
            Self::Attribute(notes, reply) => {
                Self::Attribute(pairs(notes), Box::new(reply.with_bytes(change)))
            }
            other => other,
        }
    }

    /// Prints as redis-cli does. That has no form for a big number and an attribute, but gives up.
    pub(crate) fn plain(&self) -> String {
        match self {
            Self::Status(text) | Self::Verbatim { text, .. } => line_of(text),
            Self::Error(text) => format!("(error) {}", line_of(text)),
            Self::Integer(number) => format!("(integer) {number}"),
            Self::Bulk(bytes) => quoted(bytes),
            Self::Nil => "(nil)".into(),
            Self::Double(number) => format!("(double) {number}"),
            Self::BigNumber(number) => format!("(big number) {number}"),
            Self::Boolean(truth) => format!("({truth})"),
            Self::Array(replies) if replies.is_empty() => "(empty array)".into(),
            Self::Set(replies) if replies.is_empty() => "(empty set)".into(),
            Self::Push(replies) if replies.is_empty() => "(empty push)".into(),
            Self::Map(pairs) if pairs.is_empty() => "(empty hash)".into(),
            Self::Array(replies) | Self::Push(replies) => numbered(replies, ')'),
            Self::Set(replies) => numbered(replies, '~'),
            Self::Map(pairs) => numbered_pairs(pairs),
            Self::Attribute(notes, reply) => {
                format!("(attribute)\n{}\n{}", numbered_pairs(notes), reply.plain())
            }
            Self::Shown(text) => text.clone(),
        }
    }

    /// Whether it takes several lines (`cliIsMultilineValueTTY`).
    fn is_multiline(&self) -> bool {
        match self {
            Self::Array(replies) | Self::Set(replies) | Self::Push(replies) => {
                replies.len() > 1 || replies.first().is_some_and(Self::is_multiline)
            }
            Self::Map(pairs) => {
                pairs.len() > 1 || pairs.first().is_some_and(|(_, value)| value.is_multiline())
            }
            Self::Attribute(..) => true,
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
            Self::Set(replies) => {
                let mut replies = replies.clone();
                replies.sort_by_key(Self::plain);
                Self::Set(replies)
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

    fn length(&self, place: &Place) -> String {
        let (length, unit) = match self {
            Self::Status(bytes) | Self::Bulk(bytes) | Self::Verbatim { text: bytes, .. } => {
                (bytes.len(), "bytes")
            }
            Self::Array(replies) | Self::Set(replies) | Self::Push(replies) => {
                (replies.len(), "elements")
            }
            Self::Map(pairs) => (pairs.len(), "pairs"),
            _ => return self.plain(),
        };
        let length = length.to_string();
        let length = place.kept_as(&length).unwrap_or(length);
        format!("({}) {length} {unit}", self.kind_name())
    }

    fn near(&self, number: i64) -> String {
        match self {
            Self::Integer(own) if own.abs_diff(number) <= number.unsigned_abs() / 10 => {
                format!("(integer) {{near {number}}}")
            }
            _ => self.plain(),
        }
    }

    /// Returns what the reply says, if that is one number or one text.
    #[must_use]
    pub fn content(&self) -> Option<String> {
        match self {
            Self::Integer(number) => Some(number.to_string()),
            Self::Bulk(text) | Self::Status(text) => String::from_utf8(text.clone()).ok(),
            _ => None,
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
            Self::BigNumber(_) => "big number",
            Self::Verbatim { .. } => "verbatim",
            Self::Attribute(..) => "attribute",
            Self::Shown(_) => "other",
        }
    }

    /// Reads back what [`Reply::print`] printed in the plain view.
    ///
    /// Returns `None` for what is not printed so. What is printed alike reads as the plainer of two
    /// kinds: a verbatim text as a status, a push as an array.
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
        if let Some(number) = printed.strip_prefix("(double) ") {
            return Some(Self::Double(number.to_owned()));
        }
        if let Some(number) = printed.strip_prefix("(big number) ") {
            return Some(Self::BigNumber(number.to_owned()));
        }
        match printed {
            "(nil)" => return Some(Self::Nil),
            "(true)" => return Some(Self::Boolean(true)),
            "(false)" => return Some(Self::Boolean(false)),
            "(empty array)" => return Some(Self::Array(Vec::new())),
            "(empty set)" => return Some(Self::Set(Vec::new())),
            "(empty hash)" => return Some(Self::Map(Vec::new())),
            _ => {}
        }
        if let Some(mark) = mark_of(printed) {
            let items = elements(printed, mark)?;
            if mark == '#' {
                return items.iter().map(|item| pair(item)).collect::<Option<_>>().map(Self::Map);
            }
            let replies =
                items.iter().map(|one| Self::parse_printed(one)).collect::<Option<_>>()?;
            return Some(if mark == '~' { Self::Set(replies) } else { Self::Array(replies) });
        }
        let is_status = !printed.starts_with(['(', '"']) && !printed.contains('\n');
        is_status.then(|| Self::Status(text::with_whole_runs(printed)))
    }

    /// Returns the bytes of the reply; `None` for a kind that the protocol has not.
    #[must_use]
    pub fn wire(&self, protocol: Protocol) -> Option<Vec<u8>> {
        let line = |kind: &[u8], text: &[u8]| [kind, text, b"\r\n"].concat();
        let count = |kind: &[u8], count: usize| line(kind, count.to_string().as_bytes());
        let all = |head: Vec<u8>, replies: &[Self]| {
            replies.iter().try_fold(head, |wire, one| Some([wire, one.wire(protocol)?].concat()))
        };
        let pairs = |head: Vec<u8>, pairs: &[(Self, Self)]| {
            pairs.iter().try_fold(head, |wire, (name, value)| {
                Some([wire, name.wire(protocol)?, value.wire(protocol)?].concat())
            })
        };
        match self {
            Self::Status(text) => Some(line(b"+", text)),
            Self::Error(text) => Some(line(b"-", text)),
            Self::Integer(number) => Some(line(b":", number.to_string().as_bytes())),
            Self::Bulk(bytes) => Some([count(b"$", bytes.len()), line(b"", bytes)].concat()),
            Self::Array(replies) => all(count(b"*", replies.len()), replies),
            Self::Nil if protocol == Protocol::Resp2 => Some(b"$-1\r\n".to_vec()),
            Self::Shown(_) => None,
            _ if protocol == Protocol::Resp2 => None,
            Self::Nil => Some(b"_\r\n".to_vec()),
            Self::Set(replies) => all(count(b"~", replies.len()), replies),
            Self::Push(replies) => all(count(b">", replies.len()), replies),
            Self::Map(all) => pairs(count(b"%", all.len()), all),
            Self::Double(number) => Some(line(b",", number.as_bytes())),
            Self::BigNumber(number) => Some(line(b"(", number.as_bytes())),
            Self::Boolean(truth) => Some(line(b"#", if *truth { b"t" } else { b"f" })),
            Self::Verbatim { format, text } => {
                let body = [format.as_bytes(), b":", text].concat();
                Some([count(b"=", body.len()), line(b"", &body)].concat())
            }
            Self::Attribute(notes, reply) => {
                Some([pairs(count(b"|", notes.len()), notes)?, reply.wire(protocol)?].concat())
            }
        }
    }
}

/// How deep a reply may be nested: as deep as the `redis` crate reads.
const DEPTH: usize = 100;

/// Takes the first reply off `rest`, which may hold so many levels.
fn decode(rest: &mut &[u8], depth: usize) -> Option<Reply> {
    let below = depth.checked_sub(1)?;
    let (kind, text) = take_line(rest)?.split_first()?;
    let text_of = |text: &[u8]| Some(str::from_utf8(text).ok()?.to_owned());
    Some(match kind {
        b'+' => Reply::Status(text.to_vec()),
        b'-' => Reply::Error(text.to_vec()),
        b':' => Reply::Integer(text_of(text)?.parse().ok()?),
        b',' => Reply::Double(text_of(text)?),
        b'(' => Reply::BigNumber(text_of(text)?),
        b'#' => Reply::Boolean(text == b"t"),
        b'_' => Reply::Nil,
        b'$' | b'*' if text.starts_with(b"-") => Reply::Nil,
        b'$' => Reply::Bulk(take_bulk(text, rest)?.to_vec()),
        b'!' => Reply::Error(take_bulk(text, rest)?.to_vec()),
        b'=' => {
            let (format, text) = take_bulk(text, rest)?.split_at_checked(4)?;
            Reply::Verbatim { format: text_of(format.strip_suffix(b":")?)?, text: text.to_vec() }
        }
        b'*' => Reply::Array(take_all(text, rest, below)?),
        b'~' => Reply::Set(take_all(text, rest, below)?),
        b'>' => Reply::Push(take_all(text, rest, below)?),
        b'%' => Reply::Map(take_pairs(text, rest, below)?),
        b'|' => Reply::Attribute(take_pairs(text, rest, below)?, Box::new(decode(rest, below)?)),
        _ => return None,
    })
}

fn take_line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
    let (line, after) = rest.split_at_checked(end)?;
    *rest = after.get(2..)?;
    Some(line)
}

fn take_bulk<'a>(length: &[u8], rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (bulk, after) = rest.split_at_checked(number(length)?)?;
    *rest = after.strip_prefix(b"\r\n")?;
    Some(bulk)
}

fn take_all(count: &[u8], rest: &mut &[u8], depth: usize) -> Option<Vec<Reply>> {
    (0..number(count)?).map(|_| decode(rest, depth)).collect()
}

fn take_pairs(count: &[u8], rest: &mut &[u8], depth: usize) -> Option<Vec<(Reply, Reply)>> {
    (0..number(count)?).map(|_| Some((decode(rest, depth)?, decode(rest, depth)?))).collect()
}

fn number(text: &[u8]) -> Option<usize> {
    str::from_utf8(text).ok()?.parse().ok()
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
        let length = mark_of(first).map_or(1, |mark| length_of(rest, mark));
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

/// Returns the mark behind the numbers, if a reply is printed as numbered lines.
fn mark_of(printed: &str) -> Option<char> {
    let rest = printed.trim_start().strip_prefix('1')?;
    let mark = rest.chars().next().filter(|mark| [')', '~', '#'].contains(mark))?;
    rest.get(1..)?.starts_with(' ').then_some(mark)
}

/// Returns how many of the lines belong to the numbered ones that the first one begins.
fn length_of(lines: &[String], mark: char) -> usize {
    let Some(indent) = lines.first().and_then(|line| line.find(&format!("{mark} "))) else {
        return 1;
    };
    let mut elements = 0;
    let mut belongs = |line: &String| {
        let Some((head, _)) = line.split_at_checked(indent + 2) else { return false };
        let is_next = head.trim() == format!("{}{mark}", elements + 1);
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
        let space = if value.is_multiline() { " \n" } else { " " };
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

/// Takes the numbers of numbered lines away again.
fn elements(printed: &str, mark: char) -> Option<Vec<String>> {
    let indent = printed.find(&format!("{mark} "))? + 2;
    let mut items: Vec<String> = Vec::new();
    for line in printed.lines() {
        let (head, body) = line.split_at_checked(indent)?;
        if head.trim().is_empty() {
            let item = items.last_mut()?;
            item.push('\n');
            item.push_str(body);
        } else if head.trim() == format!("{}{mark}", items.len() + 1) {
            items.push(body.to_owned());
        } else {
            return None;
        }
    }
    Some(items)
}

/// Reads back a name, an arrow and a value.
fn pair(item: &str) -> Option<(Reply, Reply)> {
    const ARROW: &str = " => ";
    // In a name in quotes, an arrow may stand too: the name is the first that reads back.
    item.match_indices(ARROW).find_map(|(at, _)| {
        let (name, value) = (item.get(..at)?, item.get(at + ARROW.len()..)?);
        let value = value.strip_prefix('\n').unwrap_or(value);
        Some((Reply::parse_printed(name)?, Reply::parse_printed(value)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bulk(text: &str) -> Reply {
        Reply::Bulk(text.as_bytes().to_vec())
    }

    /// Reads bytes as the `redis` crate does, and finds that their own reader agrees.
    fn read(wire: &[u8]) -> Reply {
        let reply = redis::parse_redis_value(wire).expect("a reply").into();
        assert_eq!(Reply::decode(wire).as_ref(), Some(&reply), "{}", text::escape(wire));
        reply
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
            b"%1\r\n$7\r\nmodules\r\n*1\r\n$1\r\nx\r\n",
            b"%1\r\n+a\r\n%1\r\n+b\r\n%2\r\n+c\r\n:1\r\n+d\r\n:2\r\n",
            b"%1\r\n+k\r\n*1\r\n*2\r\n:1\r\n:2\r\n",
            b"*2\r\n%2\r\n+c\r\n:1\r\n+d\r\n:2\r\n~2\r\n+x\r\n+y\r\n",
            b"*10\r\n:1\r\n:2\r\n:3\r\n:4\r\n:5\r\n:6\r\n:7\r\n:8\r\n:9\r\n%2\r\n+k\r\n*2\r\n:1\r\n:2\r\n+l\r\n#f\r\n",
            b"*3\r\n%0\r\n~0\r\n_\r\n",
            b"%1\r\n+k\r\n%0\r\n",
            b">2\r\n$7\r\nmessage\r\n:42\r\n",
            b"~1\r\n#t\r\n",
            b",1.5\r\n",
            b",inf\r\n",
            b"(1234567999999999999999999999999999999\r\n",
            b"!10\r\nERR a bulk\r\n",
            b"=8\r\ntxt:some\r\n",
            b"=8\r\nmkd:a\r\nb\r\n",
            b"|1\r\n+key-popularity\r\n*2\r\n$7\r\nkey:123\r\n:90\r\n+OK\r\n",
        ];
        let show = |wire: &&[u8]| {
            let printed = read(wire).print(&View::Plain, &Place::default());
            format!("{}\n{printed}", text::escape(wire))
        };
        insta::assert_snapshot!(replies.iter().map(show).collect::<Vec<_>>().join("\n\n"));
    }

    #[test]
    fn a_double_is_printed_as_it_was_written() {
        for number in ["3", "3.0", "0.10000000000000001", "1e+20", "-inf", "nan"] {
            let reply = Reply::decode(format!(",{number}\r\n").as_bytes()).expect("a double");
            assert_eq!(reply.plain(), format!("(double) {number}"));
        }
    }

    #[test]
    fn what_is_no_whole_reply_is_not_decoded() {
        let wires = [
            "",
            "PONG\r\n",
            "+OK",
            ":x\r\n",
            "$3\r\nab\r\n",
            "$2\r\nabc\r\n",
            "*2\r\n:1\r\n",
            "%1\r\n:1\r\n",
            "=3\r\ntxt\r\n",
            "=4\r\ntext\r\n",
            "*x\r\n",
            "|1\r\n+a\r\n+b\r\n",
        ];
        for wire in wires {
            assert_eq!(Reply::decode(wire.as_bytes()), None, "{wire:?}");
        }
        let nested = |depth: usize| format!("{}:1\r\n", "*1\r\n".repeat(depth));
        assert!(Reply::decode(nested(99).as_bytes()).is_some());
        assert_eq!(Reply::decode(nested(100).as_bytes()), None);
        assert_eq!(Reply::decode(nested(1_000_000).as_bytes()), None);
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
        let set = Reply::Set(vec![bulk("b"), bulk("a")]);
        let map = Reply::Map(vec![(bulk("b"), Reply::Nil), (bulk("a"), Reply::Nil)]);
        let text = Reply::Verbatim { format: "txt".into(), text: b"role:".to_vec() };
        let table = [
            (&list, View::Sorted, "1) \"1\"\n2) \"2\"\n3) \"a\"\n4) \"b\""),
            (&list, View::SortedPairs, "1) \"a\"\n2) \"2\"\n3) \"b\"\n4) \"1\""),
            (&list, View::Kind, "(array)"),
            (&list, View::Length, "(array) 4 elements"),
            (&bulk("é"), View::Length, "(bulk) {two} bytes"),
            (&bulk("é"), View::Kind, "(bulk)"),
            (&Reply::Status(b"OK".to_vec()), View::Kind, "(status)"),
            (&Reply::Integer(7), View::Kind, "(integer)"),
            (&Reply::Integer(7), View::Length, "(integer) 7"),
            (&Reply::Nil, View::Kind, "(nil)"),
            (&Reply::Nil, View::Sorted, "(nil)"),
            (&error, View::Kind, "(error) WRONGTYPE"),
            (&error, View::Length, "(error) WRONGTYPE Operation"),
            (&set, View::Sorted, "1~ \"a\"\n2~ \"b\""),
            (&set, View::Length, "(set) {two} elements"),
            (&map, View::SortedPairs, "1# \"a\" => (nil)\n2# \"b\" => (nil)"),
            (&map, View::Length, "(map) {two} pairs"),
            (&map, View::Commands(vec!["a".into()]), "1# \"a\" => (nil)"),
            (&text, View::Length, "(verbatim) 5 bytes"),
            (&text, View::Kind, "(verbatim)"),
            (&Reply::Integer(90), View::Near(100), "(integer) {near 100}"),
            (&Reply::Integer(110), View::Near(100), "(integer) {near 100}"),
            (&Reply::Integer(89), View::Near(100), "(integer) 89"),
            (&Reply::Integer(111), View::Near(100), "(integer) 111"),
            (&Reply::Integer(-2), View::Near(100), "(integer) -2"),
            (&Reply::Nil, View::Near(100), "(nil)"),
        ];
        let place = Place { kept: [("two".into(), "2".into())].into(), ..Place::default() };
        for (reply, view, printed) in table {
            assert_eq!(reply.print(&view, &place), printed);
        }
    }

    #[test]
    fn what_is_printed_reads_back_to_the_same_bytes() {
        let both: &[&[u8]] = &[
            b"+OK\r\n",
            b":-3\r\n",
            b"$0\r\n\r\n",
            b"$9\r\na\"\\\r\n\x00\xff()\r\n",
            b"-ERR  two  spaces  and one at the end \r\n",
            b"*0\r\n",
            b"*11\r\n:1\r\n:2\r\n:3\r\n:4\r\n:5\r\n:6\r\n:7\r\n:8\r\n:9\r\n:10\r\n*2\r\n+x\r\n-E y\r\n",
        ];
        let resp2: &[&[u8]] = &[b"$-1\r\n", b"*2\r\n$1\r\na\r\n*2\r\n:1\r\n*2\r\n$-1\r\n*0\r\n"];
        let resp3: &[&[u8]] = &[
            b"_\r\n",
            b"#t\r\n",
            b"#f\r\n",
            b",0.10000000000000001\r\n",
            b"(12345679999999999999999999999\r\n",
            b"~0\r\n",
            b"%0\r\n",
            b"%1\r\n$6\r\na => b\r\n*1\r\n:1\r\n",
            b"*3\r\n%2\r\n$1\r\na\r\n*2\r\n_\r\n:1\r\n+b\r\n%1\r\n+c\r\n:1\r\n~2\r\n+x\r\n+y\r\n~0\r\n",
        ];
        for (protocol, own) in [(Protocol::Resp2, resp2), (Protocol::Resp3, resp3)] {
            let wires: Vec<&[u8]> = both.iter().chain(own).copied().collect();
            let mut printed = Vec::new();
            for wire in &wires {
                let one = Reply::decode(wire).expect("a reply").plain();
                let back = Reply::parse_printed(&one).and_then(|reply| reply.wire(protocol));
                assert_eq!(back.as_deref(), Some(*wire), "{one}");
                printed.push(one);
            }
            let all = parse_several(&print_several(&printed)).expect("all of them");
            let back: Vec<Vec<u8>> = all.iter().filter_map(|one| one.wire(protocol)).collect();
            assert_eq!(back, wires);
        }
        for wire in resp3.iter().skip(1) {
            let reply = Reply::decode(wire).expect("a reply");
            assert_eq!(reply.wire(Protocol::Resp2), None, "{reply:?}");
        }
        for not_plain in ["(bulk) 3 bytes", "(closed)", "(nothing)", "1) (closed)", "1# (nil)"] {
            assert_eq!(Reply::parse_printed(not_plain), None, "{not_plain}");
        }
    }

    #[test]
    fn every_kind_is_written_as_it_was_read() {
        let wires: &[&[u8]] = &[
            b">2\r\n$7\r\nmessage\r\n:42\r\n",
            b"=8\r\ntxt:some\r\n",
            b"|1\r\n+note\r\n,1.5\r\n%1\r\n~1\r\n_\r\n(1\r\n",
        ];
        for wire in wires {
            let back = Reply::decode(wire).and_then(|reply| reply.wire(Protocol::Resp3));
            assert_eq!(back.as_deref(), Some(*wire));
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
        let place = Place { port: 20123, dir: "/tmp/redis-1".into(), ..Place::default() };
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
        let nowhere = Place { port: 20123, ..Place::default() };
        assert_eq!(mask(b"/tmp 20123", &nowhere), b"/tmp {port}");
    }
}

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

/// Replaces the directory and the port, unless other digits stand beside the port's.
fn mask(bytes: &[u8], place: &Place) -> Vec<u8> {
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
        let head = format!("{} => ", name.plain());
        let value = value.plain().replace('\n', &format!("\n{}", " ".repeat(head.chars().count())));
        head + &value
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

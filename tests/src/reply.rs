//! What a server answers, and what is printed of it.

use crate::entries;
use crate::text::Place;
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
    /// What is in place of a reply, printed as it is.
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
                Self::Error(word.to_vec()).plain()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::read;

    fn bulk(text: &str) -> Reply {
        Reply::Bulk(text.as_bytes().to_vec())
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

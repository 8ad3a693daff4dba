//! The fields of a reply: some have the same value in every run, others only the same shape.

use crate::reply::Reply;
use crate::text::{Place, quoted};

/// Which fields are printed, and how: what `@fields` is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields {
    named: Vec<(String, Show)>,
    others: Option<Show>,
}

/// How a field's value is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Show {
    Whole,
    Shape,
}

impl Fields {
    /// Reads a list such as `role,run_id?,*`: names, and a star for all others. What is followed by
    /// a question mark is printed by its shape.
    ///
    /// # Errors
    /// When a name is empty or comes twice.
    pub fn parse(list: &str) -> Result<Self, String> {
        let mut fields = Self { named: Vec::new(), others: None };
        for item in list.split(',') {
            let (name, show) = match item.strip_suffix('?') {
                Some(name) => (name, Show::Shape),
                None => (item, Show::Whole),
            };
            let is_known = match name {
                "*" => fields.others.replace(show).is_some(),
                _ => fields.named.iter().any(|(known, _)| known == name),
            };
            if name.is_empty() || is_known {
                return Err(format!("'{list}' is no list of fields: name,name?,*"));
            }
            if name != "*" {
                fields.named.push((name.to_owned(), show));
            }
        }
        Ok(fields)
    }

    /// Prints the fields of a map, of an array of names and values, or of the lines of a text.
    ///
    /// A text is printed line by line with its line ends, below the kind that it came as. What has
    /// no fields, such as an error, is printed as it is.
    #[must_use]
    pub fn print(&self, reply: &Reply, place: &Place) -> String {
        match reply {
            Reply::Bulk(text) => self.print_text("bulk", text, place),
            Reply::Verbatim { format, text } => {
                self.print_text(&format!("verbatim {format}"), text, place)
            }
            Reply::Map(pairs) => {
                let fields = pairs.iter().map(|(name, value)| (name, value));
                let pairs = self.pick(fields, place).into_iter();
                let printed = Reply::Map(pairs.collect()).plain();
                self.with_missing(printed, pairs_of(reply).map(|(name, _)| text_of(name)).collect())
            }
            Reply::Array(replies) if replies.len().is_multiple_of(2) => {
                let pairs = self.pick(pairs_of(reply), place).into_iter();
                let printed = Reply::Array(pairs.flat_map(|(n, v)| [n, v]).collect()).plain();
                self.with_missing(printed, pairs_of(reply).map(|(name, _)| text_of(name)).collect())
            }
            other => other.plain(),
        }
    }

    /// Returns what the only field that is named says, so that it can be kept.
    #[must_use]
    pub fn content(&self, reply: &Reply) -> Option<String> {
        let [(name, _)] = self.named.as_slice() else { return None };
        match reply {
            Reply::Bulk(text) | Reply::Verbatim { text, .. } => {
                let text = String::from_utf8_lossy(text);
                let mut fields = text.lines().flat_map(|line| Line::read(line).fields);
                fields.find(|(known, _)| known == name).map(|(_, value)| value.to_owned())
            }
            _ => pairs_of(reply).find(|(known, _)| text_of(known) == *name)?.1.content(),
        }
    }

    fn show(&self, name: &str) -> Option<Show> {
        let named = self.named.iter().find(|(known, _)| known == name);
        named.map(|(_, show)| *show).or(self.others)
    }

    fn pick<'a>(
        &self,
        fields: impl Iterator<Item = (&'a Reply, &'a Reply)>,
        place: &Place,
    ) -> Vec<(Reply, Reply)> {
        let shown = |(name, value): (&Reply, &Reply)| match self.show(&text_of(name))? {
            Show::Whole => Some((name.clone(), value.clone())),
            Show::Shape => Some((name.clone(), shape_of(value, place))),
        };
        fields.filter_map(shown).collect()
    }

    fn print_text(&self, kind: &str, text: &[u8], place: &Place) -> String {
        let Ok(text) = str::from_utf8(text) else { return quoted(text) };
        let mut printed = vec![format!("({kind})")];
        let mut seen = Vec::new();
        for whole in text.split_inclusive('\n') {
            let bare = whole.trim_end_matches(['\r', '\n']);
            let line = Line::read(bare);
            seen.extend(line.fields.iter().flat_map(|(name, value)| {
                std::iter::once((*name).to_owned()).chain(parts(value).into_iter().flatten())
            }));
            let fields = line.fields.iter().filter_map(|(name, value)| {
                let value = self.value(name, value, place)?;
                Some(format!("{name}{}{value}", line.separator))
            });
            let fields: Vec<String> = fields.collect();
            // A heading and an empty line say where the fields are.
            if !fields.is_empty() || line.fields.is_empty() {
                let end = whole.get(bare.len()..).unwrap_or_default();
                let body = if line.fields.is_empty() { bare.to_owned() } else { fields.join(" ") };
                printed.push(quoted(format!("{body}{end}").as_bytes()));
            }
        }
        self.with_missing(printed.join("\n"), seen)
    }

    /// Prints the value of a field, and of what it consists of: `keys=1,expires=0`.
    fn value(&self, name: &str, value: &str, place: &Place) -> Option<String> {
        let own = self.show(name)?;
        let one = |show: Show, text: &str| match show {
            Show::Whole => text.to_owned(),
            Show::Shape => shape(text, place),
        };
        if parts(value).is_none() {
            return Some(one(own, value));
        }
        let part = |part: &str| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let named = self.named.iter().find(|(known, _)| known == name);
            format!("{name}={}", one(named.map_or(own, |(_, show)| *show), value))
        };
        Some(value.split(',').map(part).collect::<Vec<_>>().join(","))
    }

    /// Adds a line for every requested field that is missing.
    fn with_missing(&self, mut printed: String, seen: Vec<String>) -> String {
        for (name, _) in self.named.iter().filter(|(name, _)| !seen.contains(name)) {
            printed.push_str(&format!("\n(no field {name})"));
        }
        printed
    }
}

/// A line of a text: `name:value`, or words that are each `name=value`; without fields, a heading.
struct Line<'a> {
    separator: char,
    fields: Vec<(&'a str, &'a str)>,
}

impl<'a> Line<'a> {
    fn read(line: &'a str) -> Self {
        let is_words = match (line.find('='), line.find(':')) {
            (Some(equals), Some(colon)) => equals < colon,
            (_, colon) => colon.is_none(),
        };
        let separator = if is_words { '=' } else { ':' };
        let fields = if line.starts_with('#') {
            Vec::new()
        } else if is_words {
            line.split(' ').filter_map(|word| word.split_once('=')).collect()
        } else {
            line.split_once(':').into_iter().collect()
        };
        Self { separator, fields }
    }
}

/// Returns the names within a value such as `keys=1,expires=0`; `None` for a value without any.
fn parts(value: &str) -> Option<Vec<String>> {
    let name = |part: &str| Some(part.split_once('=')?.0.to_owned());
    value.split(',').map(name).collect()
}

fn pairs_of(reply: &Reply) -> Box<dyn Iterator<Item = (&Reply, &Reply)> + '_> {
    match reply {
        Reply::Map(pairs) => Box::new(pairs.iter().map(|(name, value)| (name, value))),
        Reply::Array(replies) => Box::new(replies.chunks(2).filter_map(|pair| match pair {
            [name, value] => Some((name, value)),
            _ => None,
        })),
        _ => Box::new(std::iter::empty()),
    }
}

fn text_of(name: &Reply) -> String {
    name.content().unwrap_or_else(|| name.plain())
}

/// Returns the reply with the shape of its number or text in their place, or with the name under
/// which just this was kept.
pub(crate) fn shape_of(value: &Reply, place: &Place) -> Reply {
    match value {
        Reply::Integer(number) => {
            Reply::Shown(format!("(integer) {}", shape(&number.to_string(), place)))
        }
        Reply::Bulk(text) => {
            Reply::Shown(format!("\"{}\"", shape(&String::from_utf8_lossy(text), place)))
        }
        Reply::Status(text) => Reply::Shown(shape(&String::from_utf8_lossy(text), place)),
        other => Reply::Shown(format!("({})", other.kind_name())),
    }
}

/// Returns the placeholder of a value that may differ in every run.
fn shape(value: &str, place: &Place) -> String {
    if let Some(kept) = place.kept_as(value) {
        return kept;
    }
    let is_number = |text: &str| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_decimal = |text: &str| {
        text.split_once('.').is_some_and(|(whole, part)| is_number(whole) && is_number(part))
    };
    let is_size = |text: &str| is_number(text) || is_decimal(text);
    let is_address = |text: &str| {
        let (host, port) = text.rsplit_once(':').unwrap_or((text, ""));
        is_number(port) && host.parse::<std::net::Ipv4Addr>().is_ok()
    };
    let kind = match value {
        "" => return String::new(),
        _ if value.len() == 40 && value.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            "40-hex-digits"
        }
        _ if is_number(value) => "number",
        _ if is_decimal(value) => "decimal",
        _ if is_address(value) => "address",
        _ if value.strip_suffix('%').is_some_and(is_decimal) => "percentage",
        _ if value.strip_suffix(['B', 'K', 'M', 'G', 'T']).is_some_and(is_size) => "size",
        _ => "text",
    };
    format!("{{{kind}}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        let kept = [("me".to_owned(), "17".to_owned())];
        Place { port: 20123, kept: kept.into(), ..Place::default() }
    }

    fn printed(list: &str, reply: &Reply) -> String {
        Fields::parse(list).expect(list).print(reply, &place())
    }

    fn bulk(text: &str) -> Reply {
        Reply::Bulk(text.as_bytes().to_vec())
    }

    #[test]
    fn fields_of_a_text_are_printed_with_their_line_ends() {
        let info = "# Server\r\nrun_id:0123456789abcdef0123456789abcdef01234567\r\nhz:10\r\n\r\n\
                    # Keyspace\r\ndb0:keys=3,expires=1,avg_ttl=95\r\n";
        let table = [
            ("hz", vec!["# Server\\r\\n", "hz:10\\r\\n", "\\r\\n", "# Keyspace\\r\\n"]),
            (
                "run_id?,hz?,db0,avg_ttl?",
                vec![
                    "# Server\\r\\n",
                    "run_id:{40-hex-digits}\\r\\n",
                    "hz:{number}\\r\\n",
                    "\\r\\n",
                    "# Keyspace\\r\\n",
                    "db0:keys=3,expires=1,avg_ttl={number}\\r\\n",
                ],
            ),
        ];
        for (list, lines) in table {
            let lines: Vec<String> = lines.iter().map(|line| format!("\"{line}\"")).collect();
            let rest = lines.join("\n");
            assert_eq!(printed(list, &bulk(info)), format!("(bulk)\n{rest}"), "{list}");
            let text = Reply::Verbatim { format: "txt".into(), text: info.into() };
            assert_eq!(printed(list, &text), format!("(verbatim txt)\n{rest}"), "{list}");
        }
    }

    #[test]
    fn fields_of_words_are_printed_in_their_line() {
        let list = "id=17 addr=127.0.0.1:4711 name= db=0\nid=18 addr=[::1]:4711 name=b db=-1\n";
        let table = [
            ("id?,db", "\"id={me} db=0\\n\"\n\"id={number} db=-1\\n\""),
            (
                "*?",
                "\"id={me} addr={address} name= db={number}\\n\"\n\"id={number} addr={text} name={text} db={number}\\n\"",
            ),
            (
                "addr?,*",
                "\"id=17 addr={address} name= db=0\\n\"\n\"id=18 addr={text} name=b db=-1\\n\"",
            ),
            ("name", "\"name=\\n\"\n\"name=b\\n\""),
        ];
        for (fields, lines) in table {
            assert_eq!(printed(fields, &bulk(list)), format!("(bulk)\n{lines}"), "{fields}");
        }
    }

    #[test]
    fn fields_of_pairs_keep_their_kind() {
        let pairs = [(bulk("server"), bulk("redis")), (bulk("id"), Reply::Integer(17))];
        let modules = (bulk("modules"), Reply::Array(Vec::new()));
        let map = Reply::Map(pairs.iter().cloned().chain([modules]).collect());
        let array = Reply::Array(pairs.into_iter().flat_map(|(n, v)| [n, v]).collect());
        let table = [
            (&map, "id?", "1# \"id\" => (integer) {me}"),
            (&map, "server?,modules?", "1# \"server\" => \"{text}\"\n2# \"modules\" => (array)"),
            (&array, "server,id", "1) \"server\"\n2) \"redis\"\n3) \"id\"\n4) (integer) 17"),
            (&array, "id?", "1) \"id\"\n2) (integer) {me}"),
        ];
        for (reply, list, lines) in table {
            assert_eq!(printed(list, reply), lines, "{list}");
        }
    }

    #[test]
    fn a_field_that_is_not_there_is_told() {
        assert_eq!(printed("hz,no", &bulk("hz:10")), "(bulk)\n\"hz:10\"\n(no field no)");
        assert_eq!(printed("no?", &Reply::Map(Vec::new())), "(empty hash)\n(no field no)");
        assert_eq!(printed("no,*", &bulk("")), "(bulk)\n(no field no)");
        let error = Reply::Error(b"ERR no".to_vec());
        assert_eq!(printed("hz", &error), "(error) ERR no");
        assert_eq!(printed("hz", &Reply::Nil), "(nil)");
    }

    #[test]
    fn a_value_is_known_by_its_shape() {
        let table = [
            ("", ""),
            ("17", "{me}"),
            ("0123456789012345678901234567890123456789", "{40-hex-digits}"),
            ("0", "{number}"),
            ("-1", "{number}"),
            ("0.25", "{decimal}"),
            ("97.26%", "{percentage}"),
            ("1.03M", "{size}"),
            ("0B", "{size}"),
            ("127.0.0.1:80", "{address}"),
            ("-", "{text}"),
            ("1.", "{text}"),
            ("%", "{text}"),
            ("B", "{text}"),
            ("127.0.0.1:", "{text}"),
            ("127.0.0.1:x", "{text}"),
            ("a:80", "{text}"),
            ("noeviction", "{text}"),
            ("012345678g012345678901234567890123456789", "{text}"),
        ];
        for (value, expected) in table {
            assert_eq!(shape(value, &place()), expected, "{value}");
        }
    }

    #[test]
    fn the_one_named_field_can_be_kept() {
        let one = |list: &str, reply: &Reply| Fields::parse(list).expect(list).content(reply);
        let line = bulk("id=17 addr=127.0.0.1:4711\n");
        assert_eq!(one("addr?", &line).as_deref(), Some("127.0.0.1:4711"));
        assert_eq!(one("id", &bulk("a:1\r\nid:5\r\n")).as_deref(), Some("5"));
        let pairs = Reply::Array(vec![bulk("id"), Reply::Integer(5)]);
        assert_eq!(one("id", &pairs).as_deref(), Some("5"));
        assert_eq!(one("no", &line), None);
        assert_eq!(one("id,addr", &line), None);
    }

    #[test]
    fn a_list_of_fields_names_each_once() {
        for list in ["", ",", "a,", "a,a?", "*,*?", "?"] {
            let error = Fields::parse(list).expect_err(list);
            assert_eq!(error, format!("'{list}' is no list of fields: name,name?,*"));
        }
    }
}

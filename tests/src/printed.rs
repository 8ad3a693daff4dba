//! A reply as redis-cli prints it on a terminal, and the way back.

use crate::reply::{Reply, mask};
use crate::text::{self, Place, quoted};

impl Reply {
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
}

/// Reads back the replies that [`print_several`] printed, each in the plain view.
#[must_use]
pub fn parse_several(lines: &[String]) -> Option<Vec<Reply>> {
    split_several(lines)?.iter().map(|reply| Reply::parse_printed(reply)).collect()
}

/// Takes apart the replies that [`print_several`] printed, each as it was printed.
#[must_use]
pub fn split_several(lines: &[String]) -> Option<Vec<String>> {
    let mut replies = Vec::new();
    let mut rest = lines;
    while let Some(first) = rest.first() {
        if let Some((one, times)) = repeated(first) {
            replies.extend(vec![one.to_owned(); times]);
            rest = rest.get(1..)?;
            continue;
        }
        let length = mark_of(first).map_or(1, |mark| length_of(rest, mark));
        let (reply, after) = rest.split_at_checked(length)?;
        replies.push(reply.join("\n"));
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

/// Returns the mark after the numbers, if a reply is printed as numbered lines.
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
    // In a name in quotes, an arrow may occur, too: the name is the first that reads back.
    item.match_indices(ARROW).find_map(|(at, _)| {
        let (name, value) = (item.get(..at)?, item.get(at + ARROW.len()..)?);
        let value = value.strip_prefix('\n').unwrap_or(value);
        Some((Reply::parse_printed(name)?, Reply::parse_printed(value)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resp::Protocol;
    use crate::transcript::View;
    use crate::wire::read;

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
}

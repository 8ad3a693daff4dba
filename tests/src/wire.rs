//! A reply's bytes, read and written.

use crate::reply::Reply;
use crate::resp::Protocol;

impl Reply {
    /// Reads the whole reply with which `bytes` begin.
    ///
    /// Returns `None` for what is no RESP, not whole, or nested beyond reason.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        decode(&mut { bytes }, DEPTH)
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

/// Reads bytes as the `redis` crate does, and finds that their own reader agrees.
#[cfg(test)]
pub(crate) fn read(wire: &[u8]) -> Reply {
    let reply = redis::parse_redis_value(wire).expect("a reply").into();
    assert_eq!(Reply::decode(wire).as_ref(), Some(&reply), "{}", crate::text::escape(wire));
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

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
}

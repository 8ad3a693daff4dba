//! Requests as arrays of bulks; where one reply ends and the next begins, and of which protocol it
//! is.

/// How replies are written: what a client has chosen with `HELLO`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protocol {
    /// What every client speaks at first.
    #[default]
    Resp2,
    /// With maps, sets, doubles and more, and a nil of its own.
    Resp3,
}

impl Protocol {
    /// Returns the protocol that a client speaks from the reply to `request` on.
    #[must_use]
    pub fn after(self, request: &[Vec<u8>], reply: &[u8]) -> Self {
        let is = |index: usize, word: &str| {
            request.get(index).is_some_and(|given| given.eq_ignore_ascii_case(word.as_bytes()))
        };
        match () {
            () if reply.starts_with(b"-") => self,
            () if is(0, "HELLO") && is(1, "2") => Self::Resp2,
            () if is(0, "HELLO") && is(1, "3") => Self::Resp3,
            () if is(0, "RESET") => Self::Resp2,
            () => self,
        }
    }

    /// Whether the first whole reply in `bytes` holds what only the other protocol has.
    #[must_use]
    pub fn is_broken_by(self, bytes: &[u8]) -> bool {
        let mut found = false;
        let is_foreign = |line: &[u8]| match self {
            Self::Resp2 => line.first().is_some_and(|kind| b"_#,(!=%~>|".contains(kind)),
            Self::Resp3 => line.starts_with(b"$-") || line.starts_with(b"*-"),
        };
        walk(bytes, |line| found |= is_foreign(line)).is_some() && found
    }
}

/// Returns a request as an array of bulks.
#[must_use]
pub fn request<T: AsRef<[u8]>>(words: &[T]) -> Vec<u8> {
    let mut cmd = redis::Cmd::new();
    for word in words {
        cmd.arg(word.as_ref());
    }
    cmd.get_packed_command()
}

/// Returns the length of the first whole reply in `bytes`, or `None` if more must come.
///
/// What is no RESP at all counts as a reply up to the end of its line, so that a server that
/// answers in its own way is shown as it is.
#[must_use]
pub fn reply_length(bytes: &[u8]) -> Option<usize> {
    walk(bytes, |_| {})
}

/// Shows `visit` the first line of a reply and of all that it holds; returns its length if it is
/// whole.
fn walk(bytes: &[u8], mut visit: impl FnMut(&[u8])) -> Option<usize> {
    let mut at = 0;
    // Replies still to be read: a nested one adds its elements.
    let mut open: u64 = 1;
    while open > 0 {
        let rest = bytes.get(at..)?;
        let line = rest.windows(2).position(|pair| pair == b"\r\n")?;
        let head = rest.get(..line)?;
        visit(head);
        let (kind, number) = head.split_first().unwrap_or((&0, &[]));
        let number = str::from_utf8(number).ok().and_then(|number| number.parse::<i64>().ok());
        // A negative number means nil, which contains nothing.
        let held = number.and_then(|number| u64::try_from(number).ok());
        at += line + 2;
        open -= 1;
        match (kind, held) {
            (b'$' | b'=' | b'!', Some(length)) => {
                at = at.checked_add(usize::try_from(length).ok()?)?.checked_add(2)?;
                bytes.get(..at)?;
            }
            (b'*' | b'~' | b'>', Some(elements)) => open = open.checked_add(elements)?,
            (b'%', Some(pairs)) => open = open.checked_add(pairs.checked_mul(2)?)?,
            (b'|', Some(pairs)) => {
                open = open.checked_add(pairs.checked_mul(2)?)?.checked_add(1)?;
            }
            _ => {}
        }
    }
    Some(at)
}

/// Returns what follows this many whole replies; nothing if there are fewer.
#[must_use]
pub fn after_replies(bytes: &[u8], replies: usize) -> &[u8] {
    let mut rest = bytes;
    for _ in 0..replies {
        let Some(end) = reply_length(rest) else { return &[] };
        rest = rest.get(end..).unwrap_or_default();
    }
    rest
}

/// Cuts `bytes` into whole replies and what is left.
#[must_use]
pub fn split_replies(mut bytes: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let mut replies = Vec::new();
    while let Some((reply, rest)) = reply_length(bytes).and_then(|end| bytes.split_at_checked(end))
    {
        replies.push(reply);
        bytes = rest;
    }
    (replies, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_reply_is_found_and_no_part_of_one() {
        let replies: &[&[u8]] = &[
            b"+OK\r\n",
            b"-ERR no\r\n",
            b":1\r\n",
            b"$-1\r\n",
            b"*-1\r\n",
            b"$0\r\n\r\n",
            b"$4\r\n\r\n\r\n\r\n",
            b"*0\r\n",
            b"*2\r\n$1\r\na\r\n*1\r\n:2\r\n",
            b"%1\r\n+a\r\n:1\r\n",
            b"~1\r\n_\r\n",
            b"%0\r\n",
            b">2\r\n+message\r\n%1\r\n#t\r\n,1.5\r\n",
            b"(1234567999999999999999999999999999999\r\n",
            b"!5\r\nE\r\n x\r\n",
            b"=8\r\ntxt:\r\n\r\n\r\n",
            b"|1\r\n+note\r\n*1\r\n:1\r\n*1\r\n+OK\r\n",
            b"*2\r\n|1\r\n+note\r\n:1\r\n+a\r\n+b\r\n",
            b"PONG\r\n",
            b"\r\n",
        ];
        for reply in replies {
            for cut in 0..reply.len() {
                assert_eq!(reply_length(&reply[..cut]), None, "{reply:?} cut at {cut}");
            }
            let followed = [*reply, b"+next"].concat();
            assert_eq!(reply_length(&followed), Some(reply.len()), "{reply:?}");
            assert_eq!(split_replies(&followed), (vec![*reply], &b"+next"[..]));
        }
    }

    #[test]
    fn one_protocol_is_told_from_the_other_at_any_depth() {
        let resp3 = [&b"_\r\n"[..], b"%0\r\n", b"*2\r\n$1\r\n_\r\n*1\r\n#t\r\n"];
        let resp2 = [&b"$-1\r\n"[..], b"*-1\r\n", b"*2\r\n$3\r\n$-1\r\n*1\r\n$-1\r\n"];
        let both =
            [&b"$3\r\n_\r\n\r\n"[..], b"+_\r\n", b"PONG\r\n", b"$3\r\n$-1\r\n", b"*0\r\n", b"_"];
        let broken =
            |reply| (Protocol::Resp2.is_broken_by(reply), Protocol::Resp3.is_broken_by(reply));
        for reply in resp3 {
            assert_eq!(broken(reply), (true, false), "{reply:?}");
        }
        for reply in resp2 {
            assert_eq!(broken(reply), (false, true), "{reply:?}");
        }
        for reply in both {
            assert_eq!(broken(reply), (false, false), "{reply:?}");
        }
    }

    #[test]
    fn a_protocol_holds_until_it_is_changed() {
        use Protocol::{Resp2, Resp3};
        let table: &[(Protocol, &[&str], &[u8], Protocol)] = &[
            (Resp2, &["hello", "3", "SETNAME", "a"], b"%7", Resp3),
            (Resp3, &["HELLO", "2"], b"*14", Resp2),
            (Resp3, &["HELLO"], b"%7", Resp3),
            (Resp2, &["HELLO", "3"], b"-ERR unknown command", Resp2),
            (Resp3, &["HELLO", "2", "x"], b"-ERR Syntax error", Resp3),
            (Resp3, &["reset"], b"+RESET", Resp2),
            (Resp3, &["RESET", "x"], b"-ERR wrong number", Resp3),
            (Resp3, &["ECHO", "HELLO", "2"], b"$5", Resp3),
            (Resp3, &[], b"+OK", Resp3),
        ];
        for (before, request, reply, after) in table {
            let request: Vec<Vec<u8>> =
                request.iter().map(|word| word.as_bytes().to_vec()).collect();
            assert_eq!(before.after(&request, reply), *after, "{request:?}");
        }
    }

    #[test]
    fn an_announced_length_is_not_believed_past_the_end_of_numbers() {
        assert_eq!(reply_length(b"$9223372036854775807\r\n"), None);
        assert_eq!(reply_length(b"%9223372036854775807\r\n%9223372036854775807\r\n"), None);
    }
}

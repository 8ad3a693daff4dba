//! Where one reply ends and the next begins.

/// Returns the length of the first whole reply in `bytes`, or `None` if more must come.
///
/// What is no RESP at all counts as a reply up to the end of its line, so that a server that
/// answers in its own way is shown as it is.
#[must_use]
pub fn reply_length(bytes: &[u8]) -> Option<usize> {
    walk(bytes, |_| {})
}

/// Whether the first whole reply in `bytes` holds anything that only RESP3 has.
#[must_use]
pub fn is_resp3(bytes: &[u8]) -> bool {
    let mut found = false;
    walk(bytes, |kind| found |= b"_#,(!=%~>|".contains(&kind)).is_some() && found
}

/// Shows `visit` the kind of a reply and of all that it holds; returns its length if it is whole.
fn walk(bytes: &[u8], mut visit: impl FnMut(u8)) -> Option<usize> {
    let mut at = 0;
    // Replies still to be read: a nested one adds its elements.
    let mut open: u64 = 1;
    while open > 0 {
        let rest = bytes.get(at..)?;
        let line = rest.windows(2).position(|pair| pair == b"\r\n")?;
        let (kind, number) = rest.get(..line)?.split_first().unwrap_or((&0, &[]));
        visit(*kind);
        let number = str::from_utf8(number).ok().and_then(|number| number.parse::<i64>().ok());
        // A negative number stands for nil, which holds nothing.
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

/// Returns what follows so many whole replies; nothing if there are fewer.
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
    fn resp3_is_told_from_resp2_at_any_depth() {
        for resp3 in [&b"_\r\n"[..], b"%0\r\n", b"*2\r\n$1\r\n_\r\n*1\r\n#t\r\n"] {
            assert!(is_resp3(resp3), "{resp3:?}");
        }
        for resp2 in [&b"$3\r\n_\r\n\r\n"[..], b"+_\r\n", b"PONG\r\n", b"_"] {
            assert!(!is_resp3(resp2), "{resp2:?}");
        }
    }

    #[test]
    fn an_announced_length_is_not_believed_past_the_end_of_numbers() {
        assert_eq!(reply_length(b"$9223372036854775807\r\n"), None);
        assert_eq!(reply_length(b"%9223372036854775807\r\n%9223372036854775807\r\n"), None);
    }
}

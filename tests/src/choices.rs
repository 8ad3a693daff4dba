//! What a wrong reply most likely means, where a client has chosen how it is served.

use crate::diagnosis::{Said, Symptoms, say};
use crate::history;
use crate::player::Trouble;
use crate::resp::{Protocol, split_replies};
use crate::transcript::Action;

/// RESP3 to a client that has not asked for it, or RESP2 to one that has asked for more.
pub(crate) fn protocol(s: &Symptoms<'_>) -> Said {
    if !s.knows_resp3 {
        return None;
    }
    let due = match s.trouble {
        Some(Trouble::Protocol(due)) => *due,
        Some(_) => return None,
        // Raw bytes are compared as they are, without following the protocol.
        None => protocol_of_the_nil(s)?,
    };
    say(match due {
        Protocol::Resp2 if says(s, b"RESET") => {
            "RESET returns a connection to its initial state, and so to RESP2: nil is $-1."
        }
        Protocol::Resp2 => {
            "Until HELLO 3 succeeds on it, a connection speaks RESP2: nil is $-1, and a map is a \
             flat array."
        }
        Protocol::Resp3 => {
            "After HELLO 3 there is one nil, _, instead of $-1 and *-1. Each connection remembers \
             what its client has chosen."
        }
    })
}

/// Returns whether the sent bytes contain this argument, written in capitals here.
fn says(s: &Symptoms<'_>, word: &[u8]) -> bool {
    s.sent.to_ascii_uppercase().windows(word.len()).any(|part| part == word)
}

/// If one nil is expected and the other was received, returns the protocol of the expected one.
fn protocol_of_the_nil(s: &Symptoms<'_>) -> Option<Protocol> {
    let (expected, received) = (s.expected?, s.received);
    let at = expected.iter().zip(received).position(|(one, other)| one != other)?;
    let (due, came) = (expected.get(at..)?, received.get(at..)?);
    match () {
        () if due.starts_with(b"_\r\n") && came.starts_with(b"$-1\r\n") => Some(Protocol::Resp3),
        () if due.starts_with(b"$-1\r\n") && came.starts_with(b"_\r\n") => Some(Protocol::Resp2),
        () => None,
    }
}

/// A malformed map, or one with a wrong count.
pub(crate) fn map(s: &Symptoms<'_>) -> Said {
    if s.trouble == Some(&Trouble::Silence) && counts_both(s.received) == Some(true) {
        return say("The map is incomplete. Its count is that of its pairs, not of its names and \
            values.");
    }
    let mark = |lines: &[String]| {
        let line = lines.first()?.trim_start().strip_prefix('1')?;
        line.chars().next()
    };
    match (mark(s.due)?, mark(s.came)?) {
        ('#', ')') => say(
            "For a client that has chosen RESP3, names and values are a map: %, and the number of \
            pairs.",
        ),
        (')', '#') => say("In RESP2, names and values alternate in one array."),
        _ => None,
    }
}

/// Whether a map announces as many pairs as it has names and values.
fn counts_both(map: &[u8]) -> Option<bool> {
    let end = map.windows(2).position(|pair| pair == b"\r\n")?;
    let count = str::from_utf8(map.get(..end)?.strip_prefix(b"%")?).ok()?.parse::<usize>().ok()?;
    let (items, rest) = split_replies(map.get(end + 2..)?);
    Some(rest.is_empty() && items.len() == count)
}

/// A reply to a client that wants none, or no reply to a client that wants one.
pub(crate) fn silence(s: &Symptoms<'_>) -> Said {
    let is_silent = matches!(s.trouble, Some(Trouble::Silence));
    if !says(s, b"CLIENT REPLY ") || !(is_silent || s.trouble.is_none()) || s.is_closed() {
        return None;
    }
    let came = !s.received.is_empty();
    if says(s, b"REPLY OFF") && matches!(s.action, Action::Nothing) && came {
        return say(
            "After CLIENT REPLY OFF nothing is sent, no reply and no error, until CLIENT REPLY ON.",
        );
    }
    if says(s, b"REPLY SKIP") {
        return say(
            "CLIENT REPLY SKIP gets no reply, and neither does the next request, whatever it is. \
             CLIENT REPLY ON always gets one.",
        );
    }
    (says(s, b"REPLY ON") && is_silent && !came).then(|| {
        "CLIENT REPLY ON is answered with OK. Requests without replies are executed, too.".into()
    })
}

/// QUIT, and what follows it.
pub(crate) fn farewell(s: &Symptoms<'_>) -> Said {
    (says(s, b"QUIT") && s.closes && s.trouble == Some(&Trouble::StillOpen)).then(|| {
        "QUIT is answered with OK, then the server must close. Requests after QUIT are not \
        executed."
            .into()
    })
}

/// The name of another client.
pub(crate) fn name(s: &Symptoms<'_>) -> Said {
    history::arguments(s, "CLIENT")?;
    let is_text = s.received.starts_with(b"$") && !s.received.starts_with(b"$-1");
    let is_nil = s.expected.is_some_and(|due| due.starts_with(b"$-1") || due.starts_with(b"_"));
    if !is_text || !is_nil {
        return None;
    }
    say(if history::has_named_itself(s) {
        "Expected no name, received one."
    } else {
        "Expected no name, received one. A name that a client chooses belongs to its own \
        connection."
    })
}

/// A key is sought or found in another database than the selected one.
pub(crate) fn database(s: &Symptoms<'_>) -> Said {
    const COMMANDS: [&str; 7] = ["EXISTS", "TYPE", "TTL", "PTTL", "DBSIZE", "KEYS", "SCAN"];
    if s.trouble.is_some() || !history::said(s, "SELECT") {
        return None;
    }
    let looks = COMMANDS.iter().any(|name| history::arguments(s, name).is_some());
    let is_same_kind = s.expected.is_some_and(|due| due.first() == s.received.first());
    let gets = history::arguments(s, "GET").is_some() && s.received.starts_with(b"$");
    let is_found = |reply: &[u8]| !reply.starts_with(b"$-1") && !reply.starts_with(b"_");
    let differs = s.expected.is_some_and(|due| is_found(due) != is_found(s.received));
    if !(looks && is_same_kind || gets && (differs || history::is_stored_value(s))) {
        return None;
    }
    say("Each database has keys of its own, and each connection uses the one that it has selected \
        last. A rejected SELECT selects nothing.")
}

/// A number that is counted or measured in another way.
pub(crate) fn number(s: &Symptoms<'_>) -> Said {
    let number = |reply: &[u8]| -> Option<i64> {
        let digits = reply.strip_prefix(b":")?.strip_suffix(b"\r\n")?;
        str::from_utf8(digits).ok()?.parse().ok()
    };
    let is = |name: &str| history::arguments(s, name).is_some();
    let came = number(s.received)?;
    if is("TTL") || is("PTTL") {
        let due = s.due.first()?.trim_start_matches("(integer) ").trim_start_matches("{near ");
        let due: i64 = due.trim_end_matches('}').parse().ok()?;
        return match (due, came) {
            (-2 | -1, _) | (_, -2 | -1) => say("-2 means no key, -1 a key without a deadline."),
            _ if due.abs_diff(came) == 1 && is("TTL") => {
                say("TTL rounds to the nearest second: half a second or more rounds up.")
            }
            _ if (due + 2..10 * due).contains(&came) => {
                say("A time to live begins now, and not at the deadline that the key had before.")
            }
            _ => say("TTL counts seconds, PTTL milliseconds, from now on."),
        };
    }
    (is("EXISTS") && s.expected.is_some_and(|due| due.starts_with(b":"))).then(|| {
        "EXISTS looks up one name after the other, and counts how often it finds a key that has \
        not expired."
            .into()
    })
}

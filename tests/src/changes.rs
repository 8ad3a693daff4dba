//! What a wrong reply most likely means, after keys were deleted or renamed.

use crate::diagnosis::{Said, Symptoms, say};
use crate::history::{arguments, commands, waited};

/// DEL and UNLINK count the keys that they remove.
pub(crate) fn deleted(s: &Symptoms<'_>) -> Said {
    let keys = arguments(s, "DEL").or_else(|| arguments(s, "UNLINK"))?;
    let number = |reply: &[u8]| {
        let digits = reply.strip_prefix(b":")?.strip_suffix(b"\r\n")?;
        str::from_utf8(digits).ok()?.parse::<usize>().ok()
    };
    if number(s.received)? <= number(s.expected?)? {
        return None;
    }
    if waited(s) {
        return say("A key that has expired is gone for every client. DEL must not count it.");
    }
    (number(s.received)? == keys.len())
        .then(|| "DEL counts the keys that it removes, not the names that it is given.".into())
}

/// RENAME takes the value and its deadline along, and changes nothing if both names are the same.
pub(crate) fn renamed(s: &Symptoms<'_>) -> Said {
    let commands = commands(s);
    let (from, to) = commands.iter().rev().find_map(|(_, words)| match words.as_slice() {
        [Some(name), Some(from), Some(to)] if name.eq_ignore_ascii_case("RENAME") => {
            Some((*from, *to))
        }
        _ => None,
    })?;
    let asked = ["GET", "TTL", "RENAMENX"].into_iter().find_map(|name| arguments(s, name));
    if asked?.first() != Some(&Some(to)) {
        return None;
    }
    let is_gone = [&b":-2"[..], b"$-1", b"_", b"-ERR no such key"]
        .iter()
        .any(|it| s.received.starts_with(it));
    if from == to && is_gone {
        return say(
            "RENAME to the same name changes nothing, but here the key is gone. Is the old name \
             removed after the new one is stored?",
        );
    }
    arguments(s, "TTL")?;
    say(
        "The deadline belongs to the value: RENAME takes it along, and the one of the value that it \
         replaces is gone.",
    )
}

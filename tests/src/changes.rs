//! What a wrong reply most likely means, after keys were deleted, renamed or emptied.

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

/// A list goes with its last element.
pub(crate) fn emptied(s: &Symptoms<'_>) -> Said {
    const TAKE: [&str; 7] = ["LPOP", "RPOP", "LREM", "LTRIM", "LMOVE", "RPOPLPUSH", "LMPOP"];
    let keys = arguments(s, "EXISTS")?;
    let takes = commands(s).iter().any(|(_, words)| {
        let mut words = words.iter().flatten();
        let is_taking = words
            .next()
            .is_some_and(|name| TAKE.iter().any(|taking| name.eq_ignore_ascii_case(taking)));
        is_taking && words.any(|word| keys.contains(&Some(*word)))
    });
    (takes && s.expected? == b":0\r\n" && s.received.starts_with(b":")).then(|| {
        "A list without elements is no key. Does the key go when its last element is taken out?"
            .into()
    })
}

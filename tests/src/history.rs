//! What a wrong reply most likely means, told from the steps before it.

use crate::diagnosis::{Said, Symptoms, say, text_of};
use crate::player::Trouble;
use crate::transcript::{Action, Command};

/// Returns the arguments of a command that are plain text, the others as `None`.
fn words(command: &Command) -> Vec<Option<&str>> {
    command.words.iter().map(|word| word.literal()).collect()
}

/// Returns the arguments of this step if it is this one command.
pub(crate) fn arguments<'a>(s: &Symptoms<'a>, name: &str) -> Option<Vec<Option<&'a str>>> {
    let Action::Command(command) = s.action else { return None };
    let words = words(command);
    let (first, rest) = words.split_first()?;
    (*first)?.eq_ignore_ascii_case(name).then(|| rest.to_vec())
}

/// Returns the commands so far, word by word.
fn commands<'a>(s: &Symptoms<'a>) -> impl Iterator<Item = Vec<Option<&'a str>>> {
    let commands = s.before.iter().flat_map(|step| match step {
        Action::Command(command) => std::slice::from_ref(command),
        Action::Pipeline(commands) => commands.as_slice(),
        Action::Scan { meanwhile, .. } => meanwhile.as_slice(),
        _ => &[],
    });
    commands.map(words)
}

/// Returns whether a command so far has this argument, in any letter case.
pub(crate) fn said(s: &Symptoms<'_>, word: &str) -> bool {
    commands(s).any(|words| words.iter().flatten().any(|one| one.eq_ignore_ascii_case(word)))
}

/// Returns key and value of every `SET` so far.
fn stored<'a>(s: &Symptoms<'a>) -> Vec<(&'a str, &'a str)> {
    let pair = |words: Vec<Option<&'a str>>| match words.as_slice() {
        [Some(name), Some(key), Some(value), ..] if name.eq_ignore_ascii_case("SET") => {
            Some((*key, *value))
        }
        _ => None,
    };
    commands(s).filter_map(pair).collect()
}

fn waited(s: &Symptoms<'_>) -> bool {
    s.before.iter().any(|step| matches!(step, Action::Wait(_)))
}

fn is_loaded(s: &Symptoms<'_>) -> bool {
    s.before.iter().any(|step| matches!(step, Action::File { .. }))
}

/// The server's process should have ended otherwise, or at all, or not have ended; or it should have
/// hung up.
pub(crate) fn ending(s: &Symptoms<'_>) -> Said {
    if *s.action == Action::HungUp && s.trouble == Some(&Trouble::StillOpen) {
        return say("The connection is still open: the server goes on reading what can no longer \
                    become a request.");
    }
    let signal = s.before.iter().rev().find_map(|step| match step {
        Action::Signal(name) => Some(name),
        _ => None,
    });
    let is_gone = matches!(s.trouble, Some(Trouble::Closed | Trouble::Unreachable(_)));
    let runs = s.came.first().is_some_and(|line| line == "(still runs)");
    Some(match (signal, *s.action == Action::Ended) {
        (Some(signal), false) if is_gone => {
            format!("{signal} kills a program that does not ignore it or have a handler for it.")
        }
        (Some(signal), true) if runs => {
            format!("After {signal} the server must end, though clients are still connected.")
        }
        (Some(signal), true) => format!(
            "Without a handler, {signal} kills the process, or raises an exception in it. Catch the \
             signal, and end with exit code 0. If a script starts your server, let it exec the \
             server, so that the signal reaches it."
        ),
        (None, true) if runs && is_loaded(s) => "A server that starts without the keys of its \
            dump looks empty, and one that saves would overwrite the dump."
            .into(),
        (None, true) if !runs => "The server sees that something is wrong, but its exit code says \
            that all is well. A script that starts it looks only at the exit code: end with 1."
            .into(),
        _ => return None,
    })
}

/// Returns the words that the server was started with besides its port.
fn started_with<'a>(s: &Symptoms<'a>) -> Vec<&'a str> {
    let arguments = s.before.iter().filter_map(|step| match step {
        Action::ServerArguments(words) => Some(words),
        _ => None,
    });
    arguments.flatten().filter_map(|word| word.literal()).collect()
}

/// Returns the elements of a flat array as they are printed.
fn elements(lines: &[String]) -> Option<Vec<&str>> {
    if lines.first()? == "(empty array)" {
        return Some(Vec::new());
    }
    let element = |line: &'_ String| line.split_once(") ").map(|(number, _)| number.len() + 2);
    lines.iter().map(|line| line.get(element(line)?..)).collect()
}

/// A value, but not the one that this key has.
pub(crate) fn wrong_value(s: &Symptoms<'_>) -> Said {
    let key = (*arguments(s, "GET")?.first()?)?;
    let wanted = str::from_utf8(text_of(s.expected?)?).ok()?;
    let came = str::from_utf8(text_of(s.received)?).ok()?;
    let stored = stored(s);
    let whose = |text: &str| stored.iter().rposition(|(_, value)| *value == text);
    if stored.iter().any(|(_, old)| came == [*old, wanted].concat()) {
        return say("The new value is appended to the old one. SET replaces the whole value.");
    }
    let other = whose(came)?;
    match stored.get(other)? {
        (owner, _) if *owner == key && whose(wanted) > Some(other) => {
            say("That is the value of an earlier SET. The last one counts.")
        }
        (owner, _) if *owner == key => {
            say("That is the value of a rejected SET. Check the whole command before you change \
            anything: one that fails must change nothing.")
        }
        (owner, _) if owner.eq_ignore_ascii_case(key) => Some(format!(
            "That is the value of '{owner}', which is another key: the case of letters matters in \
            keys.",
        )),
        (owner, _) => Some(format!("That is the value of '{owner}', which is another key.")),
    }
}

/// A key of a dump that is not as it was saved.
pub(crate) fn dump(s: &Symptoms<'_>) -> Said {
    if !is_loaded(s) {
        return None;
    }
    arguments(s, "GET")?;
    let (expected, received) = (s.expected?, s.received);
    let is_nil = |reply: &[u8]| reply.starts_with(b"$-1") || reply.starts_with(b"_");
    let named = started_with(s).iter().any(|word| word.starts_with("--d"));
    match (is_nil(expected), is_nil(received)) {
        (true, true) => None,
        _ if named => say(
            "The server was started with options that name the dump. Is that the file that it loads?",
        ),
        (false, true) => say(
            "The key is in the dump. Did the loader skip exactly the bytes of every record before it? \
             Or did it take the key for expired? A deadline (FC milliseconds, FD seconds, both \
             since 1970) applies to the one key after it.",
        ),
        (true, false) => say(
            "The key should not be loaded. Its deadline has passed (FC milliseconds, FD seconds, both \
             since 1970), or it belongs to another database.",
        ),
        (false, false) => saved_otherwise(text_of(expected)?, text_of(received)?),
    }
}

/// A dump's string that was decoded wrongly.
fn saved_otherwise(wanted: &[u8], came: &[u8]) -> Said {
    let number = |text: &[u8]| str::from_utf8(text).ok()?.parse::<i64>().ok();
    if let Some(wanted) = number(wanted) {
        let bytes = wanted.to_le_bytes();
        if matches!(came.len(), 1 | 2 | 4) && bytes.starts_with(came) {
            return say(
                "These are the integer's bytes in the file. Its value is the number in decimal digits.",
            );
        }
        let signs = [1 << 8, 1 << 16, 1_i64 << 32];
        if number(came).is_some_and(|came| signs.contains(&came.wrapping_sub(wanted))) {
            return say("The integer was read without its sign: in the file it is i8, i16 or i32.");
        }
    }
    if wanted.len() == came.len() && came.contains(&0) && !wanted.contains(&0) {
        return say(
            "There are zeros where the text repeats itself. A back-reference in LZF may overlap \
            the bytes that it appends: copy byte by byte.",
        );
    }
    say("Expected another value. A dump may hold it in several databases, and only number 0 \
         is served; a string may be plain, an integer or compressed.")
}

/// `KEYS` lists too much or too little.
pub(crate) fn listing(s: &Symptoms<'_>) -> Said {
    let pattern = (*arguments(s, "KEYS")?.first()?)?;
    let (due, came) = (elements(s.due)?, elements(s.came)?);
    let hint = hint(pattern);
    if let Some(extra) = came.iter().find(|element| !due.contains(element)) {
        if pattern == "*" && waited(s) {
            return Some(format!(
                "{extra} is listed although it has expired. KEYS must check deadlines, too: the \
                key may not have been looked up since.",
            ));
        }
        return Some(format!("{extra} is listed, but does not match {pattern}. {hint}"));
    }
    let missing = due.iter().find(|element| !came.contains(element))?;
    Some(format!("{missing} matches {pattern}, but is not listed. {hint}"))
}

/// Returns the rule that a pattern most likely stumbles over.
fn hint(pattern: &str) -> &'static str {
    if pattern == "*" {
        "A lone star matches every key."
    } else if pattern.contains('\\') {
        "A backslash makes the next byte literal."
    } else if pattern.contains('[') {
        "[abc] is one of these bytes, [a-z] one of that range, [^a] any byte but a; ! has no meaning."
    } else if pattern.contains('?') {
        "A question mark matches one byte: not none, and not a character of several."
    } else if pattern.contains(['.', '+', '^', '$', '(']) {
        "A pattern is not a regular expression: only * ? [ ] and \\ have a meaning."
    } else if pattern.contains(|letter: char| letter.is_ascii_uppercase()) {
        "The case of letters matters."
    } else {
        "A pattern has to match the whole key, from its first byte to its last."
    }
}

/// `CONFIG GET` answers other pairs.
pub(crate) fn settings(s: &Symptoms<'_>) -> Said {
    let arguments = arguments(s, "CONFIG")?;
    let asked: Vec<&str> = arguments.iter().skip(1).flatten().copied().collect();
    if !s.due.iter().any(|line| line.starts_with("1) ") || line == "(empty array)") {
        return None;
    }
    if s.came.iter().any(|line| line.contains(") 1) ")) {
        return say("Expected one flat array, in which names and values alternate, received an \
            array for each pair.");
    }
    let (due, came) = (elements(s.due)?, elements(s.came)?);
    if came.contains(&"(nil)") {
        return say("A name that Redis does not know is omitted, without a nil in its place.");
    }
    if came.len() > due.len() {
        return say("Each setting is returned once, however many names match it.");
    }
    if came.len() < due.len() {
        let has_uppercase = |name: &&str| name.contains(|letter: char| letter.is_ascii_uppercase());
        return if asked.iter().any(has_uppercase) {
            say("Names of settings are compared in any letter case, and returned as they were \
                typed.")
        } else {
            say("A pair is missing. Every name in the request is answered, and each may be a \
                pattern.")
        };
    }
    if s.due.iter().any(|line| line.contains("{dir}")) {
        return say("The directory is reported as an absolute path, wherever the server was \
            started.");
    }
    let differs = due.iter().zip(&came).find(|(wanted, came)| wanted != came)?;
    let wanted = differs.0.trim_matches('"');
    if started_with(s).contains(&wanted) {
        return Some(format!(
            "Expected '{wanted}', with which the server was started, received something else."
        ));
    }
    None
}

/// What Redis takes is refused, because it is written in small letters or is no command at all.
pub(crate) fn misread(s: &Symptoms<'_>) -> Said {
    if s.expected.is_none_or(|expected| expected.starts_with(b"-")) {
        return None;
    }
    let error = str::from_utf8(s.received.strip_prefix(b"-")?).ok()?;
    let name = error.split_once("unknown command '").and_then(|(_, rest)| rest.split_once('\''));
    if let Some((name, _)) = name {
        let mut letters = name.chars();
        let is_header = matches!(letters.next(), Some('*' | '$'));
        if is_header && letters.next().is_some_and(|digit| digit.is_ascii_digit()) {
            return Some(format!(
                "The server took the line {name} for a command. It is the header of an array or of \
                a bulk, and says how much belongs to the request.",
            ));
        }
        if comes_in_pieces(s) {
            return say(
                "The beginning of this request arrived earlier. Keep the incomplete request, and \
                decode again when more bytes arrive.",
            );
        }
        if name != name.to_ascii_uppercase() {
            return say(
                "The server does not know the name as it is written here. The case of letters does \
                not matter in names of commands.",
            );
        }
    }
    if !s.sent.starts_with(b"*") && s.sent.iter().any(|byte| b"\"'".contains(byte)) {
        return say(
            "A line that is typed by hand has the quoting of redis-cli: quotes hold an argument \
            together, and double quotes allow escapes.",
        );
    }
    let Action::Command(command) = s.action else { return None };
    let small = |word: &str| ["ex", "px", "exat", "pxat", "keepttl"].contains(&word);
    if error.contains("syntax error") && words(command).into_iter().flatten().any(small) {
        return say("The case of an option's letters does not matter, as in the command's name.");
    }
    None
}

/// Returns whether an earlier `@send` ended in the middle of a line.
fn comes_in_pieces(s: &Symptoms<'_>) -> bool {
    let mut sends = s.before.iter().filter_map(|step| match step {
        Action::Send(text) => Some(text.literal()),
        _ => None,
    });
    sends.any(|text| text.is_some_and(|text| !text.ends_with('\n')))
}

/// What Redis refuses is taken.
pub(crate) fn taken(s: &Symptoms<'_>) -> Said {
    // As a reply is printed, or as it is on the wire.
    let error = |line: &&String| line.starts_with("(error)") || line.starts_with("\"-");
    let expected = s.due.first().filter(error)?;
    if !s.received.first().is_some_and(|kind| b"+$:*".contains(kind)) {
        return None;
    }
    let why = [
        (
            "not an integer",
            "A number is written in one way only: no plus sign, space or leading zero. Rust's \
            parse accepts more.",
        ),
        (
            "invalid expire time",
            "A time must be more than zero, and its deadline in milliseconds must fit 64 bits.",
        ),
        (
            "syntax error",
            "Options that exclude each other, or that are unknown, make the whole command fail.",
        ),
        ("wrong number of arguments", "Count a command's arguments before you look at them."),
    ];
    let why = why.iter().find(|(error, _)| expected.contains(error)).map_or("", |(_, why)| why);
    Some(format!("Redis rejects this with an error; the server accepts it. {why}"))
}

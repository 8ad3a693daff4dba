//! What a wrong reply most likely means, told from the steps before it.

use crate::diagnosis::{Said, Symptoms, say, text_of};
use crate::last_words::cut;
use crate::player::Trouble;
use crate::resp::split_replies;
use crate::transcript::{Action, Command, FIRST_CLIENT};

/// So much of a key or of a value is quoted.
const SHORT: usize = 40;

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

/// Returns whether this step is a command with such an argument, in any letter case.
pub(crate) fn asks_for(s: &Symptoms<'_>, word: &str) -> bool {
    let command = match s.action {
        Action::Command(command) | Action::Scan { command, .. } => command,
        _ => return false,
    };
    words(command).iter().flatten().any(|one| one.eq_ignore_ascii_case(word))
}

/// Returns the steps so far, each with the client whose step it is.
fn steps<'a>(s: &Symptoms<'a>) -> Vec<(&'a str, &'a Action)> {
    let mut client = FIRST_CLIENT;
    let step = |action: &&'a Action| {
        if let Action::Client(name) = *action {
            client = name;
        }
        (client, *action)
    };
    s.before.iter().map(step).collect()
}

/// Returns the client whose step this is.
fn current<'a>(s: &Symptoms<'a>) -> &'a str {
    steps(s).last().map_or(FIRST_CLIENT, |(client, _)| client)
}

/// Returns the commands so far, word by word, each with its client.
pub(crate) fn commands<'a>(s: &Symptoms<'a>) -> Vec<(&'a str, Vec<Option<&'a str>>)> {
    let commands = steps(s).into_iter().flat_map(|(client, step)| {
        let commands = match step {
            Action::Command(command) => std::slice::from_ref(command),
            Action::Pipeline(commands) => commands.as_slice(),
            Action::Scan { meanwhile, .. } => meanwhile.as_slice(),
            _ => &[],
        };
        commands.iter().map(move |command| (client, words(command)))
    });
    commands.collect()
}

/// Returns whether a command so far has this argument, in any letter case.
pub(crate) fn said(s: &Symptoms<'_>, word: &str) -> bool {
    let is_it = |one: &&str| one.eq_ignore_ascii_case(word);
    commands(s).iter().any(|(_, words)| words.iter().flatten().any(is_it))
}

/// Returns whether this client has chosen a name before.
pub(crate) fn has_named_itself(s: &Symptoms<'_>) -> bool {
    let is_it = |one: &&str| one.eq_ignore_ascii_case("SETNAME");
    let own = commands(s).into_iter().filter(|(client, _)| *client == current(s));
    own.into_iter().any(|(_, words)| words.iter().flatten().any(is_it))
}

/// Returns whether this client was never answered, while another is connected, which got all replies
/// that it was owed.
pub(crate) fn is_kept_out(s: &Symptoms<'_>) -> bool {
    let steps = steps(s);
    let speaks =
        |step: &Action| step.prints() || matches!(step, Action::Send(_) | Action::SendBytewise(_));
    let is_own = |client: &str| client == current(s);
    steps.iter().any(|(client, step)| !is_own(client) && speaks(step))
        && !steps.iter().any(|(client, step)| is_own(client) && step.prints())
}

/// A `SET` so far.
#[derive(Clone)]
struct Set<'a> {
    client: &'a str,
    key: &'a str,
    value: &'a str,
    options: Vec<Option<&'a str>>,
}

impl Set<'_> {
    fn has(&self, options: &[&str]) -> bool {
        let is_one = |word: &&str| options.iter().any(|option| option.eq_ignore_ascii_case(word));
        self.options.iter().flatten().any(is_one)
    }

    fn has_deadline(&self) -> bool {
        self.has(&["EX", "PX", "EXAT", "PXAT"])
    }
}

/// Returns every `SET` so far whose key and value are plain text.
fn stored<'a>(s: &Symptoms<'a>) -> Vec<Set<'a>> {
    let set = |(client, words): (&'a str, Vec<Option<&'a str>>)| match words.as_slice() {
        [Some(name), Some(key), Some(value), options @ ..] if name.eq_ignore_ascii_case("SET") => {
            Some(Set { client, key, value, options: options.to_vec() })
        }
        _ => None,
    };
    commands(s).into_iter().filter_map(set).collect()
}

/// Returns the key that this step asks for, and every `SET` of it so far.
fn asked_for<'a>(s: &Symptoms<'a>) -> Option<(&'a str, Vec<Set<'a>>)> {
    let key = (*arguments(s, "GET")?.first()?)?;
    let mut sets = stored(s);
    sets.retain(|set| set.key == key);
    Some((key, sets))
}

/// Returns whether the reply is a value that was to be stored under the key.
pub(crate) fn is_stored_value(s: &Symptoms<'_>) -> bool {
    let came = text_of(s.received).and_then(|text| str::from_utf8(text).ok());
    asked_for(s).is_some_and(|(_, sets)| sets.iter().any(|set| Some(set.value) == came))
}

/// Returns whether time has passed on purpose.
pub(crate) fn waited(s: &Symptoms<'_>) -> bool {
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
    let element = |line: &'_ String| {
        let (number, _) = line.split_once(") ")?;
        number.trim().parse::<usize>().ok().map(|_| number.len() + 2)
    };
    lines.iter().map(|line| line.get(element(line)?..)).collect()
}

const NOTHING_CHANGES: &str = "That is the value of a SET that must change nothing. Check the whole \
    command before you change anything.";

/// A value, but not the one that this key has.
pub(crate) fn wrong_value(s: &Symptoms<'_>) -> Said {
    let (key, own) = asked_for(s)?;
    let wanted = str::from_utf8(text_of(s.expected?)?).ok()?;
    let came = str::from_utf8(text_of(s.received)?).ok()?;
    if own.iter().any(|old| !old.value.is_empty() && came == [old.value, wanted].concat()) {
        return say("The new value is appended to the old one. SET replaces the whole value.");
    }
    let last = |text: &str| own.iter().rposition(|set| set.value == text);
    match (last(came), last(wanted)) {
        (Some(came), Some(wanted)) if wanted > came => {
            say("That is the value of an earlier SET. The last one counts.")
        }
        (Some(_), _) => say(NOTHING_CHANGES),
        (None, _) => of_another_key(s, key, came),
    }
}

/// Says whose value came, if it is that of another key.
fn of_another_key(s: &Symptoms<'_>, key: &str, came: &str) -> Said {
    let stored = stored(s);
    let owner = stored.iter().rfind(|set| set.value == came)?.key;
    let name = cut(owner, SHORT);
    Some(match owner.eq_ignore_ascii_case(key) {
        true => format!(
            "That is the value of '{name}', which is another key: the case of letters matters in \
            keys.",
        ),
        false => format!("That is the value of '{name}', which is another key."),
    })
}

/// A value where there should be none.
pub(crate) fn outlives(s: &Symptoms<'_>) -> Said {
    const NO_VALUE: &str = "Expected no value, received one.";
    let Some((key, sets)) = asked_for(s) else { return say(NO_VALUE) };
    let Some(last) = sets.last() else {
        let came = text_of(s.received).and_then(|text| str::from_utf8(text).ok());
        return came.and_then(|came| of_another_key(s, key, came)).or_else(|| say(NO_VALUE));
    };
    if last.has(&["EXAT", "PXAT"]) {
        return say(
            "The value outlives its deadline. EXAT and PXAT name a moment, not a time from now.",
        );
    }
    if !waited(s) {
        return say(if is_stored_value(s) { NOTHING_CHANGES } else { NO_VALUE });
    }
    say(if last.has(&["KEEPTTL"]) {
        "The value outlives its deadline. KEEPTTL keeps the deadline that the key has."
    } else if sets.iter().any(Set::has_deadline) {
        "The value is still there after its deadline. Is the deadline stored, in the right unit \
        (EX counts seconds, PX milliseconds)? Does every lookup compare it with the current time?"
    } else {
        NO_VALUE
    })
}

/// No value where there should be one.
pub(crate) fn gone(s: &Symptoms<'_>) -> Said {
    const NOT_FOUND: &str = "The key is not found. Was it stored, under exactly these bytes, where \
        this client looks?";
    let Some((_, sets)) = asked_for(s) else { return say(NOT_FOUND) };
    let Some((last, earlier)) = sets.split_last() else { return say(NOT_FOUND) };
    let had_deadline = earlier.iter().any(Set::has_deadline);
    if !waited(s) {
        return say(if last.client != current(s) {
            "The key is not found. Another client has set it, and all clients share one keyspace."
        } else if last.has(&["EXAT", "PXAT"]) {
            "The value is gone before its time. EXAT counts seconds since 1970, PXAT milliseconds."
        } else if last.has(&["KEEPTTL"]) && had_deadline {
            "The value is gone before its time. Of a key that has expired, KEEPTTL keeps nothing."
        } else {
            NOT_FOUND
        });
    }
    say(if last.has(&["KEEPTTL"]) {
        "The value is gone before its time. KEEPTTL keeps the deadline that the key has; of a key that \
        has expired, nothing."
    } else if had_deadline && !last.has_deadline() {
        "The value is gone before its time. A plain SET takes the old deadline away. Does the old \
        one still apply, perhaps as a timer that still runs?"
    } else if had_deadline {
        "The value is gone before its time. Only the deadline of the last SET counts. Does an \
        earlier one still apply, perhaps as a timer that still runs?"
    } else if last.has(&["EXAT", "PXAT"]) {
        "The value is gone before its time. EXAT counts seconds since 1970, PXAT milliseconds."
    } else if last.has_deadline() {
        "The value is gone before its time. Are the units right? EX counts seconds, PX \
        milliseconds."
    } else {
        "The value is gone, although it has no deadline."
    })
}

/// A key of a dump that is not as it was saved.
pub(crate) fn dump(s: &Symptoms<'_>) -> Said {
    if !is_loaded(s) {
        return None;
    }
    arguments(s, "GET")?;
    let (expected, received) = (s.expected?, s.received);
    let is_nil = |reply: &[u8]| reply.starts_with(b"$-1") || reply.starts_with(b"_");
    // What expires meanwhile is another matter.
    if waited(s) || !received.starts_with(b"$") && !is_nil(received) {
        return None;
    }
    let named = started_with(s).iter().any(|word| word.to_ascii_lowercase().starts_with("--d"));
    match (is_nil(expected), is_nil(received)) {
        (true, true) => None,
        _ if named => say(
            "The server was started with options that name the dump. Is that the file that it loads?",
        ),
        (false, true) => say(
            "The key is in the dump. Is the dump loaded at all? Does the loader skip exactly the \
             bytes of every record before the key? Does it take the key for expired? A deadline \
             (FC milliseconds, FD seconds, both since 1970) applies to the one key after it.",
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
            return say(
                "The integer was read without its sign: in the file it is signed, with 8, 16 or 32 bits.",
            );
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
    let is_all = pattern == "*";
    if let Some(extra) = came.iter().find(|element| !due.contains(element)) {
        let key = extra.trim_matches('"');
        let expires = stored(s).iter().any(|set| set.key == key && set.has_deadline());
        let extra = cut(extra, SHORT);
        return Some(match is_all {
            true if waited(s) && expires => format!(
                "{extra} is listed although it has expired. KEYS must check deadlines, too: the \
                key may not have been looked up since.",
            ),
            true => format!("{extra} is listed, but should not be there."),
            false => format!("{extra} is listed, but does not match {pattern}. {hint}"),
        });
    }
    let missing = cut(due.iter().find(|element| !came.contains(element))?, SHORT);
    Some(match is_all {
        true if is_loaded(s) => format!("{missing} is in the dump, but is not listed."),
        true if waited(s) => format!(
            "{missing} is gone, but its deadline is later by now, or it has none any more. Does the \
            server look at the deadline that the key has now?",
        ),
        _ => format!("{missing} matches {pattern}, but is not listed. {hint}"),
    })
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
    let names = |elements: &[&str]| -> Vec<String> {
        elements.iter().step_by(2).map(|name| name.trim_matches('"').to_owned()).collect()
    };
    let (wanted, found) = (names(&due), names(&came));
    if let Some(at) = came.iter().position(|element| *element == "(nil)") {
        let name = came.get(at.saturating_sub(1)).map_or("", |name| name.trim_matches('"'));
        return Some(match wanted.iter().any(|one| one == name) {
            true => format!("The setting '{name}' has a value, which is not nil."),
            false => {
                "A name that Redis does not know is omitted, without a nil in its place.".into()
            }
        });
    }
    if came.len() > due.len() {
        let is_twice = |name: &String| found.iter().filter(|one| *one == name).count() > 1;
        return match found.iter().find(|name| !wanted.contains(name)) {
            None if found.iter().any(is_twice) => {
                say("Each setting is returned once, however many names match it.")
            }
            None => None,
            Some(extra) => Some(format!("'{}' was not asked for.", cut(extra, SHORT))),
        };
    }
    if came.len() < due.len() {
        return missing_pair(&asked, &wanted, &found);
    }
    let (due, came) = due.iter().zip(&came).find(|(due, came)| due != came)?;
    if due.contains("{dir}") {
        let is_absolute = came.trim_matches('"').starts_with('/');
        return say(match is_absolute {
            false => {
                "The directory is reported as an absolute path, wherever the server was started."
            }
            true => "Expected the directory in which the server runs.",
        });
    }
    if due.eq_ignore_ascii_case(came) && asked.iter().any(|name| *name == due.trim_matches('"')) {
        return say("A name is returned as it was typed in the request.");
    }
    let due = due.trim_matches('"');
    started_with(s).contains(&due).then(|| {
        format!("Expected '{due}', with which the server was started, received something else.")
    })
}

/// Says which setting is missing in the reply, and what may be the reason.
fn missing_pair(asked: &[&str], wanted: &[String], found: &[String]) -> Said {
    let has_uppercase = |name: &&str| name.contains(|letter: char| letter.is_ascii_uppercase());
    let missing = wanted.iter().find(|name| !found.contains(name))?;
    let head = format!("The pair of '{missing}' is missing.");
    Some(if asked.iter().any(has_uppercase) {
        format!(
            "{head} Names of settings are compared in any letter case, and returned as they were \
            typed."
        )
    } else if asked.iter().any(|name| name.contains(['*', '?', '['])) {
        format!("{head} A name in the request may be a pattern.")
    } else if asked.len() > 1 {
        format!("{head} Every name in the request is answered.")
    } else {
        head
    })
}

/// A command that the server does not know, although it should.
pub(crate) fn unknown_command(s: &Symptoms<'_>) -> Said {
    let (due, came) = s.first_lines();
    let is_unknown = |text: &str| text.to_ascii_lowercase().contains("unknown command");
    // Where only the kind is printed, the bytes have the text.
    let whole = String::from_utf8_lossy(s.received);
    let text = if came == "(error) ERR" { whole.as_ref() } else { came };
    let is_error = ["(error)", "\"-", "-"].iter().any(|start| text.starts_with(start));
    if !is_error || !is_unknown(text) || is_unknown(due) || due == "(error) ERR" {
        return None;
    }
    let name = text.split_once('\'').and_then(|(_, rest)| rest.split_once('\''));
    let name = name.map_or("", |(name, _)| name);
    let mut letters = name.chars();
    let is_header = matches!(letters.next(), Some('*' | '$'));
    if is_header && letters.next().is_some_and(|digit| digit.is_ascii_digit()) {
        return Some(format!(
            "The server took the line {name} for a command. It is the header of an array or of a \
            bulk, and says how much belongs to the request.",
        ));
    }
    if matches!(s.action, Action::Nothing) {
        return None;
    }
    if comes_in_pieces(s) {
        return say(
            "The beginning of this request arrived earlier. Keep the incomplete request, and \
            decode again when more bytes arrive.",
        );
    }
    if is_quoted_line(s) {
        return say(QUOTING);
    }
    let asked = s.asked.filter(|name| !name.is_empty() && name.len() < SHORT)?;
    Some(match asked == asked.to_ascii_uppercase() {
        true => format!("The server does not know the command {asked} yet."),
        false => format!(
            "The server does not know the command {asked}, as it is written here. The case of \
            letters does not matter in names of commands.",
        ),
    })
}

const QUOTING: &str = "A line that is typed by hand has the quoting of redis-cli: quotes hold an \
    argument together, and double quotes allow escapes.";

/// Whether the request is a line with quotes in it.
fn is_quoted_line(s: &Symptoms<'_>) -> bool {
    let is_special = |byte: &u8| byte.is_ascii_control() && !b"\r\n".contains(byte);
    !s.sent.starts_with(b"*")
        && s.sent.iter().any(|byte| b"\"'".contains(byte))
        // Then it is more likely about these.
        && !s.sent.iter().any(is_special)
}

/// What Redis takes is refused, because of its quotes or its small letters.
pub(crate) fn misread(s: &Symptoms<'_>) -> Said {
    if s.expected.is_none_or(|expected| expected.starts_with(b"-")) {
        return None;
    }
    let is_quote = |byte: &u8| b"\"'".contains(byte);
    let is_kept = |reply: &[u8]| text_of(split_replies(reply).0.first()?)?.first().map(is_quote);
    if is_quoted_line(s) && is_kept(s.received) == Some(true) {
        return say(QUOTING);
    }
    let error = str::from_utf8(s.received.strip_prefix(b"-")?).ok()?;
    if is_quoted_line(s) {
        return say(QUOTING);
    }
    let Action::Command(command) = s.action else { return None };
    let small = |word: &str| ["ex", "px", "exat", "pxat", "keepttl"].contains(&word);
    if error.contains("syntax error") && words(command).into_iter().flatten().any(small) {
        return say("The case of an option's letters does not matter, as in the command's name.");
    }
    let options = words(command).into_iter().flatten().filter(|word| is_option(word));
    match options.collect::<Vec<_>>()[..] {
        [option] if error.contains("syntax error") => {
            Some(format!("Does the server know the option {option}?"))
        }
        _ => None,
    }
}

/// Whether this is one of the words that change what SET does.
fn is_option(word: &str) -> bool {
    ["EX", "PX", "EXAT", "PXAT", "KEEPTTL", "NX", "XX", "GET"].contains(&word)
}

/// Returns whether what this client had sent when it last read ended in the middle of a line.
fn comes_in_pieces(s: &Symptoms<'_>) -> bool {
    let steps = steps(s);
    let own: Vec<&Action> = steps
        .iter()
        .filter(|(client, _)| *client == current(s))
        .map(|(_, action)| *action)
        .collect();
    let last = own.iter().rposition(|action| matches!(action, Action::Send(_)));
    let before = own.iter().take(last.unwrap_or_default());
    let sent = before.rev().find_map(|action| match action {
        Action::Send(text) | Action::SendBytewise(text) => Some(text.literal()),
        _ => None,
    });
    s.is_cut || sent.flatten().is_some_and(|text| !text.ends_with('\n'))
}

/// What Redis refuses is taken.
pub(crate) fn taken(s: &Symptoms<'_>) -> Said {
    // As a reply is printed, or as it is on the wire.
    let error = |line: &&String| line.starts_with("(error)") || line.starts_with("\"-");
    let expected = s.due.first().filter(error)?;
    if !s.received.first().is_some_and(|kind| b"+$:*".contains(kind)) {
        return None;
    }
    let number = number_that_is_none(s);
    let why = if expected.contains("not an integer") {
        number.unwrap_or_default()
    } else {
        let why = [
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
        let why = why.into_iter().find(|(error, _)| expected.contains(error));
        why.map_or("", |(_, why)| why).to_owned()
    };
    Some(format!("Redis rejects this with an error; the server accepts it. {why}"))
}

/// Says which argument is not a number to Redis, and why.
fn number_that_is_none(s: &Symptoms<'_>) -> Option<String> {
    let Action::Command(command) = s.action else { return None };
    let words = words(command);
    let is_time = |word: &Option<&str>| {
        word.is_some_and(|word| {
            ["EX", "PX", "EXAT", "PXAT"].iter().any(|it| it.eq_ignore_ascii_case(word))
        })
    };
    // After the key and the value: they may say anything.
    let time = words.iter().skip(3).position(is_time)?;
    let number = (*words.get(3 + time + 1)?)?;
    let digits = number.trim().trim_start_matches('+');
    let is_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    Some(if digits.parse::<i64>().is_ok() {
        "A number is written in one way only: no plus sign, space or leading zero. Many languages' \
         number parsers accept more."
            .into()
    } else if is_digits {
        format!("{} does not fit 64 bits.", cut(number, SHORT))
    } else {
        format!("'{}' is not an integer.", cut(number, SHORT))
    })
}

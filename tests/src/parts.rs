//! What a wrong reply most likely means, where only parts of it are compared.

use crate::diagnosis::{Said, Symptoms, say};
use crate::history;
use crate::player::Trouble;
use crate::scan::NO_SCAN;
use crate::transcript::{Action, Command, View};

/// Returns the one command of this step.
fn command<'a>(s: &Symptoms<'a>) -> Option<&'a Command> {
    match s.action {
        Action::Command(command) => Some(command),
        _ => None,
    }
}

/// Returns the first expected line that differs, and what was received in its place.
fn differs<'a>(s: &Symptoms<'a>) -> Option<(&'a str, &'a str)> {
    let pairs = s.due.iter().zip(s.came);
    let (due, came) = pairs.into_iter().find(|(due, came)| due != came)?;
    Some((due, came))
}

/// An error came, and what Redis answers is compared only in part.
pub(crate) fn refused(s: &Symptoms<'_>) -> Said {
    let is_error = |lines: &[String]| lines.first().is_some_and(|line| line.starts_with("(error)"));
    // Where the bytes are known, there is more to report.
    if s.expected.is_some() || !is_error(s.came) || is_error(s.due) {
        return None;
    }
    say("Redis accepts this; the server rejects it with an error.")
}

/// `@fields`: one is missing, in the wrong place, or says something else.
pub(crate) fn fields(s: &Symptoms<'_>) -> Said {
    let View::Fields(_) = command(s)?.view else { return None };
    let missing = |line: &&String| line.starts_with("(no field ") && !s.due.contains(line);
    if let Some(line) = s.came.iter().find(missing) {
        let name = line.trim_start_matches("(no field ").trim_end_matches(')');
        return Some(format!("The field '{name}' is missing. Clients look for it by its name."));
    }
    let (due, came) = differs(s)?;
    match (due, came) {
        ("(verbatim txt)", "(bulk)") => {
            return say(
                "For a client that has chosen RESP3, this is a verbatim text: =, its length, and \
                txt: before it.",
            );
        }
        ("(bulk)", "(verbatim txt)") => {
            return say("This text is verbatim only in RESP3. In RESP2 it is a bulk.");
        }
        _ => {}
    }
    let end = |line: &str| line.trim_end_matches('"').ends_with("\\r\\n");
    let body = |line: &str| {
        let line = line.trim_end_matches('"').trim_end_matches("\\n").trim_end_matches("\\r");
        line.to_owned()
    };
    if body(due) == body(came) && end(due) != end(came) {
        return say(match end(due) {
            true => "Each line of this text ends in CRLF, \\r\\n.",
            false => "The line ends in LF alone, without a CR.",
        });
    }
    let mut sorted = (s.due.to_vec(), s.came.to_vec());
    sorted.0.sort();
    sorted.1.sort();
    if sorted.0 == sorted.1 {
        return say("The fields are right, but in another order.");
    }
    wrong_shape(s, due, came)
}

/// A value has not the shape that it should have, or is not the one that was kept.
fn wrong_shape(s: &Symptoms<'_>, due: &str, came: &str) -> Said {
    let words = due.split(' ').zip(came.split(' '));
    let (due, came) = words.into_iter().find(|(due, came)| due != came)?;
    let shape = |word: &str| {
        let inner = word.split_once('{')?.1.split_once('}')?.0;
        Some(inner.to_owned())
    };
    let due = shape(due)?;
    if is_kept(s, &due) {
        return Some(format!(
            "Expected the value that was kept as '{due}' before, received another."
        ));
    }
    Some(match shape(came) {
        Some(came) => format!("Expected a value like {{{due}}}, received {{{came}}}."),
        None => format!("Expected a value like {{{due}}}, received another."),
    })
}

/// Whether a step before this kept something under the name.
fn is_kept(s: &Symptoms<'_>, name: &str) -> bool {
    let mut commands = s.before.iter().filter_map(|action| match action {
        Action::Command(command) => Some(command),
        _ => None,
    });
    commands.any(|command| command.keep.as_deref() == Some(name))
}

/// `@length` of something that has as many elements as was said before.
pub(crate) fn count(s: &Symptoms<'_>) -> Said {
    let View::Length = command(s)?.view else { return None };
    let due = s.due.first()?;
    let name = due.split_once('{')?.1.split_once('}')?.0;
    let came = s.came.first()?;
    (is_kept(s, name) && due.split(' ').next() == came.split(' ').next()).then(|| {
        format!(
            "Expected the number of elements that was kept as '{name}' before, \
            received another."
        )
    })
}

/// `@commands`: an entry is missing, or is not that of Redis.
pub(crate) fn entries(s: &Symptoms<'_>) -> Said {
    let View::Commands(names) = &command(s)?.view else { return None };
    let lists = |lines: &[String], name: &str| {
        lines.iter().any(|line| line.contains(&format!("\"{name}\"")))
    };
    let missing = names.iter().find(|name| lists(s.due, name) && !lists(s.came, name));
    match missing {
        Some(name) => Some(format!(
            "The command '{name}' is not listed. COMMAND reports all commands that the server has, \
            under their full names."
        )),
        None => say(
            "An entry differs from that of Redis. Clients find a command's keys by it, and redis-cli its hints.",
        ),
    }
}

/// `@scan`: a key is lost, or comes that is not there.
pub(crate) fn scan(s: &Symptoms<'_>) -> Said {
    let Action::Scan { meanwhile, .. } = s.action else { return None };
    if s.trouble == Some(&Trouble::Endless) {
        return say(
            "The scan does not end. Each call has to go on where the one before it ended, until \
            the cursor 0 says that all keys have been seen.",
        );
    }
    if s.came.first().is_some_and(|line| line == NO_SCAN) {
        return say("Expected an array of two: the next cursor, which is a bulk, and an array.");
    }
    let is_listing = |lines: &[String]| {
        lines
            .first()
            .is_some_and(|line| line.trim_start().starts_with("1) \"") || line == "(empty array)")
    };
    if !is_listing(s.due) || !is_listing(s.came) {
        return None;
    }
    let keys = |lines: &[String]| -> Vec<String> {
        lines
            .iter()
            .filter_map(|line| line.split_once(") "))
            .map(|(_, key)| key.to_owned())
            .collect()
    };
    let (due, came) = (keys(s.due), keys(s.came));
    if let Some(extra) = came.iter().find(|key| !due.contains(key)) {
        let matches = history::asks_for(s, "MATCH");
        let options = if matches { " MATCH applies to every call of a scan." } else { "" };
        return Some(format!("Received {extra}, which should not be there.{options}"));
    }
    let lost = due.iter().find(|key| !came.contains(key))?;
    Some(match meanwhile.is_empty() {
        true => {
            format!("{lost} never came. A scan returns every key that exists all the while.")
        }
        false => format!(
            "Expected {lost}, which existed all the while, but never received it. Keys added or \
            removed during a scan must not move others past the cursor."
        ),
    })
}

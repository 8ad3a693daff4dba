//! Where the stages are not what the table of lessons says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};
use std::fs;
use std::path::Path;

use crate::lessons::Lessons;
use crate::stage::{Stage, is_binary};

/// A file or directory that the table of lessons does not account for.
pub struct Drift {
    path: String,
    fault: String,
}

impl Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.fault)
    }
}

/// Compares every stage of the project at `root` with the table of lessons, and returns what
/// differs.
pub fn find(root: &Path, lessons: &Lessons) -> anyhow::Result<Vec<Drift>> {
    let mut drifts = unknown_directories(root, lessons)?;
    let mut before: Option<Snapshot<'_>> = None;
    for stage in lessons.stages() {
        let now = Snapshot { stage, files: stage.files(root)? };
        drifts.extend(drifts_between(before.as_ref(), &now));
        before = Some(now);
    }
    Ok(drifts)
}

/// A stage with its files as they are now.
struct Snapshot<'a> {
    stage: &'a Stage,
    files: BTreeMap<String, Vec<u8>>,
}

/// How the table lists a file.
enum Listed {
    Added,
    Changed,
    Removed,
    Not,
}

fn unknown_directories(root: &Path, lessons: &Lessons) -> anyhow::Result<Vec<Drift>> {
    let mut drifts = Vec::new();
    for entry in fs::read_dir(root.join("stages"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_listed = lessons.stages().iter().any(|stage| stage.directory == name);
        if entry.path().is_dir() && !is_listed && !name.starts_with('.') {
            let fault = format!("is the directory of no stage in {}", Lessons::PATH);
            drifts.push(Drift { path: format!("stages/{name}"), fault });
        }
    }
    drifts.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(drifts)
}

fn drifts_between(before: Option<&Snapshot<'_>>, now: &Snapshot<'_>) -> Vec<Drift> {
    let Stage { added, changed, removed, .. } = now.stage;
    let listed = added.iter().chain(changed).chain(removed);
    let listed = listed.map(String::as_str).chain(now.stage.moved.iter().map(|it| it.to.as_str()));
    let were = before.into_iter().flat_map(|stage| stage.files.keys());
    let were = were.map(|file| now.stage.place_of(file));
    let existing = were.chain(now.files.keys().map(String::as_str));
    let files: BTreeSet<&str> = listed.chain(existing).collect();
    files.into_iter().filter_map(|file| drift_of(file, before, now)).collect()
}

fn drift_of(file: &str, before: Option<&Snapshot<'_>>, now: &Snapshot<'_>) -> Option<Drift> {
    let old = before.and_then(|before| {
        let contents = before.files.get(now.stage.origin_of(file)?)?;
        Some(before.stage.translate(now.stage, contents))
    });
    let new = now.files.get(file).map(Vec::as_slice);
    let before = before.map_or("the stage before".to_owned(), |before| before.stage.path());
    let fault = fault(&Listed::of(file, now.stage), old.as_deref(), new, &before)?;
    Some(Drift { path: now.stage.path_of(file), fault })
}

impl Listed {
    fn of(file: &str, stage: &Stage) -> Listed {
        match file {
            _ if stage.added.contains(file) => Listed::Added,
            _ if stage.changed.contains(file) => Listed::Changed,
            _ if stage.removed.contains(file) => Listed::Removed,
            _ => Listed::Not,
        }
    }
}

/// Every way in which a file can be listed, have been there and be there, and what is wrong with
/// it; `old` is translated to the names of the stage of `new`.
fn fault(listed: &Listed, old: Option<&[u8]>, new: Option<&[u8]>, before: &str) -> Option<String> {
    Some(match (listed, old, new) {
        (Listed::Added, None, Some(_)) => return None,
        (Listed::Added, Some(_), Some(_)) => {
            format!("is listed as added, but {before} has it already")
        }
        (Listed::Added, _, None) => "is listed as added, but does not exist".to_owned(),

        (Listed::Changed, Some(old), Some(new)) if old != new => return None,
        (Listed::Changed, Some(_), Some(_)) => {
            format!("is listed as changed, but is the same as in {before}")
        }
        (Listed::Changed, None, Some(_)) => {
            format!("is listed as changed, but {before} does not have it")
        }
        (Listed::Changed, _, None) => "is listed as changed, but does not exist".to_owned(),

        (Listed::Removed, Some(_), None) => return None,
        (Listed::Removed, None, None) => {
            format!("is listed as removed, but {before} does not have it")
        }
        (Listed::Removed, _, Some(_)) => "is listed as removed, but exists".to_owned(),

        (Listed::Not, Some(old), Some(new)) if old == new => return None,
        (Listed::Not, Some(old), Some(new)) => {
            let difference = difference(old, new);
            format!("differs from {before}, but is not listed as changed; {difference}")
        }
        (Listed::Not, None, Some(_)) => "exists, but is not listed as added".to_owned(),
        (Listed::Not, Some(_), None) => {
            format!("is in {before}, but neither here nor listed as removed")
        }
        (Listed::Not, None, None) => return None,
    })
}

/// Says where two contents that differ do so first.
fn difference(old: &[u8], new: &[u8]) -> String {
    if is_binary(old) || is_binary(new) {
        let same = old.iter().zip(new).take_while(|(old, new)| old == new).count();
        return format!("byte {same} is the first that differs");
    }
    let mut old = old.split_inclusive(|&byte| byte == b'\n');
    let mut new = new.split_inclusive(|&byte| byte == b'\n');
    let mut line = 1;
    loop {
        match (old.next(), new.next()) {
            (Some(old), Some(new)) if old == new => line += 1,
            (old, new) => return format!("line {line} was {}, is {}", shown(old), shown(new)),
        }
    }
}

fn shown(line: Option<&[u8]>) -> String {
    line.map_or("past the end".to_owned(), |line| format!("{:?}", String::from_utf8_lossy(line)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn difference_names_the_first_line_or_byte() {
        for (old, new, expected) in [
            ("a\nb\nc\n", "a\nB\nC\n", r#"line 2 was "b\n", is "B\n""#),
            ("a\n", "a\nb\n", r#"line 2 was past the end, is "b\n""#),
            ("a\nb", "a\n", r#"line 2 was "b", is past the end"#),
            ("a\n", "a", r#"line 1 was "a\n", is "a""#),
            ("a\n", "a\r\n", r#"line 1 was "a\n", is "a\r\n""#),
            ("\0ab", "\0aB", "byte 2 is the first that differs"),
            ("ab", "a\0", "byte 1 is the first that differs"),
            ("\0a", "\0ab", "byte 2 is the first that differs"),
        ] {
            assert_eq!(difference(old.as_bytes(), new.as_bytes()), expected);
        }
    }
}

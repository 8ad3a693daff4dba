//! One file of a fix, brought into the next stage's copy of it.

use std::fs;

use anyhow::Context;

use crate::git;
use crate::stage::is_binary;

/// The markers of a conflict, as they begin a line: before ours, before the base, after theirs.
pub(crate) const MARKERS: [&str; 3] = [START, "||||||| ", ">>>>>>> "];
const START: &str = "<<<<<<< ";

/// A file as it is at one place and time; no contents where it does not exist.
pub(crate) struct Version {
    /// The label of a conflict's markers.
    pub(crate) label: String,
    pub(crate) contents: Option<Vec<u8>>,
}

/// What becomes of the next stage's copy.
#[derive(Debug, PartialEq)]
pub(crate) enum Merge {
    /// It needs nothing.
    Unchanged,
    /// It was the same before the fix and is the same again.
    Carried(Vec<u8>),
    /// It was the same before the fix and goes with it.
    Deleted,
    /// It has changes of its own, and now the fix as well.
    Merged(Vec<u8>),
    /// There is none, so the fix ends here.
    Gone,
    Conflict(Conflict),
}

/// What only a person can decide.
#[derive(Debug, PartialEq)]
pub(crate) enum Conflict {
    /// Both changed the same lines: they are between markers, which begin on these lines.
    Lines { contents: Vec<u8>, lines: Vec<usize> },
    /// Both changed a file that is not text.
    Binary,
    /// The fix deletes a file that has changes of its own here.
    Deleted,
}

/// Brings the fix that leads from `base` to `theirs` into `ours`.
pub(crate) fn merge(ours: &Version, base: &Version, theirs: &Version) -> anyhow::Result<Merge> {
    if ours.contents == theirs.contents || theirs.contents == base.contents {
        return Ok(Merge::Unchanged);
    }
    if ours.contents == base.contents {
        return Ok(theirs.contents.clone().map_or(Merge::Deleted, Merge::Carried));
    }
    if ours.contents.is_none() {
        return Ok(Merge::Gone);
    }
    if theirs.contents.is_none() {
        return Ok(Merge::Conflict(Conflict::Deleted));
    }
    if [ours, base, theirs].into_iter().any(Version::is_binary) {
        return Ok(Merge::Conflict(Conflict::Binary));
    }
    merge_text(ours, base, theirs)
}

impl Version {
    fn bytes(&self) -> &[u8] {
        self.contents.as_deref().unwrap_or_default()
    }

    fn is_binary(&self) -> bool {
        is_binary(self.bytes())
    }
}

fn merge_text(ours: &Version, base: &Version, theirs: &Version) -> anyhow::Result<Merge> {
    let directory = tempfile::tempdir().context("cannot make a directory to merge in")?;
    let paths = ["ours", "base", "theirs"].map(|name| directory.path().join(name));
    let [ours_path, base_path, theirs_path] = &paths;
    for (path, version) in [(ours_path, ours), (base_path, base), (theirs_path, theirs)] {
        fs::write(path, version.bytes()).with_context(|| path.display().to_string())?;
    }
    let (contents, conflicts) = git::merge_files(
        (ours_path, &ours.label),
        (base_path, &base.label),
        (theirs_path, &theirs.label),
    )?;
    Ok(if conflicts {
        let lines = marked_lines(&contents, &[START]);
        Merge::Conflict(Conflict::Lines { contents, lines })
    } else if contents == ours.bytes() {
        Merge::Unchanged
    } else {
        Merge::Merged(contents)
    })
}

/// The lines, counted from 1, that begin with one of these markers of a conflict.
pub(crate) fn marked_lines(contents: &[u8], markers: &[&str]) -> Vec<usize> {
    let marked = |line: &[u8]| markers.iter().any(|marker| line.starts_with(marker.as_bytes()));
    let lines = contents.split(|&byte| byte == b'\n');
    (1..).zip(lines).filter(|(_, line)| marked(line)).map(|(number, _)| number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(label: &str, contents: Option<&str>) -> Version {
        Version { label: label.to_owned(), contents: contents.map(|text| text.as_bytes().to_vec()) }
    }

    fn merged(ours: Option<&str>, base: Option<&str>, theirs: Option<&str>) -> Merge {
        merge(&version("o", ours), &version("b", base), &version("t", theirs)).unwrap()
    }

    #[test]
    fn a_copy_that_was_the_same_takes_the_fix_as_it_is() {
        assert_eq!(merged(Some("a"), Some("a"), Some("b")), Merge::Carried(b"b".to_vec()));
        assert_eq!(merged(None, None, Some("b")), Merge::Carried(b"b".to_vec()));
        assert_eq!(merged(Some("\0"), Some("\0"), Some("\0b")), Merge::Carried(b"\0b".to_vec()));
        assert_eq!(merged(Some("a"), Some("a"), None), Merge::Deleted);
    }

    #[test]
    fn a_copy_that_has_the_fix_or_needs_none_stays() {
        assert_eq!(merged(Some("b"), Some("a"), Some("b")), Merge::Unchanged);
        assert_eq!(merged(Some("b"), None, Some("b")), Merge::Unchanged);
        assert_eq!(merged(None, Some("a"), None), Merge::Unchanged);
        assert_eq!(merged(Some("\0own"), Some("\0a"), Some("\0a")), Merge::Unchanged);
        // Here the fix is there, with a change of its own further down.
        assert_eq!(
            merged(Some("B\n2\n3\n4\nown\n"), Some("b\n2\n3\n4\n5\n"), Some("B\n2\n3\n4\n5\n")),
            Merge::Unchanged
        );
    }

    #[test]
    fn a_copy_that_does_not_exist_stays_so() {
        assert_eq!(merged(None, Some("a"), Some("b")), Merge::Gone);
    }

    #[test]
    fn changes_to_different_lines_are_both_kept() {
        assert_eq!(
            merged(Some("1\n2\n3\nown\n"), Some("1\n2\n3\n4\n"), Some("fix\n2\n3\n4\n")),
            Merge::Merged(b"fix\n2\n3\nown\n".to_vec())
        );
    }

    #[test]
    fn changes_to_the_same_line_stand_between_markers() {
        let contents = "1\n<<<<<<< o\nown\n||||||| b\n2\n=======\nfix\n>>>>>>> t\n";
        assert_eq!(
            merged(Some("1\nown\n"), Some("1\n2\n"), Some("1\nfix\n")),
            Merge::Conflict(Conflict::Lines { contents: contents.into(), lines: vec![2] })
        );
    }

    #[test]
    fn what_has_no_lines_to_merge_is_a_conflict() {
        assert_eq!(merged(Some("own"), Some("a"), None), Merge::Conflict(Conflict::Deleted));
        assert_eq!(
            merged(Some("\0own"), Some("\0a"), Some("\0b")),
            Merge::Conflict(Conflict::Binary)
        );
        assert_eq!(merged(Some("own"), Some("a"), Some("\0")), Merge::Conflict(Conflict::Binary));
    }
}

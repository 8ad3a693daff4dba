//! One stage: its place in the course, and its files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use serde::Deserialize;

/// One entry of the table of lessons. All paths are relative to the stage's directory, with `/`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Its place in the course, from 1.
    pub number: u8,
    /// The directory below `stages/`; it starts with the number in two digits.
    pub directory: String,
    /// What a reader learns in it, in a few words.
    pub teaches: String,
    /// Files that the stage before does not have.
    #[serde(default)]
    pub added: BTreeSet<String>,
    /// Files that differ from the stage before.
    #[serde(default)]
    pub changed: BTreeSet<String>,
    /// Files of the stage before that are gone.
    #[serde(default)]
    pub removed: BTreeSet<String>,
    /// Files of the stage before that are elsewhere now. Where code names their modules, it names
    /// the new place. One that differs in more than this is in `changed`, too, by its new name.
    #[serde(default)]
    pub moved: Vec<Move>,
    /// Those of the added and the changed files that a program has written: a reader copies them.
    #[serde(default)]
    pub recorded: BTreeSet<String>,
}

/// Where a file was in the stage before, and where it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// The file in the stage before.
    pub from: String,
    /// The same file in this stage.
    pub to: String,
}

impl Move {
    /// The paths of the module before and after: `crate::glob`, `crate::protocol::glob`. The crate
    /// itself has this name in its library, and another one in its program.
    pub fn modules(&self, krate: &str) -> Option<(String, String)> {
        let path = |file: &str| {
            let module = file.strip_prefix("src/")?.strip_suffix(".rs")?;
            Some(format!("{krate}::{}", module.replace('/', "::")))
        };
        Some((path(&self.from)?, path(&self.to)?))
    }
}

impl Stage {
    /// A stage of which only the name is known.
    pub(crate) fn named(directory: &str) -> Stage {
        Stage {
            number: 0,
            directory: directory.to_owned(),
            teaches: String::new(),
            added: BTreeSet::new(),
            changed: BTreeSet::new(),
            removed: BTreeSet::new(),
            moved: Vec::new(),
            recorded: BTreeSet::new(),
        }
    }

    /// The directory as seen from the project's root.
    pub fn path(&self) -> String {
        format!("stages/{}", self.directory)
    }

    /// A file of the stage as seen from the project's root.
    pub fn path_of(&self, file: &str) -> String {
        format!("stages/{}/{file}", self.directory)
    }

    /// Refuses an entry that contradicts itself.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        let Stage { number, directory, .. } = self;
        ensure!(
            directory.starts_with(&format!("{number:02}-")),
            "stage {number:02} cannot have the directory '{directory}'"
        );
        let mut seen = BTreeSet::new();
        for file in self.added.iter().chain(&self.changed).chain(&self.removed) {
            ensure!(seen.insert(file), "stage {number:02} lists '{file}' twice");
        }
        for Move { from, to } in &self.moved {
            let is_listed = self.added.contains(to) || self.removed.contains(from);
            ensure!(!is_listed, "stage {number:02} moves '{from}', and lists it otherwise, too");
        }
        for file in &self.recorded {
            let is_listed = self.added.contains(file) || self.changed.contains(file);
            ensure!(is_listed, "stage {number:02} has recorded '{file}' before");
        }
        Ok(())
    }

    /// Every file of the stage with its contents, but for those whose name starts with a dot:
    /// these belong to editors and operating systems.
    pub fn files(&self, root: &Path) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
        let directory = root.join("stages").join(&self.directory);
        let mut files = BTreeMap::new();
        collect(&directory, "", &mut files)
            .with_context(|| format!("cannot read {}", self.path()))?;
        Ok(files)
    }

    /// Returns where a file of the stage before is in this one.
    pub fn place_of<'f>(&'f self, file: &'f str) -> &'f str {
        self.moved.iter().find(|moved| moved.from == file).map_or(file, |moved| &moved.to)
    }

    /// Returns where a file of this stage was in the stage before, if that has it. What the stage
    /// before has in a place from which it was moved is another file.
    pub fn origin_of<'f>(&'f self, file: &'f str) -> Option<&'f str> {
        match self.moved.iter().find(|moved| moved.to == file) {
            Some(moved) => Some(&moved.from),
            None => self.moved.iter().all(|moved| moved.from != file).then_some(file),
        }
    }

    /// Returns a file of this stage as it reads in `other`: with the names of that stage's
    /// directory and crate in place of its own, and those of the modules that it has moved, if it is
    /// the next one. Bytes that are not text stay as they are.
    pub fn translate(&self, other: &Stage, contents: &[u8]) -> Vec<u8> {
        if is_binary(contents) {
            return contents.to_vec();
        }
        let contents = replace(contents, &self.directory, &other.directory);
        let contents = replace(&contents, &self.name('-'), &other.name('-'));
        let contents = replace(&contents, &self.name('_'), &other.name('_'));
        if other.number != self.number + 1 || other.moved.is_empty() {
            return contents;
        }
        match String::from_utf8(contents) {
            Ok(text) => other.with_modules_moved(text).into_bytes(),
            Err(error) => error.into_bytes(),
        }
    }

    fn with_modules_moved(&self, mut text: String) -> String {
        for krate in ["crate".to_owned(), self.name('_')] {
            for (from, to) in self.moved.iter().filter_map(|moved| moved.modules(&krate)) {
                text = replace_word(&text, &from, &to);
            }
        }
        text
    }

    /// The crate's name as a package (`-`) or in Rust code (`_`).
    pub fn name(&self, separator: char) -> String {
        format!("stage{separator}{:02}", self.number)
    }
}

/// What Git takes for binary: a zero byte near the start.
pub(crate) fn is_binary(contents: &[u8]) -> bool {
    contents.iter().take(8000).any(|&byte| byte == 0)
}

fn collect(
    directory: &Path,
    prefix: &str,
    files: &mut BTreeMap<String, Vec<u8>>,
) -> anyhow::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.with_context(|| format!("{} is not UTF-8", path.display()))?;
        if name.starts_with('.') {
            continue;
        }
        let file = format!("{prefix}{name}");
        if path.is_dir() {
            collect(&path, &format!("{file}/"), files)?;
        } else {
            let contents = fs::read(&path).with_context(|| file.clone())?;
            files.insert(file, contents);
        }
    }
    Ok(())
}

/// Replaces `from` where neither a letter nor what else a name has comes after it.
fn replace_word(text: &str, from: &str, to: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(from) {
        let goes_on = after.starts_with(|next: char| next.is_alphanumeric() || next == '_');
        replaced.extend([before, if goes_on { from } else { to }]);
        rest = after;
    }
    replaced + rest
}

fn replace(contents: &[u8], from: &str, to: &str) -> Vec<u8> {
    // Nearly every file is UTF-8, of which the standard library makes short work.
    if let Ok(text) = str::from_utf8(contents) {
        return text.replace(from, to).into_bytes();
    }
    let mut replaced = Vec::with_capacity(contents.len());
    let mut rest = contents;
    while let Some((&first, tail)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(from.as_bytes()) {
            replaced.extend_from_slice(to.as_bytes());
            rest = after;
        } else {
            replaced.push(first);
            rest = tail;
        }
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(number: u8, directory: &str) -> Stage {
        Stage { number, ..Stage::named(directory) }
    }

    #[test]
    fn translate_follows_the_modules_that_the_next_stage_has_moved() {
        let (two, mut three, four) = (stage(2, "02-a"), stage(3, "03-b"), stage(4, "04-c"));
        let moved = |from: &str, to: &str| Move { from: from.to_owned(), to: to.to_owned() };
        three.moved = vec![
            moved("src/rdb.rs", "src/dump/rdb.rs"),
            moved("src/rdb_reader.rs", "src/dump/rdb_reader.rs"),
            moved("benches/a.rs", "benches/b.rs"),
        ];
        for (before, after) in [
            ("use crate::rdb;", "use crate::dump::rdb;"),
            ("use crate::rdb_reader::A;", "use crate::dump::rdb_reader::A;"),
            ("crate::rdb::f(stage_02::rdb::X)", "crate::dump::rdb::f(stage_03::dump::rdb::X)"),
            ("crate::rdbs, crate::{rdb}", "crate::rdbs, crate::{rdb}"),
        ] {
            assert_eq!(two.translate(&three, before.as_bytes()), after.as_bytes(), "{before}");
        }
        // What is in its new place stays there.
        for (from, to) in [(&three, &three), (&three, &four)] {
            assert_eq!(from.translate(to, b"use crate::rdb;"), b"use crate::rdb;");
        }
        assert_eq!(three.place_of("src/rdb.rs"), "src/dump/rdb.rs");
        assert_eq!(three.origin_of("src/dump/rdb.rs"), Some("src/rdb.rs"));
        assert_eq!(three.origin_of("src/rdb.rs"), None);
        assert_eq!((three.place_of("x"), three.origin_of("x")), ("x", Some("x")));
    }

    #[test]
    fn translate_renames_the_stage_itself_and_nothing_else() {
        let (echo, set_get) = (stage(2, "02-echo"), stage(3, "03-set-get"));
        for (before, after) in [
            ("name = \"stage-02\"", "name = \"stage-03\""),
            ("use stage_02::resp; // \u{e9}", "use stage_03::resp; // \u{e9}"),
            ("tests/transcripts/02-echo/x.redis", "tests/transcripts/03-set-get/x.redis"),
            ("stage-01, stage 02, 02, stage-0", "stage-01, stage 02, 02, stage-0"),
            ("stage-02stage-02", "stage-03stage-03"),
            ("not text: \0 stage-02", "not text: \0 stage-02"),
            ("", ""),
        ] {
            assert_eq!(echo.translate(&set_get, before.as_bytes()), after.as_bytes(), "{before:?}");
        }
        assert_eq!(echo.translate(&set_get, b"\xff stage-02\xff"), b"\xff stage-03\xff");
    }
}

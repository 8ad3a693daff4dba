//! Adding a stage to the course: at its end, or between two others.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, bail, ensure};

use crate::git::Repository;
use crate::lessons::Lessons;
use crate::newcomer::{Newcomer, Wording, number_of};
use crate::numbers::{PICTURES, Shift};
use crate::stage::{Stage, is_binary};

/// Whose texts are about other stages than the course's.
const NOT_ABOUT_THE_COURSE: [&str; 2] = ["tools/xtask/", "tools/weave/tests/it/scratch.rs"];

/// A line of a file.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// The file, as it is called now.
    pub path: String,
    /// Counted from 1.
    pub number: usize,
    /// As it reads now.
    pub text: String,
}

/// What the later stages have become.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Insertion {
    /// The stages that have another number: their names before and now.
    pub stages: Vec<(String, String)>,
    /// How many files have another path.
    pub renamed: usize,
    /// How many files have another text.
    pub changed: usize,
    /// The lines in which a number was changed since the words beside it are about stages.
    pub by_rule: BTreeSet<Line>,
    /// The lines with numbers that may be stages', and were left alone.
    pub left: BTreeSet<Line>,
}

impl Insertion {
    /// Returns the pictures of the course in which numbers have moved.
    pub fn pictures(&self) -> BTreeSet<&str> {
        let paths = self.by_rule.iter().map(|line| line.path.as_str());
        paths.filter(|path| path.starts_with(PICTURES)).collect()
    }
}

/// Makes a stage of this name from the newest one. Returns what it wrote.
pub fn append(
    root: &Path,
    lessons: &Lessons,
    directory: &str,
    wording: Wording,
) -> anyhow::Result<BTreeSet<String>> {
    refuse_changes(&Repository::open(root)?)?;
    let newest = lessons.stages().last().context("there is no stage to begin from")?;
    refuse_a_name_twice(lessons, directory)?;
    let number = number_of(directory)?;
    ensure!(
        number > newest.number,
        "there is a stage {number:02}; to make room for another one: \
         `cargo xtask insert {directory}`"
    );
    write(root, Newcomer::new(root, newest, directory, wording)?.files()?)
}

/// Moves the stages from the number of `directory` on by one, and makes a stage of this name from the
/// one before it. Returns what became of the others, and what it wrote.
pub fn insert(
    root: &Path,
    lessons: &Lessons,
    directory: &str,
    wording: Wording,
) -> anyhow::Result<(Insertion, BTreeSet<String>)> {
    let repository = Repository::open(root)?;
    refuse_changes(&repository)?;
    refuse_a_name_twice(lessons, directory)?;
    let number = number_of(directory)?;
    let moving = lessons.from(number).context("only a later stage can make room")?;
    let before = lessons.stages().iter().find(|stage| stage.number + 1 == number);
    let before = before.context("before the first stage there is none to begin from")?;
    let newest = moving.last().map_or(number, |stage| stage.number);
    ensure!(newest < 99, "a stage's number has two digits");

    // What it lacks is known before anything is changed.
    let newcomer = Newcomer::new(root, before, directory, wording)?;
    newcomer.files()?;
    let paths = repository.tracked()?;
    let shift = Shift::new(number..=newest, &paths);
    let mut insertion = Insertion::default();
    for Stage { directory, .. } in moving {
        insertion.stages.push((directory.clone(), shift.name(directory)));
    }
    let is_about_it =
        |path: &&String| !NOT_ABOUT_THE_COURSE.iter().any(|other| path.starts_with(other));
    for path in paths.iter().filter(is_about_it) {
        change(root, &shift, path, &mut insertion)?;
    }
    rename(root, &shift, &paths, &mut insertion)?;
    let written = write(root, newcomer.files()?)?;
    Ok((insertion, written))
}

fn refuse_changes(repository: &Repository) -> anyhow::Result<()> {
    if let Some(path) = repository.changed("HEAD", ".")?.first() {
        bail!("{path} has edits that are not committed: commit or stash them first");
    }
    Ok(())
}

/// The part after the number finds a stage wherever it is named.
fn refuse_a_name_twice(lessons: &Lessons, directory: &str) -> anyhow::Result<()> {
    number_of(directory)?;
    let name = |directory: &str| directory.split_once('-').map(|(_, name)| name.to_owned());
    match lessons.stages().iter().find(|stage| name(&stage.directory) == name(directory)) {
        Some(stage) => bail!("the name is taken by {}", stage.directory),
        None => Ok(()),
    }
}

/// Moves the numbers in a file.
fn change(root: &Path, shift: &Shift, path: &str, insertion: &mut Insertion) -> anyhow::Result<()> {
    let place = root.join(path);
    if place.is_symlink() {
        return Ok(());
    }
    let contents = fs::read(&place).with_context(|| format!("cannot read {path}"))?;
    if is_binary(&contents) {
        return Ok(());
    }
    let Ok(text) = String::from_utf8(contents) else { return Ok(()) };
    let moved = shift.text(path, &text);
    let path = moved_path(shift, path);
    let line = |place: &usize| {
        let before = moved.text.get(..*place).unwrap_or_default();
        let number = before.matches('\n').count();
        let text = moved.text.lines().nth(number).unwrap_or_default().trim().to_owned();
        Line { path: path.clone(), number: number + 1, text }
    };
    insertion.by_rule.extend(moved.by_rule.iter().map(line));
    insertion.left.extend(moved.left.iter().map(line));
    if moved.text != text {
        insertion.changed += 1;
        fs::write(&place, moved.text).with_context(|| format!("cannot write {path}"))?;
    }
    Ok(())
}

fn moved_path(shift: &Shift, path: &str) -> String {
    path.split('/').map(|part| shift.name(part)).collect::<Vec<_>>().join("/")
}

/// Gives files and folders their new names: what lies deepest first, and the highest number first, so
/// that no name is taken.
fn rename(
    root: &Path,
    shift: &Shift,
    paths: &BTreeSet<String>,
    insertion: &mut Insertion,
) -> anyhow::Result<()> {
    insertion.renamed = paths.iter().filter(|path| moved_path(shift, path) != **path).count();
    let mut places = BTreeSet::new();
    for path in paths {
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        places.extend(ends.filter_map(|end| path.get(..end)));
    }
    let mut places: Vec<&str> = places.into_iter().collect();
    places.sort_by_key(|place| std::cmp::Reverse((place.matches('/').count(), *place)));
    for place in places {
        let part = place.rsplit('/').next().unwrap_or(place);
        let name = shift.name(part);
        if name != part {
            let from = root.join(place);
            fs::rename(&from, from.with_file_name(&name))
                .with_context(|| format!("cannot rename {place} to {name}"))?;
        }
    }
    Ok(())
}

/// Writes files, and returns their paths.
fn write(root: &Path, files: BTreeMap<String, Vec<u8>>) -> anyhow::Result<BTreeSet<String>> {
    for (file, contents) in &files {
        let path = root.join(file);
        let folder = path.parent().context("a file has a folder")?;
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, contents))
            .with_context(|| format!("cannot write {file}"))?;
    }
    Ok(files.into_keys().collect())
}

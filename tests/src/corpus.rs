//! Where the transcripts, their snapshots and their fixtures are, and in which order one learns.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use crate::transcript::{Action, Transcript};

/// The folder of this crate, which contains the corpus.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of the transcripts, with one folder for each stage.
#[must_use]
pub fn transcripts() -> PathBuf {
    root().join("transcripts")
}

/// The folder of the snapshots, laid out like that of the transcripts.
#[must_use]
pub fn snapshots() -> PathBuf {
    root().join("snapshots")
}

/// The folder of the files that `@file` names.
#[must_use]
pub fn fixtures() -> PathBuf {
    root().join("fixtures")
}

/// The folder of the exercises, with one folder for each stage, and in it one for each exercise.
#[must_use]
pub fn exercises() -> PathBuf {
    root().join("exercises")
}

/// Reads every transcript, in the order of their names.
///
/// # Errors
/// When a folder or file cannot be read, or a line of a transcript is not understood.
pub fn load() -> Result<Vec<Transcript>> {
    names(&transcripts(), "redis")?.iter().map(|name| load_one(name)).collect()
}

/// Returns the number of the stage that a transcript belongs to, with which its name begins.
#[must_use]
pub fn stage_of(name: &str) -> Option<u32> {
    name.split('-').next()?.parse().ok()
}

/// Reads the transcript of this name: `NN-stage/claim`, or `NN-stage/exercise/claim` for one of an
/// exercise's own.
///
/// # Errors
/// When the file cannot be read or a line of it is not understood.
pub fn load_one(name: &str) -> Result<Transcript> {
    let home = if is_of_an_exercise(name) { exercises() } else { transcripts() };
    read(name, &home.join(format!("{name}.redis")))
}

/// Whether a transcript belongs to an exercise: `NN-stage/exercise/claim`.
#[must_use]
pub fn is_of_an_exercise(name: &str) -> bool {
    name.matches('/').count() == 2
}

/// The transcripts of a stage in the order in which a learner makes them green, as
/// `transcripts/order.toml` lists them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// What one can build in one sitting each.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
    /// What can wait.
    pub fine_print: FinePrint,
}

/// A step of a lesson.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What it is about.
    pub title: String,
    /// The names of its transcripts, without their stage's.
    pub claims: Vec<String>,
}

/// The transcripts of a stage that can wait.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinePrint {
    /// Their names, without their stage's.
    pub claims: Vec<String>,
}

/// A transcript and its place in the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// `NN-stage/claim`.
    pub name: String,
    /// The number of its stage.
    pub stage: u32,
    /// The title of its step.
    pub step: String,
    /// Whether it can wait.
    pub is_fine_print: bool,
}

/// The title of what can wait.
const FINE_PRINT: &str = "fine print";

impl Lesson {
    /// Returns its transcripts in order, the fine print at the end. `folder` is its stage's.
    fn items(&self, folder: &str) -> Result<Vec<Item>> {
        let stage =
            stage_of(folder).with_context(|| format!("{folder} is no folder of a stage"))?;
        let item = |claim: &String, step: &str, is_fine_print| {
            let (name, step) = (format!("{folder}/{claim}"), step.to_owned());
            Item { name, stage, step, is_fine_print }
        };
        let steps = self.steps.iter();
        let steps = steps.flat_map(|step| step.claims.iter().map(|c| item(c, &step.title, false)));
        let fine_print = self.fine_print.claims.iter().map(|claim| item(claim, FINE_PRINT, true));
        Ok(steps.chain(fine_print).collect())
    }
}

/// Returns the lesson of each stage, by the stage's folder.
///
/// # Errors
/// When the list cannot be read.
pub fn lessons() -> Result<BTreeMap<String, Lesson>> {
    let path = transcripts().join("order.toml");
    let list = fs::read_to_string(&path).map_err(anyhow::Error::from);
    let lessons = list.and_then(|list| Ok(toml::from_str(&list)?));
    lessons.with_context(|| shown(&path).display().to_string())
}

/// Returns the transcripts up to a stage in the order in which a learner makes them green: those of
/// each stage by its steps, and at its end its fine print.
///
/// # Errors
/// When the list cannot be read, or does not name each transcript once.
pub fn in_order(last_stage: u32) -> Result<Vec<Item>> {
    let items: Result<Vec<Vec<Item>>> =
        lessons()?.iter().map(|(folder, lesson)| lesson.items(folder)).collect();
    let mut items = items?.concat();
    let faults = order_faults(&items, &names(&transcripts(), "redis")?);
    ensure!(faults.is_empty(), "transcripts/order.toml: {}", faults.join("; "));
    items.retain(|item| item.stage <= last_stage);
    Ok(items)
}

/// Returns what is wrong with a list in which each of these transcripts should stand once.
#[must_use]
pub fn order_faults(items: &[Item], names: &[String]) -> Vec<String> {
    let mut missing: BTreeSet<&String> = names.iter().collect();
    let mut faults = Vec::new();
    for Item { name, .. } in items {
        if !names.contains(name) {
            faults.push(format!("there is no {name}"));
        } else if !missing.remove(name) {
            faults.push(format!("{name} stands there twice"));
        }
    }
    faults.extend(missing.iter().map(|name| format!("{name} is missing")));
    faults
}

/// Returns what the transcript lacks to be one of the corpus: a claim for a name, a stage, prose,
/// a reply, fixtures that are there.
#[must_use]
pub fn faults(transcript: &Transcript) -> Vec<String> {
    let name = &transcript.name;
    let (folder, _) = name.split_once('/').unwrap_or((name, ""));
    let (_, claim) = name.rsplit_once('/').unwrap_or((name, ""));
    let mut faults = Vec::new();
    if !is_snake_case(claim) {
        faults.push(format!("{name}: {claim} is no claim in snake_case"));
    }
    if !is_stage(folder) {
        faults.push(format!("{name}: {folder} is no folder of a stage"));
    }
    if transcript.prose().is_empty() {
        faults.push(format!("{name} begins with no prose"));
    }
    if !transcript.steps.iter().any(|step| step.action.prints()) {
        faults.push(format!("{name} holds no reply"));
    }
    for step in &transcript.steps {
        if let Action::File { fixture, .. } = &step.action
            && !fixtures().join(fixture).is_file()
        {
            faults.push(format!("{name}: {fixture} is no fixture"));
        }
    }
    faults
}

/// Whether this is a name such as `a_key_is_gone`.
fn is_snake_case(name: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    name.starts_with(|first: char| first.is_ascii_lowercase()) && name.split('_').all(is_word)
}

fn is_stage(folder: &str) -> bool {
    let Some((number, name)) = folder.split_once('-') else { return false };
    let is_number = number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    is_number && !name.is_empty() && name.bytes().all(is_letter)
}

/// Reads a transcript from any file. Its name is its folder's and its own, without the ending.
///
/// # Errors
/// When the file cannot be read or a line of it is not understood.
pub fn load_file(path: &Path) -> Result<Transcript> {
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    let claim = path.file_stem().unwrap_or_default().to_string_lossy();
    read(&format!("{folder}/{claim}"), path)
}

fn read(name: &str, path: &Path) -> Result<Transcript> {
    let source =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Transcript::parse(name, &shown(path), &source)?)
}

/// The path as messages name it: from the repository's root, if it is in there.
#[must_use]
pub fn shown(path: &Path) -> PathBuf {
    let inside = root().parent().and_then(|repository| path.strip_prefix(repository).ok());
    inside.unwrap_or(path).to_owned()
}

/// Lists `folder/claim` of all files with this ending, sorted; a missing folder has none.
///
/// # Errors
/// When a folder cannot be listed.
pub fn names(folder: &Path, ending: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for stage in entries(folder)?.iter().filter(|path| path.is_dir()) {
        for file in entries(stage)? {
            if file.extension().is_some_and(|found| found == ending) {
                let stage = stage.file_name().unwrap_or_default().to_string_lossy();
                let claim = file.file_stem().unwrap_or_default().to_string_lossy();
                names.push(format!("{stage}/{claim}"));
            }
        }
    }
    names.sort();
    Ok(names)
}

/// Lists the paths in a folder; a missing one has none.
///
/// # Errors
/// When the folder cannot be listed.
pub fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let listing = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listing => listing.with_context(|| format!("cannot list {}", folder.display()))?,
    };
    let paths = listing.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>();
    paths.with_context(|| format!("cannot list {}", folder.display()))
}

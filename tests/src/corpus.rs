//! Where the transcripts, their snapshots and their fixtures are.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::transcript::Transcript;

/// The folder of this crate, which holds the corpus.
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

/// Reads every transcript, in the order of their names.
///
/// # Errors
/// When a folder or file cannot be read, or a line of a transcript is not understood.
pub fn load() -> Result<Vec<Transcript>> {
    names(&transcripts(), "redis")?.iter().map(|name| load_one(name)).collect()
}

/// Returns the number of the stage that a transcript belongs to: 4 for `04-px-expiry/…`.
#[must_use]
pub fn stage_of(name: &str) -> Option<u32> {
    name.split('-').next()?.parse().ok()
}

/// Reads the transcript of this name, `NN-stage/claim`.
///
/// # Errors
/// When the file cannot be read or a line of it is not understood.
pub fn load_one(name: &str) -> Result<Transcript> {
    let path = transcripts().join(format!("{name}.redis"));
    read(name, &path)
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

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let listing = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listing => listing.with_context(|| format!("cannot list {}", folder.display()))?,
    };
    let paths = listing.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>();
    paths.with_context(|| format!("cannot list {}", folder.display()))
}

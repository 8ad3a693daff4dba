//! What a learner's server passed in its last run.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;

use crate::gate::{Check, Passage};
use crate::subject::Subject;

/// The names of the checks that a server passed, kept from run to run in a file of Cargo's folder.
///
/// Nothing depends on it but the order of the checks: a file that cannot be read or written is one
/// that is not there.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    file: Option<PathBuf>,
    passed: BTreeSet<String>,
}

impl Memory {
    /// Remembers what this server passed. Of the course's own, nothing is kept.
    pub(crate) fn of(subject: &Subject) -> Self {
        let Some(command) = &subject.theirs else { return Self::default() };
        let mut hasher = DefaultHasher::new();
        command.hash(&mut hasher);
        let name = format!("passed-{:016x}.txt", hasher.finish());
        let file = subject.folder().map(|folder| folder.join(name));
        let text = file.as_ref().and_then(|file| fs::read_to_string(file).ok());
        let passed = text.iter().flat_map(|text| text.lines()).map(str::to_owned).collect();
        Self { file, passed }
    }

    /// Whether a check of this name passed.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.passed.contains(name)
    }

    /// Keeps how the checks went.
    pub(crate) fn learn(&mut self, checks: &[Check<'_>], passage: &Passage) {
        let name = |at: &usize| checks.get(*at).map(|check| check.name.clone());
        for failed in passage.failed.iter().filter_map(|(at, _)| name(at)) {
            self.passed.remove(&failed);
        }
        self.passed.extend(passage.passed.iter().filter_map(name));
        let Some(file) = &self.file else { return };
        let names: Vec<&str> = self.passed.iter().map(String::as_str).collect();
        let folder = file.parent().map_or(Ok(()), fs::create_dir_all);
        // Without it, the next run only keeps the order of the lessons.
        let _ = folder.and_then(|()| fs::write(file, names.join("\n")));
    }
}

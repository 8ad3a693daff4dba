//! A fix made in one stage, taken through all the stages that follow.

use std::fmt::{self, Display};
use std::path::Path;
use std::{fs, io, iter};

use anyhow::{Context, bail};

use crate::git::Repository;
use crate::lessons::Lessons;
use crate::merge::{Conflict, MARKERS, Merge, Version, marked_lines, merge};
use crate::stage::Stage;

const LAST_COMMIT: &str = "HEAD";

/// How a carry ended.
pub enum End {
    /// The stage has no change.
    NothingToCarry,
    /// There is no stage after it.
    LastStage,
    /// Every later stage that needs the fix has it.
    Done,
    /// Files of the stage with this number hold conflicts; the stages after it are untouched.
    Conflict(u8),
}

/// What became of one file of a later stage.
pub struct Step {
    /// The file that the fix comes from.
    source: String,
    path: String,
    merge: Merge,
}

impl Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.merge {
            Merge::Unchanged => write!(f, "unchanged {path}"),
            Merge::Carried(_) => write!(f, "carried   {path}"),
            Merge::Deleted => write!(f, "deleted   {path}"),
            Merge::Merged(_) => write!(f, "merged    {path}"),
            Merge::Gone => write!(f, "gone      {path}: there is no such file from here on"),
            Merge::Conflict(conflict) => write!(f, "conflict  {path}{conflict}"),
        }
    }
}

impl Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Conflict::Lines { lines, .. } => {
                let lines: Vec<String> = lines.iter().map(usize::to_string).collect();
                write!(f, ":{}", lines.join(", :"))
            }
            Conflict::Binary => write!(f, ": not text, and it differs: put the right one there"),
            Conflict::Deleted => {
                write!(f, ": the fix deletes it, but it differs: delete it or keep it")
            }
        }
    }
}

/// Takes what has changed in stage `number` since `revision` through the stages after it, and
/// reports each of their files that it comes to. The stages after it must be as last committed, so
/// that nothing but the fix is carried and nothing can be lost.
pub fn carry(
    root: &Path,
    lessons: &Lessons,
    number: u8,
    revision: &str,
    mut report: impl FnMut(&Step),
) -> anyhow::Result<End> {
    let stages = lessons.from(number)?;
    let (changed, later) = stages.split_at(1);
    let repository = Repository::open(root)?;
    repository.check_revision(revision)?;
    refuse_markers(root, &repository, revision, changed)?;
    refuse_edits(&repository, later)?;
    if later.is_empty() {
        return Ok(End::LastStage);
    }

    // A later stage has no change but the one that the hop before has just brought.
    let revisions = iter::once(revision).chain(iter::repeat(LAST_COMMIT));
    let mut end = End::NothingToCarry;
    for ((from, to), revision) in stages.iter().zip(later).zip(revisions) {
        let hop = Hop { root, repository: &repository, from, revision, to };
        let steps = hop.steps()?;
        for step in &steps {
            hop.write(step)?;
            report(step);
        }
        if steps.iter().any(|step| matches!(step.merge, Merge::Conflict(_))) {
            return Ok(End::Conflict(to.number));
        }
        if !steps.is_empty() {
            end = End::Done;
        }
    }
    Ok(end)
}

/// A carry that stopped goes on from where a person has resolved the conflict.
fn refuse_markers(
    root: &Path,
    repository: &Repository,
    revision: &str,
    stages: &[Stage],
) -> anyhow::Result<()> {
    for stage in stages {
        for path in repository.changed(revision, &stage.path())? {
            let contents = read(&root.join(&path))?.unwrap_or_default();
            if let Some(line) = marked_lines(&contents, &MARKERS).first() {
                bail!("{path}:{line} still holds a conflict's marker: resolve it first");
            }
        }
    }
    Ok(())
}

fn refuse_edits(repository: &Repository, stages: &[Stage]) -> anyhow::Result<()> {
    for stage in stages {
        if let Some(path) = repository.changed(LAST_COMMIT, &stage.path())?.first() {
            bail!(
                "{path} has edits that are not committed: commit or stash them first, or, if a \
                 carry has stopped there, resolve its conflict and go on with \
                 `cargo xtask carry {:02}`",
                stage.number
            );
        }
    }
    Ok(())
}

/// The way of a fix from one stage to the next.
struct Hop<'a> {
    root: &'a Path,
    repository: &'a Repository,
    from: &'a Stage,
    /// What `from` was before the fix.
    revision: &'a str,
    to: &'a Stage,
}

impl Hop<'_> {
    /// Decides on every file that the fix changes, and writes nothing yet.
    fn steps(&self) -> anyhow::Result<Vec<Step>> {
        let directory = self.from.path();
        let before = self.repository.files(self.revision, &directory)?;
        let mut steps = Vec::new();
        for source in self.repository.changed(self.revision, &directory)? {
            let path = self.target(&source)?;
            let ours = Version { label: path.clone(), contents: read(&self.root.join(&path))? };
            let base = self.version(&format!("{source} at {}", self.revision), {
                let held = before.contains(&source);
                held.then(|| self.repository.contents(self.revision, &source)).transpose()?
            });
            let theirs = self.version(&source, read(&self.root.join(&source))?);
            steps.push(Step { merge: merge(&ours, &base, &theirs)?, path, source });
        }
        Ok(steps)
    }

    /// A file of the stage that the fix comes from, in the words of the stage that it goes to.
    fn version(&self, label: &str, contents: Option<Vec<u8>>) -> Version {
        let contents = contents.map(|contents| self.from.translate(self.to, &contents));
        Version { label: label.to_owned(), contents }
    }

    fn target(&self, source: &str) -> anyhow::Result<String> {
        let file = source.strip_prefix(&self.from.path_of(""));
        let file = file.with_context(|| format!("{source} is not in {}", self.from.path()))?;
        Ok(self.to.path_of(self.to.place_of(file)))
    }

    fn write(&self, step: &Step) -> anyhow::Result<()> {
        let path = self.root.join(&step.path);
        match &step.merge {
            Merge::Carried(contents)
            | Merge::Merged(contents)
            | Merge::Conflict(Conflict::Lines { contents, .. }) => {
                write(&path, contents, &self.root.join(&step.source))
            }
            Merge::Deleted => fs::remove_file(&path),
            Merge::Unchanged
            | Merge::Gone
            | Merge::Conflict(Conflict::Binary | Conflict::Deleted) => Ok(()),
        }
        .with_context(|| format!("cannot write {}", step.path))
    }
}

/// Writes a file; a new one gets the permissions of `model`.
fn write(path: &Path, contents: &[u8], model: &Path) -> io::Result<()> {
    if path.exists() {
        return fs::write(path, contents);
    }
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    fs::write(path, contents)?;
    fs::set_permissions(path, fs::metadata(model)?.permissions())
}

fn read(path: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    let contents = path.is_file().then(|| fs::read(path)).transpose();
    contents.with_context(|| format!("cannot read {}", path.display()))
}

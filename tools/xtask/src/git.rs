//! The few things that are asked of the `git` program.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, bail, ensure};

/// A Git work tree. All paths are relative to the project's root, which may lie inside of it.
pub(crate) struct Repository {
    root: PathBuf,
}

impl Repository {
    /// The work tree that the directory `root` belongs to.
    pub(crate) fn open(root: &Path) -> anyhow::Result<Repository> {
        let repository = Repository { root: root.to_owned() };
        repository.read(&["rev-parse", "--is-inside-work-tree"])?;
        Ok(repository)
    }

    /// Refuses a revision that does not name a commit.
    pub(crate) fn check_revision(&self, revision: &str) -> anyhow::Result<()> {
        let commit = format!("{revision}^{{commit}}");
        let found = self.run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?;
        ensure!(found.status.success(), "there is no commit '{revision}'");
        Ok(())
    }

    /// The files below `directory` that are added, edited or deleted since `revision`, be it
    /// committed, staged or neither.
    pub(crate) fn changed(
        &self,
        revision: &str,
        directory: &str,
    ) -> anyhow::Result<BTreeSet<String>> {
        let edited = ["diff", "--name-only", "--no-renames", "--relative", "-z", revision];
        let untracked = ["ls-files", "--others", "--exclude-standard", "-z"];
        let mut files = self.paths(&edited, directory)?;
        files.extend(self.paths(&untracked, directory)?);
        Ok(files)
    }

    /// The files that the next commit will hold.
    pub(crate) fn tracked(&self) -> anyhow::Result<BTreeSet<String>> {
        self.paths(&["ls-files", "-z"], ".")
    }

    /// The files below `directory` that `revision` holds.
    pub(crate) fn files(
        &self,
        revision: &str,
        directory: &str,
    ) -> anyhow::Result<BTreeSet<String>> {
        self.paths(&["ls-tree", "-r", "--name-only", "-z", revision], directory)
    }

    /// A file's contents in `revision`, as a checkout would write them.
    pub(crate) fn contents(&self, revision: &str, file: &str) -> anyhow::Result<Vec<u8>> {
        self.read(&["cat-file", "--filters", &format!("{revision}:./{file}")])
    }

    fn paths(&self, arguments: &[&str], directory: &str) -> anyhow::Result<BTreeSet<String>> {
        let output = self.read(&[arguments, &["--", directory]].concat())?;
        let paths = String::from_utf8(output).context("a path is not UTF-8")?;
        Ok(paths.split_terminator('\0').map(str::to_owned).collect())
    }

    fn read(&self, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
        let output = self.run(arguments)?;
        if !output.status.success() {
            bail!("git {}: {}", arguments.join(" "), message(&output));
        }
        Ok(output.stdout)
    }

    fn run(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        run(Command::new("git").current_dir(&self.root).args(arguments))
    }
}

/// Merges three files with `git merge-file`, and returns the result and whether it holds conflicts.
/// Each file comes with the label for a conflict's markers.
pub(crate) fn merge_files(
    ours: (&Path, &str),
    base: (&Path, &str),
    theirs: (&Path, &str),
) -> anyhow::Result<(Vec<u8>, bool)> {
    let mut command = Command::new("git");
    command.args(["merge-file", "-p", "--diff3"]);
    for (_, label) in [ours, base, theirs] {
        command.args(["-L", label]);
    }
    let files = [ours, base, theirs].map(|(path, _)| AsRef::<OsStr>::as_ref(path));
    let output = run(command.args(files))?;
    match output.status.code() {
        Some(0) => Ok((output.stdout, false)),
        // The number of conflicts; from 128 on it is an error.
        Some(1..=127) => Ok((output.stdout, true)),
        _ => bail!("git merge-file: {}", message(&output)),
    }
}

fn run(command: &mut Command) -> anyhow::Result<Output> {
    command.output().context("cannot run git")
}

fn message(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}

//! Builds the book with the `mdbook` that is there.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::root;

/// Finds mdBook on the `PATH`, or where `.ci/run` puts it.
#[must_use]
pub fn program() -> Option<PathBuf> {
    let own = root().join("target/tools/bin");
    let path = env::var_os("PATH").unwrap_or_default();
    let name = format!("mdbook{}", env::consts::EXE_SUFFIX);
    let mut found = env::split_paths(&path).chain([own]).map(|folder| folder.join(&name));
    found.find(|program| program.is_file())
}

/// Builds the book into a folder, whose earlier content goes.
///
/// # Errors
/// With what mdBook says, when it cannot.
pub fn build(program: &Path, target: &Path) -> Result<()> {
    let mut command = Command::new(program);
    command.current_dir(root()).args(["build", "book", "--dest-dir"]).arg(target);
    let built = command.output().with_context(|| format!("cannot run {}", program.display()))?;
    let said = String::from_utf8_lossy(&built.stderr);
    ensure!(built.status.success(), "the book is not built:\n{said}");
    Ok(())
}

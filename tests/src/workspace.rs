//! The stages of this workspace, as programs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::corpus;

/// The project's folder.
#[must_use]
pub fn root() -> &'static Path {
    corpus::root().parent().unwrap_or(corpus::root())
}

/// Returns the folders of the stages, `04-px-expiry`, in order.
///
/// # Errors
/// When the folder of the stages cannot be read.
pub fn stages() -> Result<Vec<String>> {
    let mut stages = Vec::new();
    for entry in fs::read_dir(root().join("stages")).context("cannot read stages/")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        stages.extend(corpus::stage_of(&name).is_some().then_some(name));
    }
    stages.sort();
    Ok(stages)
}

/// Returns the number of a stage by its folder's name, which begins with it.
///
/// Code names a stage so wherever it needs a number. `cargo xtask insert` moves the numbers in names,
/// and finds no others.
#[must_use]
pub const fn number_of(stage: &str) -> u32 {
    match stage.as_bytes() {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9', b'-', _, ..] => {
            ((*tens - b'0') * 10 + (*ones - b'0')) as u32
        }
        _ => panic!("the name of a stage is its number, a dash and a word"),
    }
}

/// Returns the number of the newest stage.
///
/// # Errors
/// When the folder of the stages cannot be read, or there are none.
pub fn newest_stage() -> Result<u32> {
    let stages = stages()?;
    stages.last().and_then(|stage| corpus::stage_of(stage)).context("there are no stages")
}

/// Names the folder, from the root, where the programs of all packages have just been built. Cargo would
/// compile them once more, alone, each with fewer features of the crates that it shares with others.
const BUILT: &str = "BUILT";

/// Builds a package of this workspace, and returns its program, wherever Cargo has put it.
///
/// # Errors
/// When it does not build, or has no program.
pub fn build(package: &str, release: bool) -> Result<PathBuf> {
    if let Some(folder) = env::var_os(BUILT).filter(|_| !release) {
        let program = root().join(folder).join(package).with_extension(env::consts::EXE_EXTENSION);
        ensure!(program.is_file(), "{BUILT} is set, but there is no {}", program.display());
        return Ok(program);
    }
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root()).args(["build", "--quiet", "--package", package]);
    command.args(["--bins", "--message-format=json-render-diagnostics"]);
    command.args(release.then_some("--release")).stderr(Stdio::inherit());
    let built = command.output().context("cannot run cargo")?;
    ensure!(built.status.success(), "{package} does not build");
    let programs = String::from_utf8_lossy(&built.stdout);
    let program = programs.lines().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        Some(PathBuf::from(message.get("executable")?.as_str()?))
    });
    program.with_context(|| format!("{package} has no program"))
}

/// Applies a diff to the files in a folder.
///
/// # Errors
/// When there is no git, or the diff does not apply.
pub fn apply(folder: &Path, diff: &Path) -> Result<()> {
    let applied = Command::new("git")
        .current_dir(folder)
        // A repository around the folder would take the paths for its own.
        .env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap_or(folder))
        .env_remove("GIT_DIR")
        // In recorded data, a line may end in a blank.
        .args(["-c", "core.autocrlf=false", "-c", "core.whitespace=-blank-at-eol"])
        .args(["apply", "--whitespace=error-all"])
        .arg(diff)
        .output()
        .context("cannot run git")?;
    let shown = diff.strip_prefix(root()).unwrap_or(diff).display();
    let said = String::from_utf8_lossy(&applied.stderr);
    ensure!(applied.status.success(), "{shown} does not apply:\n{said}");
    Ok(())
}

//! The stages of this workspace, as programs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

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

/// Returns the number of the newest stage.
///
/// # Errors
/// When the folder of the stages cannot be read, or there are none.
pub fn newest_stage() -> Result<u32> {
    let stages = stages()?;
    stages.last().and_then(|stage| corpus::stage_of(stage)).context("there are no stages")
}

/// Builds a stage, and returns its binary.
///
/// # Errors
/// When it does not build.
pub fn build(package: &str, release: bool) -> Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root()).args(["build", "--quiet", "--package", package]);
    command.args(release.then_some("--release"));
    let status = command.status().context("cannot run cargo")?;
    ensure!(status.success(), "{package} does not build");
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    let profile = if release { "release" } else { "debug" };
    let file = format!("{package}{}", env::consts::EXE_SUFFIX);
    Ok(root().join(target).join(profile).join(file))
}

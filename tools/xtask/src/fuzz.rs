//! Random inputs for as long as one likes: the properties of a stage, with fresh seeds.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::{Context, ensure};

use crate::Stage;

/// A batch takes about as long as this, so that something is told now and then.
const BATCH: Duration = Duration::from_secs(15);

/// The first batch is small: nobody knows yet how long a case takes.
const FIRST_CASES: u64 = 256;

/// Some properties of a stage: those of one file in its `tests/it`.
#[derive(Debug, PartialEq, Eq)]
pub struct Target {
    /// The file's name without its ending.
    pub name: String,
    /// What the file says of itself.
    pub about: String,
    /// The names of the properties.
    pub properties: Vec<String>,
}

/// How the fuzzing of a target ended.
#[derive(Debug)]
pub struct Outcome {
    /// How many inputs were tried, for all properties together.
    pub cases: u64,
    /// How long that took.
    pub time: Duration,
    /// What the tests printed when one failed.
    pub finding: Option<String>,
}

/// Returns all targets of a stage, in the order of their names.
pub fn targets(root: &Path, stage: &Stage) -> anyhow::Result<Vec<Target>> {
    let directory = root.join(stage.path()).join("tests/it");
    let entries =
        fs::read_dir(&directory).with_context(|| format!("no {}", directory.display()))?;
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in entries {
        paths.push(entry?.path());
    }
    paths.sort();
    let mut targets = Vec::new();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|end| end == "rs")) {
        let source = fs::read_to_string(path).with_context(|| format!("{}", path.display()))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let about = source.lines().next().unwrap_or_default().trim_start_matches("//! ").to_owned();
        let properties = properties(&source);
        if !properties.is_empty() {
            targets.push(Target { name, about, properties });
        }
    }
    Ok(targets)
}

/// Returns the names of the tests in a file's `proptest!` block.
fn properties(source: &str) -> Vec<String> {
    let Some((_, block)) = source.split_once("\nproptest! {") else { return Vec::new() };
    let block = block.split_once("\n}").map_or(block, |(block, _)| block);
    let tests = block.split("#[test]\n").skip(1);
    let names = tests.filter_map(|test| test.trim_start().strip_prefix("fn ")?.split('(').next());
    names.map(str::to_owned).collect()
}

impl Target {
    /// Tries random inputs for so long, or until one is found that fails. `progress` gets the
    /// number of cases so far.
    pub fn fuzz(
        &self,
        root: &Path,
        stage: &Stage,
        time: Duration,
        mut progress: impl FnMut(u64),
    ) -> anyhow::Result<Outcome> {
        let began = Instant::now();
        let (mut cases, mut batch) = (0, FIRST_CASES);
        while began.elapsed() < time {
            let started = Instant::now();
            if let Some(finding) = self.run(root, stage, batch)? {
                return Ok(Outcome { cases, time: began.elapsed(), finding: Some(finding) });
            }
            cases += batch * self.properties.len() as u64;
            progress(cases);
            let left = time.saturating_sub(began.elapsed());
            batch = next_batch(batch, started.elapsed(), left.min(BATCH));
        }
        Ok(Outcome { cases, time: began.elapsed(), finding: None })
    }

    /// Runs one batch; returns what the tests printed if one failed.
    fn run(&self, root: &Path, stage: &Stage, cases: u64) -> anyhow::Result<Option<String>> {
        let mut command = test_command(root, stage);
        command.args(["--quiet", "--", "--exact"]);
        command.args(self.properties.iter().map(|property| format!("{}::{property}", self.name)));
        command.env("PROPTEST_CASES", cases.to_string());
        command.env("PROPTEST_RNG_SEED", fastrand::u64(..).to_string());
        let output = command.output().context("cannot run cargo")?;
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        Ok((!output.status.success()).then(|| format!("{printed}{errors}")))
    }
}

/// Builds the tests of a stage, so that no time of a target goes into that.
pub fn build(root: &Path, stage: &Stage) -> anyhow::Result<()> {
    let status = test_command(root, stage).arg("--no-run").stdin(Stdio::null()).status();
    ensure!(
        status.context("cannot run cargo")?.success(),
        "the tests of {} do not build",
        stage.path()
    );
    Ok(())
}

fn test_command(root: &Path, stage: &Stage) -> Command {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.current_dir(root).args(["test", "--profile", "fuzz", "--package"]);
    command.arg(format!("stage-{:02}", stage.number)).args(["--test", "it"]);
    command
}

/// Returns how many cases take about so long, if so many took so long. It grows slowly, and to no
/// more than the proptest crate can count.
fn next_batch(cases: u64, took: Duration, time: Duration) -> u64 {
    let factor = time.as_secs_f64() / took.as_secs_f64().max(0.001);
    ((cases as f64 * factor.min(8.0)) as u64).clamp(FIRST_CASES, u32::MAX.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_properties_of_a_file_are_those_of_its_block() {
        let source = "//! About.\n\n#[test]\nfn a_table() {\n}\n\nproptest! {\n    \
                      #![proptest_config(config(SEEDS))]\n\n    #[test]\n    fn one(a: u8) {\n    \
                      }\n\n    #[test]\n    fn other(\n        b: u8,\n    ) {\n    }\n}\n\n\
                      #[test]\nfn another_table() {\n}\n";
        assert_eq!(properties(source), ["one", "other"]);
        assert!(properties("#[test]\nfn a_table() {}\n").is_empty());
    }

    #[test]
    fn a_batch_grows_to_its_time_and_no_further() {
        let seconds = Duration::from_secs;
        assert_eq!(next_batch(1000, seconds(1), seconds(2)), 2000);
        assert_eq!(next_batch(1000, Duration::ZERO, seconds(15)), 8000);
        assert_eq!(next_batch(1000, seconds(30), seconds(15)), 500);
        assert_eq!(next_batch(1000, seconds(30), Duration::ZERO), FIRST_CASES);
    }
}

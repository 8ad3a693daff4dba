//! The machine and the programs that a measurement was made with.

use std::process::Command;

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

use crate::redis_benchmark;

/// The version of Redis that the course follows.
const REDIS: &str = "7.0.15";

/// Whatever the figures depend on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Model of the processor.
    pub cpu: String,
    /// How many of them there are.
    pub cpus: usize,
    /// In GiB.
    pub memory: f64,
    /// The kernel's name and version.
    pub os: String,
    /// Version of redis-server.
    pub redis: String,
    /// Version of redis-benchmark.
    pub redis_benchmark: String,
    /// Version of the compiler.
    pub rustc: String,
    /// The last commit that changed the stages.
    pub commit: String,
}

impl Machine {
    /// Looks at this machine.
    ///
    /// # Errors
    /// Names the program that is missing, and where to get it.
    pub fn look() -> anyhow::Result<Self> {
        let what = RefreshKind::nothing()
            .with_cpu(CpuRefreshKind::nothing())
            .with_memory(MemoryRefreshKind::nothing().with_ram());
        let system = System::new_with_specifics(what);
        let cpu = system.cpus().first().map(|cpu| cpu.brand().trim().to_owned());
        let os = System::long_os_version().context("the system does not tell its version")?;
        Ok(Self {
            cpu: cpu.filter(|cpu| !cpu.is_empty()).unwrap_or_else(|| "an unknown CPU".to_owned()),
            cpus: system.cpus().len(),
            memory: (system.total_memory() as f64 / f64::from(1 << 30) * 10.0).round() / 10.0,
            os: format!("{os}, {}", System::cpu_arch()),
            redis: version("redis-server", |said| said.split_once("v=").map(|(_, rest)| rest))?,
            redis_benchmark: version(redis_benchmark::PROGRAM, |said| {
                said.strip_prefix("redis-benchmark ")
            })?,
            rustc: version("rustc", |said| said.strip_prefix("rustc "))?,
            commit: commit()?,
        })
    }

    /// Returns what to say if this is not the Redis that the course follows.
    pub fn warning(&self) -> Option<String> {
        let version = &self.redis;
        (version != REDIS).then(|| {
            format!(
                "redis-server on the PATH is version {version}: the ratios are to that one, not \
                 to {REDIS}, which the course follows"
            )
        })
    }

    /// Says it to a reader, in Markdown.
    pub fn describe(&self) -> String {
        let Self { cpu, cpus, memory, os, redis, redis_benchmark, rustc, commit } = self;
        let benchmark = match redis_benchmark == redis {
            true => "and redis-benchmark".to_owned(),
            false => format!("redis-benchmark {redis_benchmark}"),
        };
        format!(
            "{cpus} CPUs ({cpu}), {memory} GiB, {os}; redis-server {redis} {benchmark}; \
             the stages of commit {commit}, built with rustc {rustc}"
        )
    }
}

/// Asks a program for its version, and returns the first word of what `after` leaves of its answer.
fn version(program: &str, after: fn(&str) -> Option<&str>) -> anyhow::Result<String> {
    let said = run(Command::new(program).arg("--version")).with_context(|| {
        format!(
            "{program} is needed on the PATH: redis-server and redis-benchmark come with \
             `apt install redis` or `brew install redis`, rustc with Rust"
        )
    })?;
    let word = after(&said).and_then(|rest| rest.split_whitespace().next());
    Ok(word.with_context(|| format!("`{program} --version` says no version: {said}"))?.to_owned())
}

/// Returns the short name of the commit that the stages are as of, and whether they differ.
fn commit() -> anyhow::Result<String> {
    let last = ["log", "-1", "--abbrev=10", "--format=%h", "--", "stages"];
    let name = run(Command::new("git").args(last))?;
    let edits = run(Command::new("git").args(["status", "--porcelain", "--", "stages"]))?;
    Ok(if edits.is_empty() { name } else { format!("{name} with edits") })
}

fn run(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?} failed: {errors}");
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn machine() -> Machine {
        Machine {
            cpu: "Model X".to_owned(),
            cpus: 2,
            memory: 7.8,
            os: "Linux (Debian 12), x86_64".to_owned(),
            redis: REDIS.to_owned(),
            redis_benchmark: REDIS.to_owned(),
            rustc: "1.95.0".to_owned(),
            commit: "0123456789".to_owned(),
        }
    }

    #[test]
    fn another_redis_is_said_to_be_another() {
        assert_eq!(machine().warning(), None);
        let other = Machine { redis: "7.2.4".to_owned(), ..machine() };
        assert!(other.warning().unwrap().contains("version 7.2.4"));
        assert!(other.describe().contains("redis-server 7.2.4 redis-benchmark 7.0.15"));
    }

    #[test]
    fn a_missing_program_is_named_with_the_package_that_has_it() {
        let error = format!("{:#}", version("no-such-server", |said| Some(said)).unwrap_err());
        assert!(error.starts_with("no-such-server is needed on the PATH"), "{error}");
        assert!(error.contains("apt install redis"), "{error}");
    }

    #[test]
    fn a_version_is_the_first_word_after_its_mark() {
        assert!(version("rustc", |said| said.strip_prefix("rustc ")).unwrap().starts_with("1."));
        let error = version("rustc", |said| said.strip_prefix("redis ")).unwrap_err();
        assert!(error.to_string().starts_with("`rustc --version` says no version: rustc 1."));
    }
}

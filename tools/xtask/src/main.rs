//! What maintainers of the course run: `cargo xtask --help`.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

use anyhow::Context;
use clap::Parser;
use xtask::carry::{End, carry};
use xtask::{Lessons, drift, lines};

/// What maintainers of the course run.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
enum Task {
    /// Take a fix made in one stage through all the stages that follow
    ///
    /// The fix is what differs from the last commit, or with --base from an earlier one. A stage
    /// that has changed the same lines stops the carry: its files then hold both between markers.
    /// Resolve them, and go on from that stage, without --base unless you have committed.
    Carry {
        /// The stage that holds the fix: 02
        stage: u8,
        /// What the stage was before the fix
        #[arg(long, value_name = "REVISION", default_value = "HEAD")]
        base: String,
    },
    /// Hold the stages to the table in stages/lessons.toml
    Verify,
    /// Record the snapshots of the transcripts anew, from redis-server 7.0.15 and no other
    Record {
        /// A part of the names of those wanted, such as 04-px-expiry/a_key
        filter: Option<String>,
    },
    /// Measure stages beside redis-server: speed, memory, loading, KEYS
    #[command(disable_help_flag = true)]
    Bench {
        /// What the measuring is told: see --help
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Count each stage's lines of code, without tests, comments and blank lines
    Lines {
        /// Fail if the README's map says other numbers
        #[arg(long)]
        check: bool,
        /// Put the numbers into the README's map
        #[arg(long, conflicts_with = "check")]
        write: bool,
    },
}

fn main() -> ExitCode {
    match run(Task::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(task: Task) -> anyhow::Result<ExitCode> {
    let root = root()?;
    let lessons = Lessons::read(&root)?;
    match task {
        Task::Carry { stage, base } => run_carry(&root, &lessons, stage, &base),
        Task::Verify => run_verify(&root, &lessons),
        Task::Record { filter } => run_record(&root, filter),
        Task::Bench { arguments } => run_bench(&root, arguments),
        Task::Lines { check, write } => run_lines(&root, &lessons, check, write),
    }
}

/// The project that the current directory is in.
fn root() -> anyhow::Result<PathBuf> {
    let here = env::current_dir()?;
    let root = here.ancestors().find(|directory| directory.join(Lessons::PATH).is_file());
    let root = root.with_context(|| format!("there is no {} here or above", Lessons::PATH))?;
    Ok(root.to_owned())
}

fn run_carry(root: &Path, lessons: &Lessons, stage: u8, base: &str) -> anyhow::Result<ExitCode> {
    match carry(root, lessons, stage, base, |step| println!("{step}"))? {
        End::Done => Ok(ExitCode::SUCCESS),
        End::NothingToCarry => {
            println!("nothing to carry: stage {stage:02} is as it was at {base}");
            Ok(ExitCode::SUCCESS)
        }
        End::LastStage => {
            println!("nothing to carry to: stage {stage:02} is the last one");
            Ok(ExitCode::SUCCESS)
        }
        End::Conflict(stage) => {
            eprintln!(
                "stopped at a conflict in stage {stage:02}: \
                 resolve, then `cargo xtask carry {stage:02}`"
            );
            Ok(ExitCode::FAILURE)
        }
    }
}

fn run_verify(root: &Path, lessons: &Lessons) -> anyhow::Result<ExitCode> {
    let drifts = drift::find(root, lessons)?;
    for drift in &drifts {
        eprintln!("{drift}");
    }
    if drifts.is_empty() {
        println!("{} stages, all as {} says", lessons.stages().len(), Lessons::PATH);
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}

/// Runs the conformance crate rather than depend on it: carry must work while that does not build.
fn run_record(root: &Path, filter: Option<String>) -> anyhow::Result<ExitCode> {
    let package = ["run", "--quiet", "--package", "conformance"];
    let program = ["--bin", "transcripts", "--", "record"];
    cargo(root, package.into_iter().chain(program).map(str::to_owned).chain(filter))
}

/// Runs the bench crate, too: it needs a chart's and a socket's libraries, and its own speed counts.
fn run_bench(root: &Path, arguments: Vec<String>) -> anyhow::Result<ExitCode> {
    let package = ["run", "--quiet", "--release", "--package", "bench", "--"];
    cargo(root, package.into_iter().map(str::to_owned).chain(arguments))
}

fn cargo(root: &Path, arguments: impl IntoIterator<Item = String>) -> anyhow::Result<ExitCode> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo).current_dir(root).args(arguments).status();
    let status = status.context("cannot run cargo")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn run_lines(root: &Path, lessons: &Lessons, check: bool, write: bool) -> anyhow::Result<ExitCode> {
    let path = root.join("README.md");
    if check || write {
        let readme = fs::read_to_string(&path).context("cannot read README.md")?;
        if check {
            lines::check_map(&readme, root, lessons).context("README.md")?;
        } else {
            let readme = lines::in_map(&readme, root, lessons).context("README.md")?;
            fs::write(&path, readme).context("cannot write README.md")?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut total = 0;
    for stage in lessons.stages() {
        let lines = lines::of_stage(root, stage)?;
        println!("{lines:>6}  {}", stage.path());
        total += lines;
    }
    println!("{total:>6}  in all");
    Ok(ExitCode::SUCCESS)
}

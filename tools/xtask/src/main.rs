//! What maintainers of the course run: `cargo xtask --help`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

use anyhow::Context;
use clap::{Args, Parser};
use xtask::addition::{self, Line};
use xtask::carry::{End, carry};
use xtask::{Lessons, Wording, drift, lines, listing, rooms};

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
    /// Make the next stage from the newest one
    ///
    /// The new stage is a copy: its code, its entry in stages/lessons.toml, its chapter and its pages
    /// of the book, and its lines in the README, in the book's summary and in its introduction. Then
    /// the tests say what is still to be written. Refuses a tree with uncommitted changes.
    Stage {
        /// The new stage's number and name: 09-scan
        name: String,
        #[command(flatten)]
        words: Words,
    },
    /// Make room for a stage between two others, and make it from the one before
    ///
    /// Moves all later stages on by one, in names of files and in texts: a name such as 07-keys or
    /// stage-07 wherever it stands, a number alone only beside a word that says so, as in "stages 06
    /// and 07", "07 · KEYS" or "[07](07-keys.md)". Prints the lines with numbers that stood alone,
    /// and those that were left although they look like a stage's: read both. Then does what
    /// `cargo xtask stage` does. Refuses a tree with uncommitted changes.
    Insert {
        /// The new stage's name, with the number that it is to have: 05-scan
        name: String,
        #[command(flatten)]
        words: Words,
    },
    /// List in stages/lessons.toml which files the newest stage adds, changes and removes
    ///
    /// Only the newest: in every other stage, a file that differs and is not listed is a mistake, which
    /// `cargo xtask verify` finds. A file that an earlier stage has recorded is listed as recorded.
    List,
    /// Hold the stages to the table in stages/lessons.toml, and their rooms to the order in src/lib.rs
    Verify,
    /// Record the snapshots of the transcripts anew, from redis-server 7.0.15 and no other
    Record {
        /// A part of the names of those wanted, such as 04-px-expiry/a_key
        filter: Option<String>,
    },
    /// Record what redis-server 7.0.15 says about each command that a stage has
    RecordCommands,
    /// Measure stages beside redis-server: speed, memory, loading, KEYS
    #[command(disable_help_flag = true)]
    Bench {
        /// What the measuring is told: see --help
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Count each stage's lines of code, and how many more than the stage before it has, without
    /// tests, comments and blank lines
    Lines {
        /// Fail if the README's map says other numbers
        #[arg(long)]
        check: bool,
        /// Put the numbers into the README's map
        #[arg(long, conflicts_with = "check")]
        write: bool,
    },
}

/// What is said of a stage wherever stages are listed. What is left out is a cell to be filled.
#[derive(Args)]
struct Words {
    /// The title of its chapter, if the name is not enough
    #[arg(long)]
    title: Option<String>,
    /// What its server does, in a few words
    #[arg(long, value_name = "TEXT")]
    does: Option<String>,
    /// What a reader learns in it, in a few words
    #[arg(long, value_name = "TEXT")]
    teaches: Option<String>,
}

impl From<Words> for Wording {
    fn from(Words { title, does, teaches }: Words) -> Self {
        Self { title, does, teaches }
    }
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
        Task::Stage { name, words } => run_stage(&root, &lessons, &name, words.into()),
        Task::Insert { name, words } => run_insert(&root, &lessons, &name, words.into()),
        Task::List => run_list(&root, &lessons),
        Task::Verify => run_verify(&root, &lessons),
        Task::Record { filter } => {
            run_conformance(&root, "transcripts", ["record".to_owned()].into_iter().chain(filter))
        }
        Task::RecordCommands => run_conformance(&root, "commands", []),
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

fn run_stage(
    root: &Path,
    lessons: &Lessons,
    name: &str,
    wording: Wording,
) -> anyhow::Result<ExitCode> {
    let written = addition::append(root, lessons, name, wording)?;
    say_written(name, &written);
    lock(root)
}

fn run_insert(
    root: &Path,
    lessons: &Lessons,
    name: &str,
    wording: Wording,
) -> anyhow::Result<ExitCode> {
    let (insertion, written) = addition::insert(root, lessons, name, wording)?;
    for (before, now) in &insertion.stages {
        println!("moved {before} to {now}");
    }
    println!("renamed {} files, changed {}", insertion.renamed, insertion.changed);
    say_lines("changed, since a word beside the number is about stages", &insertion.by_rule);
    say_lines("NOT changed, though it may be a stage's number", &insertion.left);
    for path in insertion.pictures() {
        println!("to be rendered again, as its first lines say: {path}");
    }
    say_written(name, &written);
    lock(root)
}

fn say_lines(title: &str, lines: &BTreeSet<Line>) {
    println!("{title}: {}", lines.len());
    for Line { path, number, text } in lines {
        println!("  {path}:{number}: {text}");
    }
}

fn say_written(name: &str, written: &BTreeSet<String>) {
    let copied = format!("stages/{name}/");
    let (copied, others): (Vec<_>, Vec<_>) =
        written.iter().partition(|path| path.starts_with(&copied));
    println!("new      stages/{name}, {} files", copied.len());
    for path in others {
        let is_own = path.contains(name);
        println!("{} {path}", if is_own { "new     " } else { "added to" });
    }
}

/// Tells the lock file of the workspace's packages, and changes no other.
fn lock(root: &Path) -> anyhow::Result<ExitCode> {
    cargo(root, ["update", "--quiet", "--workspace", "--offline"].map(str::to_owned))
}

fn run_list(root: &Path, lessons: &Lessons) -> anyhow::Result<ExitCode> {
    let listed = listing::of_newest(root, lessons)?;
    let path = root.join(Lessons::PATH);
    fs::write(path, listed).with_context(|| format!("cannot write {}", Lessons::PATH))?;
    Ok(ExitCode::SUCCESS)
}

fn run_verify(root: &Path, lessons: &Lessons) -> anyhow::Result<ExitCode> {
    let drifts = drift::find(root, lessons)?;
    for drift in &drifts {
        eprintln!("{drift}");
    }
    let faults = rooms::find(root, lessons)?;
    for fault in &faults {
        eprintln!("{fault}");
    }
    if drifts.is_empty() && faults.is_empty() {
        println!("{} stages, all as {} says", lessons.stages().len(), Lessons::PATH);
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}

/// Runs the conformance crate rather than depend on it: carry must work while that does not build.
fn run_conformance(
    root: &Path,
    program: &str,
    arguments: impl IntoIterator<Item = String>,
) -> anyhow::Result<ExitCode> {
    let package = ["run", "--quiet", "--package", "conformance", "--bin", program, "--"];
    cargo(root, package.map(str::to_owned).into_iter().chain(arguments))
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
    let (mut total, mut before) = (0, 0);
    for stage in lessons.stages() {
        let lines = lines::of_stage(root, stage)?;
        let more = lines.cast_signed() - before;
        println!("{lines:>6} {more:>+6}  {}", stage.path());
        (total, before) = (total + lines, lines.cast_signed());
    }
    println!("{total:>6}  in all");
    Ok(ExitCode::SUCCESS)
}

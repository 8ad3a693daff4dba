//! What `cargo xtask bench` runs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bench::speed::{Plan, Subject};
use bench::{Contender, Cores, Machine, Overview, Progress, Report, Took};
use bench::{ceiling, chart, keys, loading, markdown, memory, readme, speed, waits};
use clap::{Parser, Subcommand, ValueEnum};
use conformance::server::end_all_on_interrupt;
use xtask::Lessons;

/// Measure stages beside the redis-server on the PATH, in turns, and show the ratios
///
/// Needs redis-server and redis-benchmark. Measures mini-redis-server, too, if it is on the PATH,
/// and the ceiling: a server that only counts requests and sends replies made beforehand. Nothing
/// else should run on the machine.
#[derive(Parser)]
#[command(bin_name = "cargo xtask bench", args_conflicts_with_subcommands = true)]
struct Options {
    #[command(subcommand)]
    server: Option<Server>,
    /// Numbers of the stages to measure [default: the newest]
    #[arg(value_name = "STAGE")]
    stages: Vec<u8>,
    /// How long it may take; what the other parts leave is for the speed
    #[arg(long, value_name = "N", default_value_t = 14, conflicts_with = "quick")]
    minutes: u16,
    /// About a minute, to see that everything works: the figures mean little
    #[arg(long)]
    quick: bool,
    /// These parts alone
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    only: Vec<Part>,
    /// Put the results into book/bench, and an overview into the README
    #[arg(long, conflicts_with_all = ["quick", "only"])]
    write: bool,
    /// Show a bench.json of an earlier run, and measure nothing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["stages", "minutes", "quick", "only"])]
    from: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Server {
    /// Run the ceiling alone
    #[command(hide = true)]
    Ceiling {
        #[arg(long)]
        port: u16,
        /// Bytes of the value that answers a GET
        #[arg(long, default_value_t = 16)]
        value: usize,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Requests per second, and the server's CPU time for each
    Speed,
    /// Bytes for each key
    Memory,
    /// Seconds to load a dump
    Loading,
    /// Seconds for KEYS
    Keys,
    /// How long others wait for KEYS
    Waits,
}

impl Part {
    /// Returns what the option `--only` calls it.
    fn name(self) -> String {
        let value = self.to_possible_value();
        value.map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// Where results lie that are not to be published.
const SCRATCH: &str = "target/bench";

fn main() -> ExitCode {
    match run(Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Runs in the project's root, where `cargo xtask` has started it.
fn run(options: Options) -> anyhow::Result<()> {
    if let Some(Server::Ceiling { port, value }) = options.server {
        return ceiling::serve(port, value);
    }
    let report = match &options.from {
        Some(path) => read(path)?,
        None => measure(&options)?,
    };
    println!("{}", markdown::page(&report));
    let directory = if options.write { readme::DIRECTORY } else { SCRATCH };
    write(&report, Path::new(directory))?;
    if options.write {
        let text = fs::read_to_string("README.md").context("cannot read README.md")?;
        let text = readme::with_section(&text, Some(&report)).context("README.md")?;
        fs::write("README.md", text).context("cannot write README.md")?;
        let overview = Overview::of(&report).context(readme::LACKS)?;
        let path = Path::new(directory).join(readme::CHART);
        let text = chart::overview(&overview)?;
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    eprintln!("results are in {directory}: bench.json, bench.md, bench.svg");
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<Report> {
    let text = fs::read_to_string(path);
    let text = text.with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

fn write(report: &Report, directory: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(directory)
        .with_context(|| format!("cannot make {}", directory.display()))?;
    for (name, text) in [
        ("bench.json", serde_json::to_string_pretty(report)? + "\n"),
        ("bench.md", markdown::page(report)),
        ("bench.svg", chart::svg(report)?),
    ] {
        let path = directory.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// How much of everything there is to do.
struct Amount {
    speed: Plan,
    sizes: Vec<usize>,
    keys: usize,
    rounds: usize,
}

impl Amount {
    fn quick() -> Self {
        let speed = Plan {
            subjects: Subject::few(),
            time: Duration::from_secs(15),
            time_per_run: Duration::from_millis(50),
            rounds: (2, 4),
        };
        Self { speed, sizes: memory::sizes(50_000, 200_000, 3), keys: 100_000, rounds: 3 }
    }

    /// Everything within `time`: the more there is for the speed, the more rounds.
    fn full(time: Duration, contenders: &[Contender], parts: &[Part]) -> Self {
        let mut amount = Self {
            speed: Plan {
                subjects: Subject::all(),
                time: Duration::ZERO,
                time_per_run: Duration::from_millis(200),
                rounds: (5, 50),
            },
            sizes: memory::sizes(100_000, 2_000_000, 10),
            keys: 1_000_000,
            rounds: 11,
        };
        let others: Duration = parts.iter().map(|&part| amount.time(part, contenders)).sum();
        amount.speed.time = time.saturating_sub(others);
        amount
    }

    fn time(&self, part: Part, contenders: &[Contender]) -> Duration {
        match part {
            Part::Speed => self.speed.time,
            Part::Memory => memory::time(&self.sizes, contenders),
            Part::Loading => loading::time(self.rounds, contenders),
            Part::Keys => keys::time(self.rounds, contenders),
            Part::Waits => waits::time(self.rounds, contenders),
        }
    }
}

fn measure(options: &Options) -> anyhow::Result<Report> {
    let machine = Machine::look()?;
    if let Some(warning) = machine.warning() {
        eprintln!("{warning}");
    }
    let contenders = contenders(&options.stages)?;
    let parts = if options.only.is_empty() { Part::value_variants() } else { &options.only };
    let amount = if options.quick {
        Amount::quick()
    } else {
        Amount::full(Duration::from_secs(60) * options.minutes.into(), &contenders, parts)
    };
    end_all_on_interrupt().context("cannot end the servers on Ctrl-C")?;

    let cores = Cores::choose();
    let planned = parts.iter().map(|&part| amount.time(part, &contenders)).sum();
    let mut progress = Progress::start(planned)?;
    let mut report = Report {
        date: jiff::Timestamp::now().strftime("%Y-%m-%d").to_string(),
        quick: options.quick,
        took: Vec::new(),
        machine,
        cores: cores.describe(),
        servers: contenders.iter().skip(1).map(|contender| contender.name.clone()).collect(),
        speed: Vec::new(),
        memory: Vec::new(),
        loading: None,
        keys: Vec::new(),
        waits: Vec::new(),
    };
    let Amount { speed, sizes, keys, rounds } = amount;
    for part in parts {
        let progress = &mut progress;
        let started = Instant::now();
        match part {
            Part::Speed => report.speed = speed::measure(&speed, &contenders, cores, progress)?,
            Part::Memory => report.memory = memory::measure(&sizes, &contenders, progress)?,
            Part::Loading => {
                report.loading = Some(loading::measure(keys, rounds, &contenders, progress)?);
            }
            Part::Keys => report.keys = keys::measure(keys, rounds, &contenders, progress)?,
            Part::Waits => report.waits = waits::measure(keys, rounds, &contenders, progress)?,
        }
        let seconds = started.elapsed().as_secs_f64().round() as u64;
        report.took.push(Took { part: part.name(), seconds });
    }
    progress.finish();
    Ok(report)
}

/// Redis, the stages, and whatever else there is to compare with.
fn contenders(stages: &[u8]) -> anyhow::Result<Vec<Contender>> {
    let lessons = Lessons::read(Path::new("."))?;
    let mut contenders = vec![Contender::redis()];
    let newest = lessons.stages().last().map(|stage| stage.number);
    let wanted = if stages.is_empty() { newest.as_slice() } else { stages };
    for &number in wanted {
        let [stage, ..] = lessons.from(number)? else { continue };
        let binary = build(number)?;
        contenders.push(Contender::stage(&stage.directory, &binary));
    }
    if is_on_path("mini-redis-server") {
        contenders.push(Contender::mini_redis());
    }
    let program = env::current_exe().context("cannot find this program itself")?;
    contenders.push(Contender::ceiling(&program));
    Ok(contenders)
}

/// Builds a stage's release, and returns its program.
fn build(number: u8) -> anyhow::Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--release", "--message-format=json-render-diagnostics"]);
    command.args(["--package", &format!("stage-{number:02}")]);
    let output = command.stderr(Stdio::inherit()).output().context("cannot run cargo")?;
    ensure!(output.status.success(), "stage {number:02} does not build");
    let messages = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut programs = messages.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message.get("executable")?.as_str().map(PathBuf::from)
    });
    programs.next_back().with_context(|| format!("stage {number:02} has no program"))
}

fn is_on_path(program: &str) -> bool {
    let paths = env::var_os("PATH").unwrap_or_default();
    let file = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&paths).any(|path| path.join(&file).is_file())
}

//! Sends the same random bytes to Redis and to another server, and compares the replies.

use std::ffi::OsString;
use std::fs;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use conformance::check;
use conformance::differ::counters;
use conformance::differ::documented::DOCUMENTED;
use conformance::differ::generator::unfit;
use conformance::differ::pair::{Pair, Tally};
use conformance::differ::{Limit, Plan, Session, Shrunk, hunt, report};
use conformance::server::{self, CommandLine, Target};
use conformance::workspace::{self, number_of};
use lexopt::{Arg, Parser, ValueExt};

const USAGE: &str = "\
differ [--stage NN | --server 'CMD {port}'] [--minutes N | --cases N] [--seed N] [--out DIR]
    sends the same random sessions to redis-server and to the newest stage, or another one, or
    any server with the commands of the newest stage, or with --stage of another one, for a
    minute, or as long as told. The first difference ends it: it is made as small as possible,
    shown, and kept in DIR (target/differ), and the exit code is 1.
differ replay FILE [--stage NN | --server 'CMD {port}']
    plays a session that was kept, or a transcript that holds only raw bytes
differ documented
    tells which differences are not reported, and why";

/// The first stage that takes requests of any bytes.
const FIRST_STAGE: &str = "02-echo";

/// A log is told as often as this how far it is.
const LOGGED_EVERY: Duration = Duration::from_secs(60);
const SHOWN_EVERY: Duration = Duration::from_millis(500);

/// How long a difference is made smaller, at most.
const SHRINKING: Duration = Duration::from_secs(120);

#[derive(Default)]
struct Options {
    words: Vec<OsString>,
    stage: Option<u32>,
    server: Option<String>,
    minutes: Option<f64>,
    cases: Option<u64>,
    seed: Option<u64>,
    out: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode> {
    server::end_all_on_interrupt()?;
    let options = Options::read()?;
    let words: Vec<_> = options.words.iter().map(|word| word.to_string_lossy()).collect();
    match words.iter().map(AsRef::as_ref).collect::<Vec<_>>()[..] {
        [] => options.hunt(),
        ["replay", file] => options.replay(Path::new(file)),
        ["documented"] => {
            for documented in &DOCUMENTED {
                println!("{}: {}", documented.name, documented.reason);
            }
            Ok(ExitCode::SUCCESS)
        }
        ["help"] => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        _ => bail!("{USAGE}"),
    }
}

impl Options {
    fn read() -> Result<Self> {
        let mut options = Self::default();
        let mut parser = Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("stage") => options.stage = Some(parser.value()?.parse()?),
                Arg::Long("server") => options.server = Some(parser.value()?.string()?),
                Arg::Long("minutes") => options.minutes = Some(parser.value()?.parse()?),
                Arg::Long("cases") => options.cases = Some(parser.value()?.parse()?),
                Arg::Long("seed") => options.seed = Some(parser.value()?.parse()?),
                Arg::Long("out") => options.out = Some(parser.value()?.into()),
                Arg::Value(word) => options.words.push(word),
                Arg::Long("help") | Arg::Short('h') => options.words = vec!["help".into()],
                _ => return Err(argument.unexpected().into()),
            }
        }
        Ok(options)
    }

    fn hunt(&self) -> Result<ExitCode> {
        let (mut pair, stage, name) = self.pair()?;
        let seed = self.seed.unwrap_or_else(|| fastrand::u64(..1_000_000_000));
        let limit = match (self.cases, self.minutes) {
            (Some(cases), None) => Limit::Sessions(cases),
            (None, minutes) => {
                Limit::Time(Duration::try_from_secs_f64(60.0 * minutes.unwrap_or(1.0))?)
            }
            _ => bail!("--minutes or --cases, not both"),
        };
        eprintln!("{name} beside redis-server {}, seed {seed}", check::REDIS_VERSION);
        let mut progress = Progress::new(limit);
        let plan = Plan { stage, seed, limit, shrinking: SHRINKING };
        let hunt = hunt(&mut pair, plan, |tally| progress.tell(tally))?;
        progress.end();
        let (time, tally) = (progress.began.elapsed(), hunt.tally);
        println!("{tally}, {} s", time.as_secs());
        let avoided = hunt.avoided.iter().map(|(why, count)| format!("{count} for {why}"));
        println!("sessions not played: {}", avoided.collect::<Vec<_>>().join(", "));
        let Some(finding) = hunt.finding else {
            println!("no difference");
            return Ok(ExitCode::SUCCESS);
        };
        println!("\n{}", report(&finding.shrunk.session, &finding.shrunk.difference, &name));
        if !finding.comes_again {
            println!("  It did not come again when the sessions were played anew.");
        }
        println!("  Made as small as this in {} tries.", finding.tries);
        let file = self.keep(&finding.shrunk, seed, &name)?;
        println!("  To play it again: differ replay {}{}", file.display(), self.aim());
        Ok(ExitCode::FAILURE)
    }

    fn replay(&self, file: &Path) -> Result<ExitCode> {
        let source =
            fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let session = Session::from_text(&source, file).map_err(|error| anyhow!(error))?;
        let (mut pair, stage, name) = self.pair()?;
        let vocabulary = pair.vocabulary(stage);
        pair.has_counters = stage >= counters::STAGE;
        if let Some(why) = unfit(&session, &vocabulary) {
            println!("note: a hunt does not play this, because of {why}");
        }
        match pair.play(&session) {
            Ok(tally) => {
                println!("no difference: {tally}");
                Ok(ExitCode::SUCCESS)
            }
            Err(difference) => {
                println!("{}", report(&session, &difference, &name));
                Ok(ExitCode::FAILURE)
            }
        }
    }

    /// Starts Redis and what is compared with it. Returns the number of the stage whose commands
    /// it has, and its name.
    fn pair(&self) -> Result<(Pair, u32, String)> {
        let Target::Spawn(redis) = check::redis().map_err(|reason| anyhow!("{reason}"))? else {
            bail!("Redis is always started");
        };
        let newest = workspace::newest_stage()?;
        let stage = self.stage.unwrap_or(newest);
        let first = number_of(FIRST_STAGE);
        ensure!(
            (first..=newest).contains(&stage),
            "there are the stages {first:02} to {newest:02}; \
             those before read line by line and are no match"
        );
        let name = format!("stage-{stage:02}");
        let (command, name) = match &self.server {
            Some(command) => {
                (CommandLine::parse(command).map_err(|error| anyhow!(error))?, "server".into())
            }
            None => (CommandLine::binary(&workspace::build(&name, true)?.to_string_lossy()), name),
        };
        Ok((Pair::start(&redis, &command)?, stage, name))
    }

    /// Writes a session into a file, and returns its name.
    fn keep(&self, found: &Shrunk, seed: u64, name: &str) -> Result<PathBuf> {
        let directory = self.out.clone().unwrap_or_else(|| workspace::root().join("target/differ"));
        fs::create_dir_all(&directory)
            .with_context(|| format!("cannot make {}", directory.display()))?;
        let file = directory.join(format!("{name}-seed-{seed}.redis"));
        let told = report(&found.session, &found.difference, name);
        let prose: String = told.lines().map(|line| format!("# {line}\n")).collect();
        fs::write(&file, prose + "\n" + &found.session.to_text())
            .with_context(|| format!("cannot write {}", file.display()))?;
        Ok(file)
    }

    fn aim(&self) -> String {
        let stage = self.stage.map_or(String::new(), |stage| format!(" --stage {stage:02}"));
        self.server.as_ref().map_or(String::new(), |server| format!(" --server '{server}'"))
            + &stage
    }
}

/// What is told while it runs: one line that changes on a terminal, some lines in a log.
struct Progress {
    began: Instant,
    limit: Limit,
    told: Instant,
    on_terminal: bool,
}

impl Progress {
    fn new(limit: Limit) -> Self {
        let now = Instant::now();
        Self { began: now, limit, told: now, on_terminal: std::io::stderr().is_terminal() }
    }

    fn tell(&mut self, tally: &Tally) {
        let every = if self.on_terminal { SHOWN_EVERY } else { LOGGED_EVERY };
        if self.told.elapsed() < every {
            return;
        }
        self.told = Instant::now();
        let seconds = self.began.elapsed().as_secs().max(1);
        let limit = match self.limit {
            Limit::Sessions(sessions) => format!("of {sessions} sessions"),
            Limit::Time(time) => format!("of {} s", time.as_secs()),
        };
        let sessions = tally.sessions;
        let line = format!(
            "{seconds} s, {sessions} sessions ({} a minute), no difference, {limit}",
            60 * sessions / seconds
        );
        let (start, end) = if self.on_terminal { ("\r", "  ") } else { ("", "\n") };
        let mut stderr = std::io::stderr().lock();
        // Progress that cannot be shown is no reason to stop.
        let _ = write!(stderr, "{start}{line}{end}").and_then(|()| stderr.flush());
    }

    fn end(&self) {
        if self.on_terminal {
            eprintln!();
        }
    }
}

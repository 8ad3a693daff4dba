//! The test harness of a stage: one named test for every transcript that it must pass.

use std::env;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{anyhow, bail};
use libtest_mimic::{Arguments, Failed, Trial};

use crate::check;
use crate::corpus;
use crate::failure::Failure;
use crate::player::{PATIENCE, Trouble};
use crate::server::{self, CommandLine, Target};

/// The variable that aims a stage's tests at another server.
pub const SERVER: &str = "SERVER";

/// Plays every transcript up to a stage's own against its binary, and says how that went.
///
/// `package` is the stage's name, such as `stage-04`. If the environment names another server,
/// as in `SERVER='./mine --port {port}'`, that one is tested.
#[must_use]
pub fn stage(binary: &str, package: &str) -> ExitCode {
    let arguments = Arguments::from_args();
    match trials(binary, package) {
        Ok(trials) => run(arguments, trials),
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::from(2)
        }
    }
}

fn trials(binary: &str, package: &str) -> Result<Vec<Trial>, String> {
    let (command, last) = subject(binary, package)?;
    let target = Target::Spawn(command);
    let names = corpus::names(&corpus::transcripts(), "redis").map_err(|e| format!("{e:#}"))?;
    let names = names.into_iter().filter(|name| corpus::stage_of(name).is_some_and(|n| n <= last));
    let trials: Vec<Trial> = names
        .map(|name| {
            let target = target.clone();
            Trial::test(name.clone(), move || check_one(&name, &target))
        })
        .collect();
    if trials.is_empty() {
        return Err(format!("no transcripts up to {package}"));
    }
    Ok(trials)
}

/// Returns the command of the server that is tested, and the stage that it has reached.
pub(crate) fn subject(binary: &str, package: &str) -> Result<(CommandLine, u32), String> {
    let last = package.rsplit('-').next().and_then(|number| number.parse().ok());
    let last = last.ok_or_else(|| format!("'{package}' does not end in a stage's number"))?;
    let command = match env::var(SERVER) {
        Ok(command) => CommandLine::parse(&command)?,
        Err(env::VarError::NotPresent) => CommandLine::binary(binary),
        Err(error) => return Err(format!("{SERVER}: {error}")),
    };
    Ok((command, last))
}

/// After this many missing replies, this process waits for others only briefly.
const MANY_SILENCES: usize = 8;
const LITTLE_PATIENCE: Duration = Duration::from_secs(2);

static SILENCES: AtomicUsize = AtomicUsize::new(0);

/// Plays the transcript of this name against `target`, and compares.
///
/// A server that answers nothing would keep a learner waiting for every transcript. When it has
/// been silent often enough, the rest is played with less patience.
///
/// # Errors
/// With the text that the learner reads.
pub fn check_one(name: &str, target: &Target) -> Result<(), Failed> {
    let transcript = corpus::load_one(name).map_err(|error| format!("{error:#}"))?;
    let is_silent = SILENCES.load(Ordering::Relaxed) >= MANY_SILENCES;
    let patience = if is_silent { LITTLE_PATIENCE } else { PATIENCE };
    check::check(&transcript, target, patience).map_err(|failure| {
        if let Failure::Step(mismatch) = &failure
            && mismatch.outcome.trouble == Some(Trouble::Silence)
        {
            SILENCES.fetch_add(1, Ordering::Relaxed);
        }
        failure.to_string().into()
    })
}

/// Runs the tests, several at once, and leaves no server behind if that is interrupted.
#[must_use]
pub fn run(mut arguments: Arguments, trials: Vec<Trial>) -> ExitCode {
    if let Err(error) = server::end_all_on_interrupt() {
        eprintln!("after an interrupt, servers may go on running: {error}");
    }
    // Most of a play is waiting, so there is room for more of them than for processors.
    let at_once = || thread::available_parallelism().map_or(2, |cores| 2 * cores.get());
    arguments.test_threads = arguments.test_threads.or_else(|| Some(at_once()));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Most of a play is waiting, so there is room for more of them than for processors.
const AT_ONCE: usize = 6;

/// Records the snapshots of transcripts from a real Redis, and prints how it went.
///
/// # Errors
/// When there is no such Redis, or any failed.
pub fn record(names: &[String]) -> anyhow::Result<()> {
    let redis = check::redis().map_err(|reason| anyhow!("nothing recorded: {reason}"))?;
    each(names, Some("recorded"), |name| {
        let transcript = corpus::load_one(name).map_err(|error| format!("{error:#}"))?;
        check::record_snapshot(&transcript, &redis).map_err(|error| format!("{error:#}"))
    })
}

/// Checks a server against transcripts, and prints how it went. Without a command, a real Redis.
///
/// # Errors
/// When there is no server, or any failed.
pub fn check(names: &[String], server: Option<&str>) -> anyhow::Result<()> {
    let target = match server {
        Some(command) => {
            Target::Spawn(CommandLine::parse(command).map_err(|reason| anyhow!(reason))?)
        }
        None => check::redis().map_err(|reason| anyhow!("nothing checked: {reason}"))?,
    };
    each(names, Some("the same"), |name| {
        let transcript = corpus::load_one(name).map_err(|error| format!("{error:#}"))?;
        check::check(&transcript, &target, PATIENCE).map_err(|failure| failure.to_string())
    })
}

/// Does something with each name, several at once, and prints how it went: `done`, if there is such
/// a text, or why not.
///
/// # Errors
/// When any failed.
pub(crate) fn each(
    names: &[String],
    done: Option<&str>,
    act: impl Fn(&str) -> Result<(), String> + Sync,
) -> anyhow::Result<()> {
    let next = AtomicUsize::new(0);
    let failures = AtomicUsize::new(0);
    let printing = Mutex::new(());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = act(name);
                    let _turn = printing.lock();
                    match result {
                        Ok(()) => done.into_iter().for_each(|done| println!("{done}: {name}")),
                        Err(reason) => {
                            failures.fetch_add(1, Ordering::Relaxed);
                            println!("FAILED: {name}\n{reason}\n");
                        }
                    }
                }
            });
        }
    });
    match failures.into_inner() {
        0 => Ok(()),
        failures => bail!("{failures} of {} failed", names.len()),
    }
}

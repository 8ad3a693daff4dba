//! What tests a server: a stage's checks in the order in which one learns, and the rest.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{anyhow, bail};
use libtest_mimic::{Arguments, Failed, Trial};

use crate::corpus::Item;
use crate::failure::Failure;
use crate::gate::{Bounds, Check, Fault, Gate, Verdict};
use crate::memory::Memory;
use crate::player::{PATIENCE, PlayError, Trouble};
use crate::report::pass;
use crate::server::{self, CommandLine, StartError, Target};
use crate::subject::Subject;
use crate::waiting::Patience;
use crate::{check, corpus, differ, load, program, workspace};

/// How a run ends in which something failed: of this exit code, Cargo makes no more words.
const RED: u8 = 101;

/// After this many failures, a learner has enough to do.
pub(crate) const ENOUGH: usize = 40;

/// So many times in vain is a learner kept waiting.
pub(crate) const ENOUGH_SILENCES: usize = 8;

/// How long a learner's server may take for what makes it robust.
const ROBUST: Duration = Duration::from_secs(60);

/// Checks a stage's binary, or the server that the environment names, and prints how that went.
///
/// `package` is the stage's name, such as `stage-04`. If the environment names another server, as in
/// `SERVER='./mine --port {port}'`, that one is tested, and nothing else is. The command line is
/// libtest's: a part of a name picks the checks that have it in theirs, `--list` prints the names,
/// and `--nocapture` shows every failure in full.
#[must_use]
pub fn stage(binary: &str, package: &str) -> ExitCode {
    let arguments = Arguments::from_args();
    let went = Subject::find(binary, package).and_then(|subject| walk(&subject, &arguments));
    went.unwrap_or_else(|reason| {
        eprintln!("{reason}");
        ExitCode::from(2)
    })
}

fn walk(subject: &Subject, arguments: &Arguments) -> Result<ExitCode, String> {
    let gates = gates(subject, arguments)?;
    let names = || gates.iter().flat_map(|gate| &gate.checks).map(|check| &check.name);
    if arguments.list {
        names().for_each(|name| println!("{name}: test"));
        return Ok(ExitCode::SUCCESS);
    }
    if names().next().is_none() {
        return Err(format!("no check has this in its name: {}", asked(arguments)));
    }
    if let Err(error) = server::end_all_on_interrupt() {
        eprintln!("after an interrupt, servers may go on running: {error}");
    }
    println!("\n{subject}");
    let mut memory = Memory::of(subject);
    let has_load = gates.len() > 1;
    for gate in gates {
        if !pass(gate, &mut memory, Some(&subject.again()), arguments.nocapture) {
            return Ok(ExitCode::from(RED));
        }
    }
    println!("{}", farewell(subject, arguments, has_load));
    Ok(ExitCode::SUCCESS)
}

/// Says what a server has reached that has passed all gates, and what comes next.
fn farewell(subject: &Subject, arguments: &Arguments, has_load: bool) -> String {
    if !asked(arguments).is_empty() {
        return format!("\nAll that was asked for passes. Everything:\n  {}", subject.again());
    }
    let stage = subject.stage;
    let load = if has_load || subject.is_ours() { "" } else { " It brings no load of its own." };
    let mut text = format!("\nStage {stage:02} is done.{load}");
    if subject.is_ours() {
        if stage > 1 {
            text += &format!(" The tests of its core:\n  {} --test core", subject.again());
        }
        return text;
    }
    if workspace::newest_stage().is_ok_and(|newest| newest > stage) {
        let next = Subject { package: format!("stage-{:02}", stage + 1), ..subject.clone() };
        text += &format!(" The next one:\n  {}", next.again());
    }
    text += "\nThere is more, if you add to the command\n  \
        -- load/     the load of all stages so far\n  \
        -- differ/   random sessions, beside redis-server";
    text
}

fn gates(subject: &Subject, arguments: &Arguments) -> Result<Vec<Gate<'static>>, String> {
    // Everything can be picked by its name. By itself, a learner's server meets only the load that
    // its own stage brings, and no random sessions.
    let is_all = subject.is_ours() || arguments.filter.is_some();
    let stages = if is_all { 1..=subject.stage } else { subject.stage..=subject.stage };
    let in_full = arguments.nocapture;
    let is_patient = subject.is_ours() || in_full;
    let failures = if is_patient { usize::MAX } else { ENOUGH };
    let silences = if is_patient { usize::MAX } else { ENOUGH_SILENCES };
    let at_once = |most| arguments.test_threads.unwrap_or_else(|| at_once(most));
    let answers = transcripts(subject)?;
    let answers = Gate {
        title: "What it answers, in the order of the lessons".into(),
        checks: answers,
        bounds: Bounds { at_once: at_once(8), failures, silences, time: Duration::MAX },
        is_slow: false,
    };
    let mut robust = program::checks(subject, stages.clone());
    robust.extend(load::checks(subject, stages)?);
    let time = if is_all { Duration::MAX } else { ROBUST };
    let robust = Gate {
        title: "What it withstands".into(),
        checks: robust,
        bounds: Bounds { at_once: at_once(4), failures, silences, time },
        is_slow: !subject.is_ours(),
    };
    let mut gates = vec![answers, robust];
    if is_all && subject.stage > 1 {
        gates.push(Gate {
            title: "Random sessions, beside redis-server".into(),
            checks: vec![differ::check(subject)],
            bounds: Bounds { at_once: 1, failures, silences, time: Duration::MAX },
            is_slow: true,
        });
    }
    for gate in &mut gates {
        gate.checks.retain(|check| is_picked(&check.name, arguments));
    }
    gates.retain(|gate| !gate.checks.is_empty());
    Ok(gates)
}

/// Returns how many plays at once suit this machine, and no more than `most`.
pub(crate) fn at_once(most: usize) -> usize {
    // Most of a play is waiting, so there is room for more of them than for processors.
    thread::available_parallelism().map_or(2, usize::from).saturating_mul(3).min(most)
}

/// Whether the command line asks for a check of this name, as libtest reads it.
fn is_picked(name: &str, arguments: &Arguments) -> bool {
    let fits =
        |part: &String| if arguments.exact { name == part } else { name.contains(part.as_str()) };
    arguments.filter.as_ref().is_none_or(fits) && !arguments.skip.iter().any(fits)
}

/// Returns what of the command line picks checks.
fn asked(arguments: &Arguments) -> String {
    let skipped = arguments.skip.iter().map(|part| format!("--skip {part}"));
    let asked: Vec<String> = arguments.filter.iter().cloned().chain(skipped).collect();
    asked.join(" ")
}

fn transcripts(subject: &Subject) -> Result<Vec<Check<'static>>, String> {
    let items = corpus::in_order(subject.stage).map_err(|error| format!("{error:#}"))?;
    let target = Target::Spawn(subject.command.clone());
    let is_ours = subject.is_ours();
    let checks = items.into_iter().map(|Item { name, stage, step, .. }| {
        let (target, own) = (target.clone(), name.clone());
        let run = move || match missing(&own) {
            Some(reason) => Verdict::Skipped(reason.to_owned()),
            None => play(&own, &target, patience(is_ours)).into(),
        };
        Check { name, part: format!("stage {stage:02}, {step}"), run: Box::new(run) }
    });
    Ok(checks.collect())
}

/// Says what is missing on this system to play a transcript. One that cannot be read lacks nothing:
/// playing it says what is wrong.
fn missing(name: &str) -> Option<&'static str> {
    corpus::load_one(name).ok()?.missing()
}

/// After this many missing replies, this process waits for others only briefly.
const MANY_SILENCES: usize = 2;

static SILENCES: AtomicUsize = AtomicUsize::new(0);

/// Returns how long a step may take. A server that answers nothing would keep a learner waiting for
/// every transcript: when it has been silent often enough, the rest is played with less patience.
pub(crate) fn patience(is_ours: bool) -> Patience {
    let seconds = Duration::from_secs;
    match SILENCES.load(Ordering::Relaxed) {
        _ if is_ours => PATIENCE,
        0..MANY_SILENCES => Patience::new(seconds(10), seconds(1)),
        _ => Patience::new(seconds(3), Duration::from_millis(300)),
    }
}

/// Whether a server has taken a connection in this run.
static HAS_STARTED: AtomicBool = AtomicBool::new(false);

/// Plays the transcript of this name against `target`, and compares.
pub(crate) fn play(name: &str, target: &Target, patience: Patience) -> Result<(), Fault> {
    let transcript = corpus::load_one(name).map_err(|error| {
        let cause = format!("{error:#}");
        Fault { text: cause.clone(), cause, is_silence: false }
    })?;
    let mut result = check::check(&transcript, target, patience);
    // Where it has started before, the machine may have been too busy for it.
    if is_late(&result) && HAS_STARTED.load(Ordering::Relaxed) {
        result = check::check(&transcript, target, PATIENCE);
    }
    if matches!(result, Ok(()) | Err(Failure::Step(_))) {
        HAS_STARTED.store(true, Ordering::Relaxed);
    }
    result.map_err(|failure| {
        let is_silence = is_silence(&failure);
        SILENCES.fetch_add(usize::from(is_silence), Ordering::Relaxed);
        Fault { text: failure.to_string(), cause: failure.cause(), is_silence }
    })
}

/// Whether the server runs, but took no connection.
fn is_late(result: &Result<(), Failure>) -> bool {
    let Err(Failure::Play(PlayError::Start(error), _)) = result else { return false };
    matches!(error, StartError::Silent { .. })
}

/// Whether the server did not start, or was waited for in vain.
fn is_silence(failure: &Failure) -> bool {
    match failure {
        Failure::Step(mismatch) => matches!(
            mismatch.outcome.trouble,
            Some(Trouble::Silence | Trouble::StillOpen | Trouble::NotReading)
        ),
        Failure::Play(PlayError::Start(_), _) => true,
        _ => false,
    }
}

/// Plays the transcript of this name against `target`, and compares.
///
/// # Errors
/// With the text that the learner reads.
pub fn check_one(name: &str, target: &Target) -> Result<(), Failed> {
    play(name, target, PATIENCE).map_err(|fault| fault.text.into())
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

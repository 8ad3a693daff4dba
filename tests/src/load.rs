//! Hostile load: what clients do who mean harm, or who just are slow, many or gone.
//!
//! Each [`Scenario`] puts a real server under one kind of load, and holds it to a bound: how far
//! its memory may grow, and that another client is served meanwhile. The memory is what the kernel
//! reports. Nothing is asserted about how fast the other client is served, since machines are busy;
//! only that it is, while a server without the protection would keep it waiting until the load
//! ends. What was measured is printed at the end.
//!
//! By default the load is bounded, so that all scenarios take seconds. [`LOAD`]`=full` makes more
//! of it.

use std::ops::RangeInclusive;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{env, fmt};

use libtest_mimic::{Arguments, Completion, Trial};

use crate::gate::{Check, Fault as Red, Verdict};
use crate::server::{CommandLine, Output};
use crate::subject::Subject;
use crate::{corpus, harness};

mod announced;
mod bystander;
mod bytewise;
mod churn;
mod ending;
mod endless;
mod fault;
mod garbage;
mod given_back;
mod half_open;
mod idle;
mod keys;
mod log;
mod max_clients;
mod meter;
mod no_descriptors;
mod peer;
mod pipeline;
mod report;
mod siege;
mod slow_readers;
mod unread;

pub use bystander::{Bystander, Latency};
pub use fault::Fault;
pub(crate) use meter::MIB;
pub use meter::{Bytes, Growth, Meter, Usage};
pub use peer::Peer;
pub(crate) use peer::{array, bulk};
pub use report::{Failure, Report};
use siege::Defeat;
pub use siege::Siege;

/// The variable that asks for the load in full.
pub const LOAD: &str = "LOAD";

/// Every scenario, in the order of the stages from which on a server must withstand it.
pub const SCENARIOS: [Scenario; 29] = [
    idle::SCENARIO,
    half_open::CLOSED,
    half_open::VANISHED,
    announced::BULKS,
    announced::ELEMENTS,
    garbage::SCENARIO,
    endless::LINE,
    bytewise::MANY,
    churn::SCENARIO,
    no_descriptors::FEW,
    no_descriptors::TAKEN_AWAY,
    log::UNREAD,
    log::CLOSED,
    log::FULL_DISK,
    pipeline::SCENARIO,
    announced::ADDRESSES,
    endless::REQUEST,
    bytewise::LONG,
    given_back::BUFFERS,
    unread::SENDS,
    unread::ASKS,
    slow_readers::SCENARIO,
    given_back::VALUES,
    max_clients::SCENARIO,
    ending::TERMINATED,
    ending::INTERRUPTED,
    ending::HUNG_UP,
    log::STUFFED,
    keys::SCENARIO,
];

/// How long a learner's server may take for a scenario, which takes most servers a second or two.
const LONG: Duration = Duration::from_secs(30);

/// By how many bytes a server may grow where its memory is not the point: buffers of some hundred
/// connections take a tenth of it. A program that is built to be debugged may need the rest to show
/// where it panicked, and one whose garbage is collected may need it anyhow. What is announced in
/// vain, or sent without an end of line, is many times as much.
const LITTLE: u64 = 64 * meter::MIB;

/// One kind of load, and what a server does under it.
#[derive(Debug, Clone, Copy)]
pub struct Scenario {
    /// What is claimed, in a few words.
    pub name: &'static str,
    /// The chapter that builds what the claim needs.
    pub chapter: &'static str,
    /// What is claimed, in a sentence.
    pub claim: &'static str,
    /// What the server needs besides its port.
    pub options: &'static [&'static str],
    /// What the kernel must support.
    pub needs: Needs,
    /// Where that goes what the server prints.
    pub output: Output,
    /// By how many bytes the server's memory may grow: far more than a good server needs, far less
    /// than the fault would take.
    pub growth: fn(Size) -> u64,
    /// Why the real Redis is not held to the claim, if it is not.
    pub but_redis: Option<&'static str>,
    /// What to look at first in a server that fails.
    pub likely: &'static str,
    /// Loads the server.
    pub run: fn(&mut Siege) -> Result<(), Fault>,
}

/// What a scenario needs from the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing that is not everywhere.
    Nothing,
    /// That the server can be started with so few descriptors.
    Descriptors(u32),
    /// That descriptors can be taken from a running process.
    FewerDescriptors,
    /// That a process can be sent a signal.
    Signals,
    /// That memory which is freed is no longer counted as the process's.
    FreedMemory,
    /// That the load in full is asked for.
    FullLoad,
}

impl Scenario {
    /// Returns the chapter and the name.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}", self.chapter, self.name)
    }

    /// Returns the stage from which on a server must withstand it.
    #[must_use]
    pub fn stage(&self) -> u32 {
        corpus::stage_of(self.chapter).unwrap_or_default()
    }
}

impl Scenario {
    /// Says what is missing here, if anything is.
    #[must_use]
    pub fn missing(&self, size: Size) -> Option<&'static str> {
        self.needs.missing(size).or(match self.output {
            Output::FullDisk if !Path::new("/dev/full").exists() => {
                Some("this system has no /dev/full")
            }
            Output::Stuffed if !cfg!(unix) => Some("this system's pipes cannot be filled"),
            _ => None,
        })
    }
}

impl Needs {
    /// Says what is missing here, if anything is.
    fn missing(self, size: Size) -> Option<&'static str> {
        match self {
            Self::FullLoad if size != Size::Full => Some("takes LOAD=full"),
            Self::Descriptors(_) if !cfg!(unix) => Some("this system has no ulimit"),
            Self::FewerDescriptors if !cfg!(target_os = "linux") => {
                Some("this system takes none from a running process")
            }
            Self::FreedMemory if !cfg!(target_os = "linux") => {
                Some("this system keeps freed memory for later in ways of its own")
            }
            Self::Signals if !cfg!(unix) => Some("this system has no signals"),
            _ => None,
        }
    }
}

/// How much load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Enough to tell a good server from a bad one, in a second or two.
    Bounded,
    /// As much as a machine of today takes in a minute or two.
    Full,
}

impl Size {
    /// Returns the size that the environment asks for.
    fn from_env() -> Result<Self, String> {
        match env::var(LOAD) {
            Err(env::VarError::NotPresent) => Ok(Self::Bounded),
            Ok(size) if size == "full" => Ok(Self::Full),
            other => Err(format!("{LOAD} is '{}'; it can be 'full'", other.unwrap_or_default())),
        }
    }

    /// Returns one of two numbers.
    #[must_use]
    pub fn pick<T>(self, bounded: T, full: T) -> T {
        match self {
            Self::Bounded => bounded,
            Self::Full => full,
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bounded => write!(f, "bounded load, {LOAD}=full makes more of it"),
            Self::Full => f.write_str("full load"),
        }
    }
}

/// Returns a check for every scenario of these stages.
///
/// # Errors
/// When the environment asks for a size that is none.
pub(crate) fn checks(
    subject: &Subject,
    stages: RangeInclusive<u32>,
) -> Result<Vec<Check<'static>>, String> {
    let terms = Terms::new(subject.stage, Size::from_env()?);
    // A learner's evening is short. The course's own servers are tested on machines that are busy.
    let terms = match (subject.is_ours(), terms.size) {
        (false, Size::Bounded) => Terms { time: LONG, ..terms },
        _ => terms,
    };
    let scenarios = SCENARIOS.into_iter().filter(|scenario| stages.contains(&scenario.stage()));
    let checks = scenarios.map(|scenario| {
        let command = subject.command.clone();
        let run = move || match scenario.missing(terms.size) {
            Some(reason) => Verdict::Skipped(reason.to_owned()),
            None => match play(&scenario, &command, terms) {
                Ok(report) => Verdict::Passed(Some(report.in_short())),
                Err(failure) => {
                    let (text, cause) = (failure.to_string(), failure.cause());
                    Verdict::Failed(Red { text, cause, is_silence: false })
                }
            },
        };
        let part = format!("stage {:02}, under load", scenario.stage());
        Check { name: format!("load/{}", scenario.path()), part, run: Box::new(run) }
    });
    Ok(checks.collect())
}

/// Runs every scenario against the real Redis, but those to which it is not held.
#[must_use]
pub fn redis(redis: &Result<CommandLine, String>) -> ExitCode {
    if let Err(reason) = redis {
        eprintln!("\nNOT CHECKED against a real Redis: {reason}.\n");
    }
    let size = match Size::from_env() {
        Ok(size) => size,
        Err(reason) => {
            eprintln!("{reason}");
            return ExitCode::from(2);
        }
    };
    let reports = Arc::new(Mutex::new(Vec::new()));
    let trials = SCENARIOS.into_iter().map(|scenario| {
        let (redis, reports) = (redis.clone(), Arc::clone(&reports));
        let skip = scenario.but_redis.or(scenario.missing(size)).map(str::to_owned);
        Trial::ignorable_test(scenario.path(), move || match (skip, redis) {
            (Some(reason), _) | (None, Err(reason)) => Ok(Completion::ignored_with(reason)),
            (None, Ok(command)) => {
                let report = play(&scenario, &command, Terms::new(u32::MAX, size))?;
                reports.lock().unwrap_or_else(PoisonError::into_inner).push(report);
                Ok(Completion::Completed)
            }
        })
    });
    let code = harness::run(Arguments::from_args(), trials.collect());
    let reports = reports.lock().unwrap_or_else(PoisonError::into_inner);
    if !reports.is_empty() {
        println!("{}", report::Table { reports: &reports, size });
    }
    code
}

/// What a server is held to, besides the scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The stage that it has reached.
    pub stage: u32,
    /// How much load there is.
    pub size: Size,
    /// How long any reply is waited for.
    pub patience: Duration,
    /// How long a scenario may take.
    pub time: Duration,
}

impl Terms {
    /// Returns the terms for a server that has reached a stage.
    ///
    /// A machine that has much else to do answers in a tenth of the patience, and a server that
    /// never answers is found out.
    fn new(stage: u32, size: Size) -> Self {
        let patience = Duration::from_secs(size.pick(20, 60));
        Self { stage, size, patience, time: Duration::MAX }
    }
}

/// Starts a server, loads it as the scenario says, and returns what was measured.
///
/// # Errors
/// With what the server did wrong.
pub fn play(
    scenario: &Scenario,
    command: &CommandLine,
    terms: Terms,
) -> Result<Report, Box<Failure>> {
    let fail = |scene, defeat| {
        let (command, Defeat { fault, ended, output }) = (command.to_string(), defeat);
        Box::new(Failure { scenario: *scenario, command, scene, fault, ended, output })
    };
    let mut siege =
        Siege::begin(scenario, command, terms).map_err(|defeat| fail(String::new(), defeat))?;
    let outcome = (scenario.run)(&mut siege);
    let scene = siege.scene.clone();
    siege.end(outcome).map_err(|defeat| fail(scene, defeat))
}

//! The differ: sends the same random bytes to Redis and to another server, and compares what
//! comes back, byte for byte.
//!
//! A [`Session`] is what several clients write, in one order. A second, plain reading of the
//! protocol ([`request`]) says how many replies are due to it, and whether the server closes the
//! connection: so no reader waits longer than it must, and a server that sends nothing, too little
//! or too much is found out. From stage 11 on, what INFO has counted is compared after each
//! session, too ([`counters`]). What is allowed to differ is in one table ([`documented`]). A
//! session that shows another difference is made as small as possible, and kept as a transcript.

mod changing;
pub mod counters;
pub mod damage;
pub mod deadline;
pub mod documented;
pub mod generator;
pub mod pair;
mod pattern;
mod peer;
mod report;
pub mod request;
mod session;
mod shrink;
mod silence;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;

pub use report::report;
pub use session::{Session, Step};
pub use shrink::Shrunk;

use self::generator::{Generator, unfit};
use self::pair::{Difference, Pair, Tally};
use crate::gate::{Check, Fault, Verdict};
use crate::server::{CommandLine, StartError, Target};
use crate::subject::Subject;
use crate::{check as real, workspace};

/// This many sessions find what the ones before have left in the keyspace, then it is emptied: by
/// turns, so that some bugs need few sessions to come again, and some keyspaces grow.
const KEYSPACE_LIVES: [usize; 4] = [100, 400, 100, 2000];

/// This many sessions test the newest stage, and this many each stage before it: they take some
/// seconds. `cargo run --release -p conformance --bin differ` plays more.
const SESSIONS: [u64; 2] = [3000, 400];

/// The same in every test run.
const SEED: u64 = 20_261_124;

/// How long a reply may take while a difference is made smaller.
const SHRINKING_PATIENCE: Duration = Duration::from_secs(1);

/// What a hunt plays.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// The stage whose commands the server has.
    pub stage: u32,
    /// The same seed makes the same sessions.
    pub seed: u64,
    /// When it ends without a difference.
    pub limit: Limit,
    /// How long a difference is made smaller.
    pub shrinking: Duration,
}

/// When a hunt ends.
#[derive(Debug, Clone, Copy)]
pub enum Limit {
    /// After this many sessions.
    Sessions(u64),
    /// After so much time.
    Time(Duration),
}

/// How a hunt ended.
#[derive(Debug)]
pub struct Hunt {
    /// What was compared.
    pub tally: Tally,
    /// How many sessions were thrown away before they were played, and why.
    pub avoided: BTreeMap<&'static str, u64>,
    /// The difference that ended it.
    pub finding: Option<Finding>,
}

/// A difference.
#[derive(Debug)]
pub struct Finding {
    /// The smallest session that shows it.
    pub shrunk: Shrunk,
    /// Whether it came again when it was played anew.
    pub comes_again: bool,
    /// How often smaller ones were tried.
    pub tries: u32,
}

/// Returns the check that compares a server with the real Redis, if there is one, in random sessions.
pub(crate) fn check(subject: &Subject) -> Check<'static> {
    let (server, stage) = (subject.command.clone(), subject.stage);
    let run = move || {
        let redis = match redis() {
            Ok(redis) => redis,
            Err(reason) => return Verdict::Skipped(reason),
        };
        let is_newest = workspace::newest_stage().is_ok_and(|newest| newest == stage);
        let sessions = if is_newest { SESSIONS[0] } else { SESSIONS[1] };
        same(&redis, &server, stage, sessions).map_or_else(
            |failed| Verdict::Failed(Fault::new(failed.message().unwrap_or_default())),
            |()| Verdict::Passed(Some(format!("{sessions} sessions, no difference"))),
        )
    };
    let name = format!("differ/{}", subject.package);
    Check { name, part: "the same bytes to both, in random sessions".into(), run: Box::new(run) }
}

/// Returns the command that starts the real Redis. Where there is none, the run says so in plain
/// sight.
///
/// # Errors
/// Says what is missing.
pub fn redis() -> Result<CommandLine, String> {
    let redis = match real::redis() {
        Ok(Target::Spawn(redis)) => Ok(redis),
        Ok(Target::Address(_)) => Err("it was started by somebody else".to_owned()),
        Err(reason) => Err(reason),
    };
    if let Err(reason) = &redis {
        eprintln!("\nNOT COMPARED with a real Redis: {reason}.\n");
    }
    redis
}

/// Checks that a server does not differ from Redis in this many sessions.
///
/// # Errors
/// With the first difference, or if too little happened for a comparison.
pub fn same(
    redis: &CommandLine,
    server: &CommandLine,
    stage: u32,
    sessions: u64,
) -> Result<(), Failed> {
    let mut pair = Pair::start(redis, server)?;
    let limit = Limit::Sessions(sessions);
    let plan = Plan { stage, seed: SEED, limit, shrinking: Duration::from_secs(60) };
    let hunt = hunt(&mut pair, plan, |_| {})?;
    if let Some(finding) = hunt.finding {
        let told = report(&finding.shrunk.session, &finding.shrunk.difference, "server");
        return Err(format!("\n{told}\n{}", finding.shrunk.session.to_text()).into());
    }
    if hunt.tally.is_rich(stage, sessions) { Ok(()) } else { Err(hunt.tally.to_string().into()) }
}

/// Plays random sessions until two servers differ, or until the limit.
///
/// # Errors
/// When a server does not start.
pub fn hunt(
    pair: &mut Pair,
    plan: Plan,
    mut progress: impl FnMut(&Tally),
) -> Result<Hunt, StartError> {
    let vocabulary = pair.vocabulary(plan.stage);
    pair.has_counters = plan.stage >= counters::STAGE;
    let mut generator = Generator::new(plan.seed, vocabulary.clone());
    let began = Instant::now();
    let mut tally = Tally::default();
    let mut played = Vec::new();
    let mut lives = KEYSPACE_LIVES.iter().cycle();
    let mut life = lives.next();
    loop {
        let is_over = match plan.limit {
            Limit::Sessions(sessions) => tally.sessions >= sessions,
            Limit::Time(time) => began.elapsed() >= time,
        };
        if is_over {
            return Ok(Hunt { tally, avoided: generator.avoided, finding: None });
        }
        let session = generator.session();
        played.push(session);
        let Some(session) = played.last() else { continue };
        match pair.play(session) {
            Ok(one) => tally.add(&one),
            Err(difference) => {
                let fit = |session: &Session| unfit(session, &vocabulary).is_none();
                let finding = Some(found(pair, &played, *difference, plan.shrinking, fit)?);
                return Ok(Hunt { tally, avoided: generator.avoided, finding });
            }
        }
        progress(&tally);
        if Some(&played.len()) == life {
            played.clear();
            pair.restart()?;
            life = lives.next();
        }
    }
}

/// Finds out how much of what was played before the last session is needed for it to differ, and
/// makes that smaller.
fn found(
    pair: &mut Pair,
    played: &[Session],
    difference: Difference,
    shrinking: Duration,
    is_fit: impl Fn(&Session) -> bool,
) -> Result<Finding, StartError> {
    let mut broken = None;
    let mut tries = 0;
    let patience = pair.patience;
    let deadline = Instant::now() + shrinking;
    let mut play = |session: &Session| {
        if broken.is_some() || Instant::now() > deadline || !is_fit(session) {
            return None;
        }
        tries += 1;
        if let Err(error) = pair.restart() {
            broken = Some(error);
            return None;
        }
        pair.patience = SHRINKING_PATIENCE;
        pair.play(session).err()
    };
    let mut shrunk = None;
    for sessions in [1, 4, 20, 100, 500, played.len()] {
        let last = played.get(played.len().saturating_sub(sessions)..).unwrap_or_default();
        let session = Session::join(last);
        if let Some(difference) = play(&session) {
            shrunk = Some(Shrunk { session, difference });
            break;
        }
    }
    let comes_again = shrunk.is_some();
    let shrunk = match shrunk {
        Some(shrunk) => shrunk.shrink(&mut play),
        // The last step of the last session, or it would not have ended there.
        None => {
            let session = Session::join(played);
            let before = session.steps.len() - played.last().map_or(0, |last| last.steps.len());
            let step = before + difference.step;
            Shrunk { session, difference: Box::new(Difference { step, ..difference }) }
        }
    };
    pair.patience = patience;
    match broken {
        Some(error) => Err(error),
        None => Ok(Finding { shrunk, comes_again, tries }),
    }
}

//! Checks a server against a transcript's snapshot, or records the snapshot from a real Redis.

use std::fmt;
use std::ops::ControlFlow;
use std::process::Command;

use crate::failure::{Failure, Mismatch, Setting};
use crate::player::{self, Outcome, PlayError, Trouble};
use crate::server::{CommandLine, Target};
use crate::snapshot::{self, Snapshot};
use crate::text::quoted;
use crate::transcript::{Action, FIRST_CLIENT, Transcript};
use crate::waiting::Patience;

/// The one version of Redis that snapshots are recorded from.
pub const REDIS_VERSION: &str = "7.0.15";

/// Plays a transcript, and compares every reply with the snapshot.
///
/// # Errors
/// With the first reply that differs, or why there is none to compare.
pub fn check(
    transcript: &Transcript,
    target: &Target,
    patience: impl Into<Patience>,
) -> Result<(), Failure> {
    let snapshot = Snapshot::load(transcript).map_err(Failure::Snapshot)?;
    check_with(transcript, &snapshot, target, patience)
}

/// Plays a transcript, and compares every reply with a snapshot that need not be the recorded one.
///
/// # Errors
/// As [`check`].
pub fn check_with(
    transcript: &Transcript,
    snapshot: &Snapshot,
    target: &Target,
    patience: impl Into<Patience>,
) -> Result<(), Failure> {
    let mut at = 0;
    let mut wrong: Option<(usize, Vec<String>, Outcome)> = None;
    let ending = player::play(transcript, target, patience.into(), |_, outcome| {
        let expected = snapshot.replies.get(at).cloned().unwrap_or_default();
        if outcome.printed != expected {
            wrong = Some((at, expected, outcome.clone()));
            return ControlFlow::Break(());
        }
        at += 1;
        ControlFlow::Continue(())
    });
    let setting = || {
        let command = match target {
            Target::Spawn(command) => Some(command.clone()),
            Target::Address(_) => None,
        };
        Setting { transcript: transcript.clone(), command }
    };
    let ending = ending.map_err(|error| Failure::Play(error, Box::new(setting())))?;
    let surplus = ending.unasked.clone().map(|(client, received)| {
        let printed = vec![player::marker(&Trouble::Unasked, 0)];
        let trouble = Some(Trouble::Unasked);
        let outcome = Outcome { printed, received, trouble, ..Outcome::default() };
        (last_step_of(&client, transcript), Vec::new(), outcome)
    });
    match wrong.or(surplus) {
        None => Ok(()),
        Some((step, expected, outcome)) => {
            let setting = setting();
            Err(Failure::Step(Box::new(Mismatch { setting, step, expected, outcome, ending })))
        }
    }
}

/// Returns the index of the last step in which the client said or read something.
fn last_step_of(client: &str, transcript: &Transcript) -> usize {
    let mut current = FIRST_CLIENT;
    let mut last = 0;
    for (index, step) in transcript.steps.iter().enumerate() {
        match &step.action {
            Action::Client(name) => current = name,
            Action::Wait(_) => {}
            _ if current == client => last = index,
            _ => {}
        }
    }
    last
}

/// Why nothing was recorded.
#[derive(Debug)]
pub enum RecordError {
    /// There was no server to play against.
    Play(PlayError),
    /// A step did not finish, so its transcript claims something wrong.
    Step {
        /// The transcript's file and the step's line.
        place: String,
        /// What came before the trouble.
        printed: Vec<String>,
        /// The trouble.
        trouble: Trouble,
    },
    /// Redis sent more than the transcript reads.
    Unread {
        /// Who was sent it.
        client: String,
        /// What was sent.
        bytes: Vec<u8>,
    },
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Play(error) => error.fmt(f),
            Self::Step { place, printed, trouble } => {
                write!(f, "{place}: {trouble:?} after: {}", printed.join(" | "))
            }
            Self::Unread { client, bytes } => write!(
                f,
                "client '{client}' leaves replies unread: {}; read all of them with @receive, \
                 or end with the @send that nobody reads",
                quoted(bytes)
            ),
        }
    }
}

impl std::error::Error for RecordError {}

/// Plays a transcript to its end and returns the replies to each step.
///
/// # Errors
/// When a step meets trouble that no snapshot should hold.
pub fn record(
    transcript: &Transcript,
    target: &Target,
    patience: impl Into<Patience>,
) -> Result<Vec<Vec<String>>, RecordError> {
    let mut replies = Vec::new();
    let mut trouble = None;
    let ending = player::play(transcript, target, patience.into(), |step, outcome| {
        // A closed connection can be the reply to a command.
        let is_answer = matches!(step.action, Action::Command(_) | Action::Pipeline(_))
            && outcome.trouble == Some(Trouble::Closed);
        replies.push(outcome.printed.clone());
        match &outcome.trouble {
            Some(met) if !is_answer => {
                let place = format!("{}:{}", transcript.path.display(), step.line);
                let (printed, met) = (outcome.printed.clone(), met.clone());
                trouble = Some(RecordError::Step { place, printed, trouble: met });
                ControlFlow::Break(())
            }
            _ => ControlFlow::Continue(()),
        }
    });
    let ending = ending.map_err(RecordError::Play)?;
    match (trouble, ending.unasked) {
        (Some(trouble), _) => Err(trouble),
        (None, Some((client, bytes))) => Err(RecordError::Unread { client, bytes }),
        (None, None) => Ok(replies),
    }
}

/// Returns the target that snapshots are recorded from.
///
/// # Errors
/// Says that there is no redis-server on the PATH, or which other version it is.
pub fn redis() -> Result<Target, String> {
    let output = Command::new("redis-server").arg("--version").output();
    let output = output.map_err(|error| format!("no redis-server on the PATH ({error})"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text.split_whitespace().find_map(|word| word.strip_prefix("v="));
    match version {
        Some(REDIS_VERSION) => Ok(Target::Spawn(CommandLine::redis())),
        Some(other) => Err(format!("the redis-server on the PATH is {other}, not {REDIS_VERSION}")),
        None => Err(format!("the redis-server on the PATH names no version: {}", text.trim())),
    }
}

/// Plays a transcript and writes its snapshot.
///
/// # Errors
/// As [`record`], or when the file cannot be written.
pub fn record_snapshot(transcript: &Transcript, target: &Target) -> anyhow::Result<()> {
    let replies = record(transcript, target, player::PATIENCE)?;
    snapshot::save(transcript, &replies)?;
    let saved = Snapshot::load(transcript)?;
    anyhow::ensure!(saved.replies == replies, "a reply looks like a line of the transcript");
    Ok(())
}

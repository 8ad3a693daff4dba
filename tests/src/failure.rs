//! What a learner reads when a server does not answer as Redis does.

use std::fmt;

use crate::player::{Ending, Outcome, PlayError};
use crate::snapshot::SnapshotError;
use crate::transcript::{Step, Transcript};

/// Why a transcript does not pass.
#[derive(Debug)]
pub enum Failure {
    /// There is nothing to compare with.
    Snapshot(SnapshotError),
    /// There was no server to play against.
    Play(PlayError),
    /// A step came out otherwise than with a real Redis.
    Step(Box<Mismatch>),
}

/// A step that came out otherwise than with a real Redis.
#[derive(Debug, Clone)]
pub struct Mismatch {
    /// The transcript.
    pub transcript: Transcript,
    /// The step's index in it.
    pub step: usize,
    /// The lines that a real Redis gets here.
    pub expected: Vec<String>,
    /// What came.
    pub outcome: Outcome,
    /// How the play ended.
    pub ending: Ending,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Snapshot(error) => error.fmt(f),
            Self::Play(error) => error.fmt(f),
            Self::Step(mismatch) => mismatch.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let none = Step {
            line: 0,
            before: vec![],
            source: vec![],
            action: crate::transcript::Action::Nothing,
        };
        let step = self.transcript.steps.get(self.step).unwrap_or(&none);
        writeln!(
            f,
            "{}\n{}:{}: {}",
            self.transcript.prose(),
            self.transcript.path.display(),
            step.line,
            step.source.join("\n")
        )?;
        writeln!(f, "expected:\n  {}", self.expected.join("\n  "))?;
        writeln!(f, "received:\n  {}", self.outcome.printed.join("\n  "))?;
        write!(f, "bytes: {}", crate::text::quoted(&self.outcome.received))
    }
}

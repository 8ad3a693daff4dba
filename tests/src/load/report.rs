//! The report of a scenario: what was measured, or what went wrong.

use std::fmt;
use std::process::ExitStatus;
use std::time::Duration;

use super::bystander::Latency;
use super::fault::Fault;
use super::meter::{Bytes, Growth};
use super::{Needs, Scenario, Size};
use crate::failure::wrapped;
use crate::server::Said;

/// The advice where a server did not survive.
const ENDED: &str = "what it printed last says why. Whatever a client does, at most its own \
    connection may close.";

/// What was measured of a scenario that passed.
#[derive(Debug)]
pub struct Report {
    /// The scenario.
    pub scenario: Scenario,
    /// How far the server's memory grew, if the kernel reports it.
    pub growth: Option<Growth>,
    /// How far it might have grown, in bytes.
    pub bound: u64,
    /// How long the other client waited.
    pub latency: Latency,
}

impl Report {
    /// Returns what was measured in a line that fits a terminal.
    pub(super) fn in_short(&self) -> String {
        let latency = self.latency;
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let waits =
            format!("PING {:.1} ms, at most {:.1} ms", ms(latency.median), ms(latency.longest));
        match self.growth {
            Some(growth) => {
                format!("{} more, of {}; {waits}", Bytes(growth.resident()), Bytes(self.bound))
            }
            None => waits,
        }
    }
}

/// All that was measured.
pub(super) struct Table<'a> {
    pub reports: &'a [Report],
    pub size: Size,
}

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut reports: Vec<&Report> = self.reports.iter().collect();
        reports.sort_by_key(|report| report.scenario.path());
        let width = reports.iter().map(|report| report.scenario.path().len()).max();
        let width = width.unwrap_or_default();
        writeln!(
            f,
            "Measured under {}: the server's memory, and how long others waited.",
            self.size
        )?;
        reports
            .into_iter()
            .try_for_each(|report| write!(f, "\n{:width$}  {report}", report.scenario.path()))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bound = Bytes(self.bound).to_string();
        match self.growth {
            Some(growth) => {
                let base = Bytes(growth.base.resident).to_string();
                let most = Bytes(growth.resident()).to_string();
                write!(f, "{base:>8} and {most:>8} more, of {bound:>8}")?;
            }
            None => write!(f, "{:>38}", "this system does not tell")?,
        }
        let Latency { count, median, longest } = self.latency;
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        write!(f, "; {count:>5} × PING, {:>6.1} ms, at most {:>6.1} ms", ms(median), ms(longest))
    }
}

/// What a learner reads when a server does not withstand a load.
#[derive(Debug)]
pub struct Failure {
    /// The scenario.
    pub scenario: Scenario,
    /// What started the server.
    pub command: String,
    /// What its clients did.
    pub scene: String,
    /// What the server did wrong.
    pub fault: Fault,
    /// How it ended, if it has.
    pub ended: Option<ExitStatus>,
    /// The last that it printed.
    pub output: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Scenario { claim, chapter, options, needs, likely, .. } = self.scenario;
        writeln!(f, "{claim}\n\n  {}", self.scenario.path())?;
        writeln!(f, "  server    {}", [&[self.command.as_str()], options].concat().join(" "))?;
        if !self.scene.is_empty() {
            writeln!(f, "  load      {}", self.scene)?;
        }
        writeln!(f, "\n  expected  {}", self.fault.expected)?;
        writeln!(f, "  happened  {}", self.fault.happened)?;
        if let Some(status) = self.ended {
            writeln!(f, "            and the server has ended ({status})")?;
        }
        if !self.output.is_empty() {
            writeln!(f, "\n{}", Said(&self.output))?;
        }
        let likely = match (self.fault.likely, self.ended, needs) {
            (Some(likely), ..) => likely,
            (None, Some(_), needs) if needs != Needs::Signals => ENDED,
            _ => likely,
        };
        writeln!(f, "\n  Most likely: {}", wrapped(likely))?;
        write!(f, "\n  Chapter {chapter} tells how it is done.")
    }
}

impl std::error::Error for Failure {}

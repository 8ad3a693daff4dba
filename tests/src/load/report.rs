//! The report of a scenario: what was measured, or what went wrong.

use std::fmt;
use std::process::ExitStatus;
use std::time::Duration;

use super::bystander::Latency;
use super::fault::Fault;
use super::meter::{Bytes, Growth};
use super::{Needs, Scenario, Size};
use crate::failure::{cause_line, hint, read_on};
use crate::last_words::{Crash, Said, ending, the_end};
use crate::server::Output;
use crate::window::wrapped;

/// The advice where a server did not survive.
const ENDED: &str = "Whatever a client does, at most its own connection may close.";

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
        const INDENT: &str = "            ";
        let Scenario { claim, chapter, options, needs, output, likely, .. } = self.scenario;
        // What has lines of its own keeps them.
        let labelled = |text: &str| match text.contains('\n') {
            true => text.to_owned(),
            false => wrapped(text, INDENT.len() - 2, INDENT),
        };
        writeln!(f, "{}\n\n  {}", wrapped(claim, 0, ""), self.scenario.path())?;
        writeln!(f, "  server    {}", [&[self.command.as_str()], options].concat().join(" "))?;
        if !self.scene.is_empty() {
            writeln!(f, "  load      {}", labelled(&self.scene))?;
        }
        writeln!(f, "\n  expected  {}", labelled(&self.fault.expected))?;
        writeln!(f, "  happened  {}", labelled(&self.fault.happened))?;
        if let Some(status) = self.ended {
            writeln!(f, "\n{}\n{}", the_end(status), Said(&self.output))?;
        } else if !self.output.trim().is_empty() {
            writeln!(f, "\n{}", Said(&self.output))?;
        }
        // Where the load is not about its end, or about what it prints, the end is what counts.
        let is_about_others = needs != Needs::Signals && output == Output::Kept;
        let likely = match (self.fault.likely, self.ended) {
            (Some(likely), _) => likely,
            (None, Some(_)) if is_about_others => ENDED,
            _ => likely,
        };
        hint(f, likely)?;
        write!(f, "\n  {}", read_on(chapter))
    }
}

impl Failure {
    /// Returns the cause in a line, the same for all failures with this cause.
    #[must_use]
    pub fn cause(&self) -> String {
        let crash = Crash::find(&self.output).map(|crash| crash.error);
        let ended = || self.ended.map(|status| format!("the server {}", ending(status)));
        cause_line(&crash.or_else(ended).unwrap_or_else(|| self.fault.happened.clone()))
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::super::SCENARIOS;
    use super::*;

    const OUTPUT: &str = "ready\nTraceback (most recent call last):\n  \
        File \"mine.py\", line 3, in serve\n    int(line)\nValueError: bad\n";

    fn failure(scenario: Scenario, output: &str) -> Failure {
        Failure {
            scenario,
            command: "./mine --port {port}".into(),
            scene: "100 clients send half a request each, and stay connected ".repeat(3),
            fault: Fault::new("a reply to PING", "nothing for 10 seconds"),
            ended: None,
            output: output.into(),
        }
    }

    #[test]
    fn every_line_fits_a_terminal() {
        for scenario in SCENARIOS {
            let text = failure(scenario, OUTPUT).to_string();
            assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        }
    }

    #[test]
    fn what_the_server_says_is_the_cause_and_the_advice_stands_beside_it() {
        let silent = failure(SCENARIOS[0], "");
        assert_eq!(silent.cause(), "nothing for 10 seconds");
        assert!(silent.to_string().contains("Most likely"), "{silent}");
        let loud = failure(SCENARIOS[0], OUTPUT);
        assert_eq!(loud.cause(), "ValueError: bad");
        // What it says may be a consequence: its clients are reset when a scenario fails.
        assert!(loud.to_string().contains("Most likely"), "{loud}");
        assert!(loud.to_string().contains("mine.py, line 3, in serve: int(line)"), "{loud}");
    }
}

//! What came of all clients and tools, for the terminal and as Markdown.

use std::fmt::Write;

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Attribute, Cell, CellAlignment, Color, Table};

use crate::feature::{FEATURES, Mark, Outcome, Report};
use crate::setup::NotHad;

/// All that was found out.
#[derive(Debug)]
pub struct Results {
    /// Each client, with what came of it.
    pub clients: Vec<(&'static str, Outcome)>,
    /// Each thing that a tool was to do.
    pub tools: Vec<Tool>,
}

/// How a tool did one thing.
#[derive(Debug)]
pub struct Tool {
    /// How it was used.
    pub usage: &'static str,
    /// What was to hold.
    pub claim: &'static str,
    /// Whether it did.
    pub mark: Mark,
}

/// What stands under the name of a client that was not to be had.
pub const NOT_HAD: &str = "not had";

/// What stands above the tools' names.
pub const TOOLS: &str = "tool";

/// What stands in a cell.
#[must_use]
pub fn sign(mark: Option<&Mark>) -> &'static str {
    match mark {
        Some(Mark::Passed) => "✓",
        Some(Mark::Failed(_)) => "✗",
        Some(Mark::Absent(_)) => "–",
        None => " ",
    }
}

impl Results {
    /// Whether nothing was tried.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.clients.is_empty() && self.tools.is_empty()
    }

    /// Returns how much went as it should.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.marks().filter(|mark| **mark == Mark::Passed).count()
    }

    /// Returns how much did not.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.marks().filter(|mark| matches!(mark, Mark::Failed(_))).count()
    }

    fn marks(&self) -> impl Iterator<Item = &Mark> {
        let reports = self.clients.iter().filter_map(|(_, outcome)| match outcome {
            Outcome::Ran(report) => Some(report),
            Outcome::NotHad(_) => None,
        });
        let of_clients = reports.flat_map(|report| report.marks.iter().map(|(_, mark)| mark));
        of_clients.chain(self.tools.iter().map(|tool| &tool.mark))
    }

    /// Returns the names of what could not be had.
    pub fn lacking(&self) -> impl Iterator<Item = &'static str> {
        let clients = self.clients.iter();
        let clients = clients.filter(|(_, outcome)| matches!(outcome, Outcome::NotHad(_)));
        let tools = self.tools.iter().filter(|tool| matches!(tool.mark, Mark::Absent(_)));
        clients.map(|(name, _)| *name).chain(tools.map(|tool| tool.usage))
    }

    /// Returns both tables in colours, with everything that did not go as it should below.
    #[must_use]
    pub fn for_terminal(&self) -> String {
        let mut text = String::new();
        if !self.clients.is_empty() {
            text += &format!("{}\n", self.clients_for_terminal());
        }
        if !self.tools.is_empty() {
            let mut table = plain_table();
            for Tool { usage, claim, mark } in &self.tools {
                table.add_row([Cell::new(usage), Cell::new(claim), coloured(Some(mark))]);
            }
            text += &format!("{table}\n");
        }
        for note in self.notes(NotHad::to_string) {
            text += &format!("\n{note}");
        }
        text
    }

    fn clients_for_terminal(&self) -> Table {
        let mut table = plain_table();
        let names = self.clients.iter().map(|(name, outcome)| head(name, outcome, "\n"));
        table.set_header(
            [Cell::new("")]
                .into_iter()
                .chain(names.map(|n| Cell::new(n).add_attribute(Attribute::Bold))),
        );
        for feature in FEATURES {
            let marks = self.clients.iter().map(|(_, outcome)| coloured(mark_of(outcome, feature)));
            table.add_row([Cell::new(feature)].into_iter().chain(marks));
        }
        table
    }

    /// Returns both tables as the book shows them.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut text = String::from("| |");
        for (name, outcome) in &self.clients {
            text += &format!(" {} |", head(name, outcome, "<br>"));
        }
        text += &format!("\n|---|{}\n", ":-:|".repeat(self.clients.len()));
        for feature in FEATURES {
            text += &format!("| {feature} |");
            for (_, outcome) in &self.clients {
                text += &format!(" {} |", sign(mark_of(outcome, feature)));
            }
            text.push('\n');
        }
        text += &format!("\n| {TOOLS} | | |\n|---|---|:-:|\n");
        for Tool { usage, claim, mark } in &self.tools {
            text += &format!("| {} | {claim} | {} |\n", escaped(usage), sign(Some(mark)));
        }
        let notes: Vec<String> = self.notes(|why| why.reason.clone()).collect();
        if !notes.is_empty() {
            text.push('\n');
        }
        for note in notes {
            // A `String` takes all that is written.
            let _ = writeln!(text, "- {note}");
        }
        text
    }

    /// Returns a line for all that did not go as it should, or not at all, and why.
    fn notes(&self, tell: fn(&NotHad) -> String) -> impl Iterator<Item = String> {
        let clients = self.clients.iter().flat_map(move |(name, outcome)| match outcome {
            Outcome::NotHad(why) => vec![format!("{name} was not to be had: {}", tell(why))],
            Outcome::Ran(report) => notes_of(name, report),
        });
        let tools = self.tools.iter().filter_map(|Tool { usage, claim, mark }| {
            Some(format!("{usage}, “{claim}”: {}", note(mark)?))
        });
        clients.chain(tools)
    }
}

/// Keeps mdBook from making one dash of the two before an option.
pub fn escaped(usage: &str) -> String {
    usage.replace("--", "\\-\\-")
}

/// What failed for one reason stands in one line.
fn notes_of(name: &str, report: &Report) -> Vec<String> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for (feature, mark) in &report.marks {
        let Some(reason) = note(mark) else { continue };
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, features)) => features.push(feature),
            None => reasons.push((reason, vec![feature])),
        }
    }
    let line = |(reason, features): (&str, Vec<&str>)| {
        let all = features.len() == FEATURES.len();
        let features = if all { "everything".into() } else { features.join(", ") };
        format!("{name}, {features}: {}", reason.trim())
    };
    reasons.into_iter().map(line).collect()
}

/// The client's name, with the version that ran and the RESP that it spoke.
fn head(name: &str, outcome: &Outcome, line_end: &str) -> String {
    match outcome {
        Outcome::NotHad(_) => format!("{name}{line_end}{NOT_HAD}"),
        Outcome::Ran(report) => {
            let version = report.version.as_deref().unwrap_or("?");
            let protocol = report.protocol.as_deref().unwrap_or("?");
            format!("{name}{line_end}{version}{line_end}RESP{protocol}")
        }
    }
}

fn mark_of<'a>(outcome: &'a Outcome, feature: &str) -> Option<&'a Mark> {
    match outcome {
        Outcome::Ran(report) => report.mark(feature),
        Outcome::NotHad(_) => None,
    }
}

fn note(mark: &Mark) -> Option<&str> {
    match mark {
        Mark::Passed => None,
        Mark::Failed(detail) => Some(detail),
        Mark::Absent(reason) => Some(reason),
    }
}

fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table
}

fn coloured(mark: Option<&Mark>) -> Cell {
    let cell = Cell::new(sign(mark)).set_alignment(CellAlignment::Center);
    match mark {
        Some(Mark::Passed) => cell.fg(Color::Green),
        Some(Mark::Failed(_)) => cell.fg(Color::Red),
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(mark: &Mark) -> Outcome {
        let marks = FEATURES.map(|feature| (feature, mark.clone()));
        let (version, protocol) = (Some("1.2".into()), Some("3".into()));
        Outcome::Ran(Report { version, protocol, marks: marks.into() })
    }

    fn results() -> Results {
        let failed = Mark::Failed("no word".into());
        let clients = vec![
            ("good", ran(&Mark::Passed)),
            ("bad", ran(&failed)),
            ("gone", Outcome::NotHad(NotHad { reason: "no `mvn`".into(), said: "a host".into() })),
        ];
        let tool = |mark| Tool { usage: "cli", claim: "connects", mark };
        Results { clients, tools: vec![tool(Mark::Absent("no `cli` here".into()))] }
    }

    #[test]
    fn what_could_not_be_had_is_neither_passed_nor_failed() {
        let results = results();
        assert_eq!((results.passed(), results.failed()), (FEATURES.len(), FEATURES.len()));
        assert_eq!(results.lacking().collect::<Vec<_>>(), ["gone", "cli"]);
    }

    #[test]
    fn the_markdown_has_a_column_for_each_client_and_a_line_for_each_reason() {
        let text = results().to_markdown();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "| | good<br>1.2<br>RESP3 | bad<br>1.2<br>RESP3 | gone<br>not had |");
        assert_eq!(lines[2], "| connect | ✓ | ✗ |   |");
        assert!(lines.contains(&"| cli | connects | – |"), "{text}");
        let reasons = [
            "- bad, everything: no word".to_owned(),
            "- gone was not to be had: no `mvn`".into(),
            "- cli, “connects”: no `cli` here".into(),
        ];
        assert_eq!(lines[lines.len() - 3..], reasons, "{text}");
    }
}

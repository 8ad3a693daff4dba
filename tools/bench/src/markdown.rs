//! A report as tables.

use std::fmt::{self, Display, Write};

use crate::comparison::Comparison;
use crate::speed::{Cell, PIPELINES};
use crate::{Against, Report};

/// One line of the summary: what was measured, and each server's ratio or range of ratios.
pub(crate) struct Line {
    pub(crate) label: String,
    pub(crate) ratios: Vec<Option<Range>>,
}

/// One of the things that were measured of a cell.
pub(crate) type Figure = fn(&Cell) -> Option<&Comparison>;

/// From the best to the worst of several ratios.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Range {
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Range {
    pub(crate) fn of(ratios: impl Iterator<Item = f64>) -> Option<Self> {
        ratios.map(|ratio| Self { least: ratio, most: ratio }).reduce(Self::with)
    }

    /// Returns the range that holds both.
    pub(crate) fn with(self, other: Self) -> Self {
        Self { least: self.least.min(other.least), most: self.most.max(other.most) }
    }

    /// Returns the end of the range as a text.
    pub(crate) fn greatest(self) -> String {
        ratio(self.most)
    }
}

impl Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.least == self.most {
            return f.write_str(&self.greatest());
        }
        write!(f, "{} to {}", ratio(self.least), self.greatest())
    }
}

/// Returns everything in a few lines: a range over all commands, values and numbers of clients
/// where there are such.
pub(crate) fn summary(report: &Report) -> Vec<Line> {
    let mut lines = Vec::new();
    for (what, figure) in [
        ("Requests per second", (|cell| Some(&cell.rate)) as Figure),
        ("CPU time per request", |cell| cell.cpu.as_ref()),
    ] {
        for pipeline in PIPELINES {
            let cells =
                || report.speed.iter().filter(move |cell| cell.subject.pipeline == pipeline);
            let ratios = |server: &String| {
                let figures = cells().filter_map(|cell| figure(cell)?.of(server));
                Range::of(figures.map(|against| against.ratio))
            };
            let label = format!("{what}, pipeline {pipeline}");
            lines.push(Line { label, ratios: report.servers.iter().map(ratios).collect() });
        }
    }
    lines.extend(others(report));
    lines.retain(|line| line.ratios.iter().any(Option::is_some));
    lines
}

/// Returns the lines of all that is not speed.
pub(crate) fn others(report: &Report) -> Vec<Line> {
    let line = |label: String, comparison: &Comparison| {
        let range = |server| Range::of(comparison.of(server).map(|a| a.ratio).into_iter());
        Line { label, ratios: report.servers.iter().map(|server| range(server)).collect() }
    };
    let mut lines = Vec::new();
    for memory in &report.memory {
        lines.push(line(format!("Memory per key: {}", memory.shape), &memory.bytes));
    }
    if let Some(loading) = &report.loading {
        let label = format!("Time to load a dump of {} keys", thousands(loading.keys));
        lines.push(line(label, &loading.seconds));
    }
    for keys in &report.keys {
        let label = format!("Time for `KEYS {}` on {} keys", keys.pattern, thousands(keys.keys));
        lines.push(line(label, &keys.seconds));
    }
    for wait in &report.waits {
        let label = format!("Longest wait of a `{}` while `KEYS *` runs", wait.command);
        lines.push(line(format!("{label}, median"), &wait.seconds));
        lines.push(line(format!("{label}, worst"), &wait.longest));
    }
    lines
}

/// Returns the page `bench.md`: the chart, the summary and every figure.
pub fn page(report: &Report) -> String {
    let mut page = String::from("# How fast it is\n\n");
    if report.quick {
        page += "**A quick run, which only shows that the measuring works.**\n\n";
    }
    page += &format!("![{ALT}](bench.svg)\n\n{}\n\n{}", origin(report), summary_table(report));
    if !report.speed.is_empty() {
        page += &speed_tables(report);
    }
    let took = report.took.iter().map(|took| format!("{} {} s", took.part, took.seconds));
    page + &format!("\nTook {}.\n", took.collect::<Vec<_>>().join(", "))
}

/// What the chart shows, for those who do not see it.
pub(crate) const ALT: &str = "Speed, CPU time, memory, loading and KEYS, each beside Redis";

/// Says where the figures come from.
pub(crate) fn origin(report: &Report) -> String {
    let (date, machine) = (&report.date, report.machine.describe());
    let minutes = report.took.iter().map(|took| took.seconds).sum::<u64>().div_ceil(60);
    let origin = format!("Measured on {date} in {minutes} minutes: {machine}.");
    if report.speed.is_empty() { origin } else { format!("{origin} Speed: {}.", report.cores) }
}

/// Returns the summary as a table.
pub(crate) fn summary_table(report: &Report) -> String {
    let mut table = head(&["Times Redis's figure"], &report.servers);
    for Line { label, ratios } in summary(report) {
        let cell = |range: &Option<Range>| range.map(|range| range.to_string()).unwrap_or_default();
        row(&mut table, &[label], ratios.iter().map(cell));
    }
    table
}

/// Returns a table of every cell for each pipeline.
fn speed_tables(report: &Report) -> String {
    let mut text = String::from("\n## Every cell\n");
    for (title, figure) in [
        ("Requests per second", (|cell| Some(&cell.rate)) as Figure),
        ("CPU time per request", |cell| cell.cpu.as_ref()),
    ] {
        let note = match title {
            "Requests per second" => "in brackets the middle half of all rounds; more is better",
            _ => "over all rounds; less is better",
        };
        text += &format!("\n### {title}\n\nTimes Redis's, {note}.\n\n");
        text += &head(&["Pipeline", "Clients", "Request"], &report.servers);
        for cell in &report.speed {
            let subject = &cell.subject;
            let labels =
                [subject.pipeline.to_string(), subject.clients.to_string(), subject.request()];
            let servers = report.servers.iter();
            let of = |server: &String| figure(cell).and_then(|figure| figure.of(server));
            row(&mut text, &labels, servers.map(|server| against(of(server))));
        }
    }
    text
}

fn against(against: Option<&Against>) -> String {
    let Some(against) = against else { return String::new() };
    match against.quartiles {
        Some([low, high]) => {
            format!("**{}** ({}–{})", ratio(against.ratio), ratio(low), ratio(high))
        }
        None => ratio(against.ratio),
    }
}

fn head(labels: &[&str], servers: &[String]) -> String {
    let names: Vec<&str> =
        labels.iter().copied().chain(servers.iter().map(String::as_str)).collect();
    format!(
        "| {} |\n|{}{}\n",
        names.join(" | "),
        "---|".repeat(labels.len()),
        "--:|".repeat(servers.len())
    )
}

fn row(table: &mut String, labels: &[String], cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = labels.iter().cloned().chain(cells).collect();
    // Writing to a String cannot fail.
    let _ = writeln!(table, "| {} |", cells.join(" | "));
}

/// Writes a ratio with as many digits as it may have meaning.
pub(crate) fn ratio(ratio: f64) -> String {
    match ratio {
        0.095.. => format!("{ratio:.2}"),
        0.001.. => format!("{ratio:.3}"),
        _ => "< 0.001".to_owned(),
    }
}

/// Writes a number with a comma after every three digits.
pub(crate) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::report;

    #[test]
    fn the_summary_has_a_range_of_all_cells_of_a_pipeline() {
        let mut report = report();
        if let Some(against) =
            report.speed.first_mut().and_then(|cell| cell.rate.others.first_mut())
        {
            against.ratio = 0.9;
        }
        let table = summary_table(&report);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(
            lines,
            [
                "| Times Redis's figure | 07-keys | ceiling |",
                "|---|--:|--:|",
                "| Requests per second, pipeline 1 | 0.90 to 1.20 | 2.50 |",
                "| Requests per second, pipeline 16 | 1.20 | 2.50 |",
                "| Requests per second, pipeline 64 | 1.20 | 2.50 |",
                "| CPU time per request, pipeline 1 | 0.75 | 0.25 |",
                "| CPU time per request, pipeline 16 | 0.75 | 0.25 |",
                "| CPU time per request, pipeline 64 | 0.75 | 0.25 |",
                "| Memory per key: 14-byte key, 16-byte value | 0.95 |  |",
                "| Time to load a dump of 1,000,000 keys | 0.50 |  |",
                "| Longest wait of a `PING` while `KEYS *` runs, median | < 0.001 |  |",
                "| Longest wait of a `PING` while `KEYS *` runs, worst | 0.040 |  |",
            ]
        );
    }

    #[test]
    fn the_page_shows_every_cell_with_its_quartiles() {
        let page = page(&report());
        assert!(
            page.contains("| 16 | 500 | GET 1 KiB | **1.20** (1.15–1.25) | **2.50** (2.50–2.50) |")
        );
        assert_eq!(
            page.lines().filter(|line| line.starts_with("| 64 | ")).count(),
            2 * (15 + 2 + 6)
        );
        assert!(page.contains("Measured on 2026-11-24 in 11 minutes"));
        assert!(!page.contains("quick run"));
        assert!(page.ends_with("\nTook speed 541 s, memory 60 s.\n"));
        let quick = Report { quick: true, ..report() };
        assert!(super::page(&quick).contains("**A quick run"));
    }

    #[test]
    fn a_part_that_was_not_measured_has_no_line() {
        let few = Report { speed: Vec::new(), memory: Vec::new(), waits: Vec::new(), ..report() };
        assert_eq!(summary_table(&few).lines().count(), 2 + 1);
        assert!(!page(&few).contains("Every cell"));
    }

    #[test]
    fn small_ratios_keep_their_digits_and_tiny_ones_are_not_nothing() {
        assert_eq!(
            [12.345, 1.0, 0.1, 0.0949, 0.001, 0.0009].map(ratio),
            ["12.35", "1.00", "0.10", "0.095", "0.001", "< 0.001"]
        );
        assert_eq!([999, 1000, 1_234_567].map(thousands), ["999", "1,000", "1,234,567"]);
    }
}

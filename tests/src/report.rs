//! What a stage's tests print: the first failure in full, the others in a line each, by cause.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use crate::gate::{self, Check, Fault, Gate, Passage, Verdict};
use crate::last_words::cut;
use crate::memory::Memory;

/// This many causes are listed, the most frequent ones.
const CAUSES: usize = 8;

/// This many names are listed of one cause.
const NAMES: usize = 2;

/// Where lines are to end.
const WIDTH: usize = 80;

/// Runs a gate's checks, and returns whether the server may go on to the next one.
///
/// `again` is the command that runs them again, if it takes parts of names. With `in_full`, every
/// failure is printed as the first one is.
pub(crate) fn pass(
    mut gate: Gate<'_>,
    memory: &mut Memory,
    again: Option<&str>,
    in_full: bool,
) -> bool {
    // What was green before is most likely green still. This sort is stable.
    gate.checks.sort_by_key(|check| memory.has(&check.name));
    let new = gate.checks.partition_point(|check| !memory.has(&check.name));
    let s = if gate.checks.len() == 1 { "" } else { "s" };
    println!("\n{}: {} check{s}", gate.title, gate.checks.len());
    let mut report = Report {
        checks: &gate.checks,
        in_full,
        in_lines: gate.is_slow || in_full,
        memory,
        first: None,
        lost: None,
        has_told: false,
        began: Instant::now(),
    };
    let mut passage =
        gate::run(gate.checks.get(..new).unwrap_or_default(), gate.bounds, |at, verdict, took| {
            report.visit(at, verdict, took);
        });
    // However much of the new fails, what was there before is not lost.
    passage.append(
        gate::run(gate.checks.get(new..).unwrap_or_default(), gate.bounds, |at, verdict, took| {
            report.visit(new + at, verdict, took);
        }),
        new,
    );
    report.sum_up(&passage);
    if let (Some(check), Some(again)) = (report.first.and_then(|at| gate.checks.get(at)), again) {
        println!("\nThis one again:\n{}", to_copy(again, &check.name));
        println!("All in full:\n{}", to_copy(again, "--nocapture"));
    }
    memory.learn(&gate.checks, &passage);
    passage.failed.is_empty() && passage.left_out.is_empty()
}

/// Prints how the checks of a gate go.
struct Report<'a> {
    checks: &'a [Check<'a>],
    /// Whether each failure is printed in full, and not only the first.
    in_full: bool,
    /// Whether each success is printed, in a line.
    in_lines: bool,
    /// What passed in the last run, so that its failure is news.
    memory: &'a Memory,
    /// The first failure.
    first: Option<usize>,
    /// The first failure of what passed before.
    lost: Option<usize>,
    /// Whether the last that was printed is a failure.
    has_told: bool,
    began: Instant,
}

impl Report<'_> {
    /// Prints what is to be said of a check before the others are done.
    fn visit(&mut self, at: usize, verdict: &Verdict, took: Duration) {
        let Some(check) = self.checks.get(at) else { return };
        self.clear_progress();
        match verdict {
            Verdict::Failed(fault) if self.is_first(at, check) || self.in_full => {
                println!(
                    "\nFAILED   {}\n         {}{}\n",
                    check.name,
                    check.part,
                    self.news(check)
                );
                println!("{}", fault.text);
                self.has_told = true;
            }
            Verdict::Passed(measured) if self.in_lines => {
                self.leave_a_line();
                println!("passed   {}", cut(&format!("{}{}", check.name, time(took)), WIDTH - 9));
                measured.iter().for_each(|measured| println!("         {measured}"));
            }
            Verdict::Skipped(reason) if self.in_lines => {
                self.leave_a_line();
                println!("skipped  {}: {reason}", check.name);
            }
            _ => {}
        }
        self.show_progress(at + 1);
    }

    /// Whether a failure is the first one, or the first of what passed before.
    fn is_first(&mut self, at: usize, check: &Check<'_>) -> bool {
        let is_lost = self.memory.has(&check.name);
        if is_lost && self.lost.is_none() {
            self.lost = Some(at);
        }
        self.first.get_or_insert(at);
        self.first == Some(at) || self.lost == Some(at)
    }

    fn leave_a_line(&mut self) {
        if std::mem::take(&mut self.has_told) {
            println!();
        }
    }

    fn news(&self, check: &Check<'_>) -> &'static str {
        if self.memory.has(&check.name) { "; it passed in your last run" } else { "" }
    }

    /// Says how far the checks are, where somebody is looking.
    fn show_progress(&self, done: usize) {
        if io::stdout().is_terminal() {
            print!("\r{done} of {} ", self.checks.len());
            // A terminal that is gone shows nothing more.
            let _ = io::stdout().flush();
        }
    }

    fn clear_progress(&self) {
        if io::stdout().is_terminal() {
            print!("\r{:20}\r", "");
        }
    }

    /// Prints what is to be said when all is done: the other failures, and the numbers.
    fn sum_up(&self, passage: &Passage) {
        self.clear_progress();
        let is_told = |at: usize| self.in_full || [self.first, self.lost].contains(&Some(at));
        let others: Vec<_> = passage.failed.iter().filter(|(at, _)| !is_told(*at)).collect();
        if !others.is_empty() {
            let fail = if others.len() == 1 { "fails" } else { "fail" };
            println!("\n{} more {fail}. By their causes:\n", others.len());
            self.list_causes(&others);
        }
        println!("\n{}", self.numbers(passage));
    }

    fn list_causes(&self, failures: &[&(usize, Fault)]) {
        // In the order of the list, and the most frequent first.
        let mut causes: Vec<(&str, Vec<usize>)> = Vec::new();
        for (at, fault) in failures {
            match causes.iter_mut().find(|(cause, _)| *cause == fault.cause) {
                Some((_, places)) => places.push(*at),
                None => causes.push((&fault.cause, vec![*at])),
            }
        }
        causes.sort_by_key(|(_, places)| std::cmp::Reverse(places.len()));
        for (cause, places) in causes.iter().take(CAUSES) {
            println!("{:4} × {}", places.len(), cut(cause, WIDTH - 7));
            let names = places.iter().filter_map(|&at| self.checks.get(at));
            for check in names.take(NAMES) {
                let news = if self.news(check).is_empty() { "" } else { " (passed before)" };
                println!("       {}", cut(&format!("{}{news}", check.name), WIDTH - 7));
            }
            match places.len().saturating_sub(NAMES) {
                0 => {}
                more => println!("       and {more} more"),
            }
        }
        let rest: usize = causes.iter().skip(CAUSES).map(|(_, places)| places.len()).sum();
        if rest > 0 {
            println!("{rest:4} × something else");
        }
    }

    fn numbers(&self, passage: &Passage) -> String {
        let mut parts = vec![format!("{} of {} pass", passage.passed.len(), self.checks.len())];
        let part = |count: usize, what: &str| (count > 0).then(|| format!("{count} {what}"));
        parts.extend(part(passage.failed.len(), "fail"));
        parts.extend(part(passage.skipped.len(), "skipped"));
        parts.extend(part(passage.left_out.len(), "not tried after so much that fails"));
        format!("{}. {:.1} s", parts.join(", "), self.began.elapsed().as_secs_f64())
    }
}

/// Returns a command with an argument for the tests, on as many lines as a terminal needs for it.
fn to_copy(command: &str, argument: &str) -> String {
    let line = format!("  {command} -- {argument}");
    if line.chars().count() <= WIDTH {
        return line;
    }
    let (server, cargo) = command.rsplit_once(" cargo ").unwrap_or(("", command));
    let server = if server.is_empty() { String::new() } else { format!("  {server} \\\n  ") };
    let cargo = if server.is_empty() { format!("  {cargo}") } else { format!("cargo {cargo}") };
    match format!("  {cargo} -- {argument}").chars().count() <= WIDTH {
        true => format!("{server}{cargo} -- {argument}"),
        false => format!("{server}{cargo} -- \\\n    {argument}"),
    }
}

/// Returns how long something took, if that is worth saying.
fn time(took: Duration) -> String {
    match took.as_secs() {
        0 => String::new(),
        _ => format!(" in {:.0} s", took.as_secs_f64()),
    }
}

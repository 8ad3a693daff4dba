//! Checks, one after the other in the order in which a learner makes them green.
//!
//! Several run at once, since most of a check is waiting; what is said of them keeps the order.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// One thing that a server must do.
pub struct Check<'a> {
    /// By this name it can be picked.
    pub name: String,
    /// What part of the lesson it belongs to, such as `stage 02, framing`.
    pub part: String,
    /// Finds out.
    pub run: Box<dyn Fn() -> Verdict + Send + Sync + 'a>,
}

/// What came of a check.
#[derive(Debug)]
pub enum Verdict {
    /// The server does it; perhaps this was measured.
    Passed(Option<String>),
    /// It was not tried, for this reason.
    Skipped(String),
    /// The server does something else.
    Failed(Fault),
}

/// What a learner reads of a check that failed.
#[derive(Debug)]
pub struct Fault {
    /// All of it.
    pub text: String,
    /// Its cause in a line, the same for all that have this cause.
    pub cause: String,
    /// Whether the server did not start, or said nothing: most likely it is so with the others, and to
    /// find that out takes its time.
    pub is_silence: bool,
}

impl Fault {
    /// Returns a fault whose cause its first line tells.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let cause = text.trim().lines().next().unwrap_or_default().to_owned();
        Self { text: text.to_owned(), cause, is_silence: false }
    }
}

impl Passage {
    /// Adds how other checks went, which come in the list from `first` on.
    pub fn append(&mut self, other: Self, first: usize) {
        self.passed.extend(other.passed.into_iter().map(|at| first + at));
        self.failed.extend(other.failed.into_iter().map(|(at, fault)| (first + at, fault)));
        self.skipped.extend(other.skipped.into_iter().map(|(at, why)| (first + at, why)));
        self.left_out.extend(other.left_out.into_iter().map(|at| first + at));
    }
}

impl From<Result<(), Fault>> for Verdict {
    fn from(result: Result<(), Fault>) -> Self {
        result.map_or_else(Self::Failed, |()| Self::Passed(None))
    }
}

/// Checks that are run when all before them have passed.
pub struct Gate<'a> {
    /// What they show.
    pub title: String,
    /// The checks, in order.
    pub checks: Vec<Check<'a>>,
    /// When the rest is left out.
    pub bounds: Bounds,
    /// Whether each takes so long that it is worth a line.
    pub is_slow: bool,
}

/// How many checks may fail, and how long all may take, before the rest is left out.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// This many run at once.
    pub at_once: usize,
    /// After this many failures, the rest is left out.
    pub failures: usize,
    /// After this many failures in which the server was silent, the rest is left out.
    pub silences: usize,
    /// After this time, no more are begun.
    pub time: Duration,
}

/// How all checks of a gate went, by their places in the list.
#[derive(Debug, Default)]
pub struct Passage {
    /// Those that the server passed.
    pub passed: Vec<usize>,
    /// Those that it failed, and why.
    pub failed: Vec<(usize, Fault)>,
    /// Those that could not be tried here, and why.
    pub skipped: Vec<(usize, String)>,
    /// Those that were left out.
    pub left_out: Vec<usize>,
}

/// Runs the checks, and shows `visit` each verdict in the order of the list, as soon as it and all
/// before it are known.
pub fn run(
    checks: &[Check<'_>],
    bounds: Bounds,
    mut visit: impl FnMut(usize, &Verdict, Duration),
) -> Passage {
    let began = Instant::now();
    let next = AtomicUsize::new(0);
    let is_enough = AtomicBool::new(false);
    let mut verdicts: Vec<Option<(Verdict, Duration)>> = checks.iter().map(|_| None).collect();
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..bounds.at_once.max(1) {
            let sender = sender.clone();
            let (next, is_enough) = (&next, &is_enough);
            scope.spawn(move || {
                while !is_enough.load(Ordering::Relaxed) && began.elapsed() < bounds.time {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(check) = checks.get(at) else { return };
                    let started = Instant::now();
                    let verdict = verdict(check);
                    // Who reads the verdicts outlives this thread.
                    let _ = sender.send((at, (verdict, started.elapsed())));
                }
            });
        }
        drop(sender);
        let (mut shown, mut failures, mut silences) = (0, 0, 0);
        for (at, verdict) in receiver {
            if let Some(place) = verdicts.get_mut(at) {
                *place = Some(verdict);
            }
            while let Some(Some((verdict, took))) = verdicts.get(shown)
                && !is_enough.load(Ordering::Relaxed)
            {
                visit(shown, verdict, *took);
                shown += 1;
                if let Verdict::Failed(fault) = verdict {
                    failures += 1;
                    silences += usize::from(fault.is_silence);
                }
                let is_too_much = failures >= bounds.failures || silences >= bounds.silences;
                is_enough.store(is_too_much, Ordering::Relaxed);
            }
        }
        // What others have found further on is left out, too: how much that is depends on the moment.
        verdicts.iter_mut().skip(shown).for_each(|verdict| *verdict = None);
    });
    sorted(verdicts.into_iter().map(|verdict| verdict.map(|(verdict, _)| verdict)))
}

/// A check that panics has a bug of its own, which is no reason to lose the others.
fn verdict(check: &Check<'_>) -> Verdict {
    panic::catch_unwind(AssertUnwindSafe(|| (check.run)())).unwrap_or_else(|_| {
        let cause = "the check itself failed, which is a bug of the course".to_owned();
        let text = format!("{}: {cause}", check.name);
        Verdict::Failed(Fault { text, cause, is_silence: false })
    })
}

fn sorted(verdicts: impl Iterator<Item = Option<Verdict>>) -> Passage {
    let mut passage = Passage::default();
    for (at, verdict) in verdicts.enumerate() {
        match verdict {
            Some(Verdict::Passed(_)) => passage.passed.push(at),
            Some(Verdict::Failed(fault)) => passage.failed.push((at, fault)),
            Some(Verdict::Skipped(reason)) => passage.skipped.push((at, reason)),
            None => passage.left_out.push(at),
        }
    }
    passage
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds =
        Bounds { at_once: 3, failures: 99, silences: 2, time: Duration::from_secs(60) };

    fn check(name: &str, run: impl Fn() -> Verdict + Send + Sync + 'static) -> Check<'static> {
        Check { name: name.into(), part: String::new(), run: Box::new(run) }
    }

    fn failed() -> Verdict {
        Verdict::Failed(Fault::new("text"))
    }

    #[test]
    fn verdicts_are_shown_in_the_order_of_the_list() {
        let slow = || {
            thread::sleep(Duration::from_millis(50));
            Verdict::Passed(None)
        };
        let checks =
            [check("slow", slow), check("red", failed), check("green", || Verdict::Passed(None))];
        let mut shown = Vec::new();
        let passage = run(&checks, BOUNDS, |at, verdict, _| {
            shown.push((at, matches!(verdict, Verdict::Failed(_))));
        });
        assert_eq!(shown, [(0, false), (1, true), (2, false)]);
        assert_eq!((passage.passed, passage.failed.len()), (vec![0, 2], 1));
    }

    #[test]
    fn after_enough_failures_the_rest_is_left_out() {
        let checks: Vec<Check<'_>> = (0..50).map(|_| check("red", failed)).collect();
        let passage = run(&checks, Bounds { failures: 5, ..BOUNDS }, |_, _, _| {});
        assert_eq!((passage.failed.len(), passage.left_out.len()), (5, 45));
        let passage = run(&checks, Bounds { time: Duration::ZERO, ..BOUNDS }, |_, _, _| {});
        assert_eq!(passage.left_out.len(), 50);
    }

    #[test]
    fn few_silences_are_enough() {
        let silent =
            || Verdict::Failed(Fault { is_silence: true, ..Fault::new("nothing was received") });
        let checks: Vec<Check<'_>> = (0..50).map(|_| check("silent", silent)).collect();
        let passage = run(&checks, BOUNDS, |_, _, _| {});
        assert_eq!((passage.failed.len(), passage.left_out.len()), (2, 48));
    }

    #[test]
    fn a_check_that_panics_costs_no_other() {
        let checks = [check("bad", || panic!("a bug")), check("green", || Verdict::Passed(None))];
        let passage = run(&checks, BOUNDS, |_, _, _| {});
        assert_eq!((passage.passed, passage.failed.len()), (vec![1], 1));
    }
}

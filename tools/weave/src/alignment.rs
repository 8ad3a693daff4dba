//! Which lines of a file a stage keeps, adds and removes.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use similar::DiffOp;
use similar::algorithms::{Capture, Compact, Replace, patience};

use crate::source::Source;

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Kept,
    Added,
    Removed,
}

/// A line of the file before, of the file now, or of both; counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub kind: Kind,
    pub old: Option<usize>,
    pub new: Option<usize>,
}

/// All lines of a file before and now, in one order.
///
/// Items are paired first, by their names, and lines only within a pair: no closing brace of one
/// function is ever taken for that of another.
pub(crate) struct Alignment {
    pub old: Rc<Source>,
    pub new: Rc<Source>,
    pub rows: Vec<Row>,
    row_of_old: Vec<usize>,
    row_of_new: Vec<usize>,
}

impl Alignment {
    /// Aligns two states of a file. One that is not there has no lines.
    pub fn new(old: Rc<Source>, new: Rc<Source>) -> Alignment {
        let mut rows = Vec::new();
        let (mut next_old, mut next_new) = (0, 0);
        for (of_old, of_new) in pairs(&old, &new) {
            rows.extend(removed(next_old..of_old.start));
            rows.extend(added(next_new..of_new.start));
            (next_old, next_new) = (of_old.end, of_new.end);
            rows.extend(lines(&old, of_old, &new, of_new));
        }
        rows.extend(removed(next_old..old.lines.len()));
        rows.extend(added(next_new..new.lines.len()));
        let (mut row_of_old, mut row_of_new) = (Vec::new(), Vec::new());
        for (at, row) in rows.iter().enumerate() {
            row_of_old.extend(row.old.map(|_| at));
            row_of_new.extend(row.new.map(|_| at));
        }
        Alignment { old, new, rows, row_of_old, row_of_new }
    }

    /// The text of a row.
    pub fn text(&self, row: usize) -> &str {
        let found = match self.rows.get(row) {
            Some(Row { new: Some(line), .. }) => self.new.lines.get(*line),
            Some(Row { old: Some(line), .. }) => self.old.lines.get(*line),
            _ => None,
        };
        found.map_or("", String::as_str)
    }

    /// The text of a row, escaped and highlighted.
    pub fn html(&self, row: usize) -> &str {
        match self.rows.get(row) {
            Some(Row { new: Some(line), .. }) => self.new.html(*line),
            Some(Row { old: Some(line), .. }) => self.old.html(*line),
            _ => "",
        }
    }

    /// How many lines are new, and how many are gone.
    pub fn counts(&self) -> (usize, usize) {
        let count = |kind| self.rows.iter().filter(|row| row.kind == kind).count();
        (count(Kind::Added), count(Kind::Removed))
    }

    /// That in a few words.
    pub fn summary(&self) -> String {
        let (added, removed) = self.counts();
        match (self.old.lines.is_empty(), self.new.lines.is_empty()) {
            (true, _) => format!("new file, {added} lines"),
            (_, true) => "removed".to_owned(),
            _ => format!("+{added} \u{2212}{removed}"),
        }
    }

    /// The rows from the first to the last of some lines of the file now.
    pub fn rows_of_new(&self, lines: &Range<usize>) -> Range<usize> {
        between(&self.row_of_new, lines)
    }

    /// The rows from the first to the last of some lines of the file before.
    pub fn rows_of_old(&self, lines: &Range<usize>) -> Range<usize> {
        between(&self.row_of_old, lines)
    }
}

fn between(rows: &[usize], lines: &Range<usize>) -> Range<usize> {
    match rows.get(lines.clone()) {
        Some([only]) => *only..only + 1,
        Some([first, .., last]) => *first..last + 1,
        _ => 0..0,
    }
}

fn removed(lines: Range<usize>) -> impl Iterator<Item = Row> {
    lines.map(|line| Row { kind: Kind::Removed, old: Some(line), new: None })
}

fn added(lines: Range<usize>) -> impl Iterator<Item = Row> {
    lines.map(|line| Row { kind: Kind::Added, old: None, new: Some(line) })
}

/// The lines of the segments that both files have, in the order of both. Of those that have
/// changed places, as few lines as possible count as moved.
fn pairs(old: &Source, new: &Source) -> Vec<(Range<usize>, Range<usize>)> {
    let by_key: HashMap<&str, usize> =
        new.segments.iter().enumerate().map(|(at, segment)| (segment.key.as_str(), at)).collect();
    // All segments of both, in the old order, and the heaviest chain that rises in the new one.
    let both: Vec<(usize, usize)> = old
        .segments
        .iter()
        .enumerate()
        .filter_map(|(at, segment)| Some((at, *by_key.get(segment.key.as_str())?)))
        .collect();
    let mut chains: Vec<(usize, Option<usize>)> = Vec::new();
    for (index, &(at, there)) in both.iter().enumerate() {
        let before = (0..index).filter(|&other| both[other].1 < there);
        let best = before.max_by_key(|&other| chains[other].0);
        let weight = old.segments[at].lines.len() + best.map_or(0, |best| chains[best].0);
        chains.push((weight, best));
    }
    let mut last = (0..both.len()).max_by_key(|&index| chains[index].0);
    let mut pairs = Vec::new();
    while let Some(index) = last {
        let (at, there) = both[index];
        pairs.push((old.segments[at].lines.clone(), new.segments[there].lines.clone()));
        last = chains[index].1;
    }
    pairs.reverse();
    pairs
}

/// Aligns the lines of an item.
fn lines(old: &Source, of_old: Range<usize>, new: &Source, of_new: Range<usize>) -> Vec<Row> {
    let (first_old, first_new) = (of_old.start, of_new.start);
    let (before, now) = (&old.lines[of_old], &new.lines[of_new]);
    let mut ops = Compact::new(Replace::new(Capture::new()), before, now);
    let Ok(()) = patience::diff(&mut ops, before, 0..before.len(), now, 0..now.len());
    let mut rows = Vec::new();
    for op in ops.into_inner().into_inner().into_ops() {
        let lines_of_old = op.old_range().start + first_old..op.old_range().end + first_old;
        let lines_of_new = op.new_range().start + first_new..op.new_range().end + first_new;
        if let DiffOp::Equal { .. } = op {
            rows.extend(lines_of_old.zip(lines_of_new).map(|(old, new)| Row {
                kind: Kind::Kept,
                old: Some(old),
                new: Some(new),
            }));
        } else {
            rows.extend(removed(lines_of_old));
            rows.extend(added(lines_of_new));
        }
    }
    rows
}

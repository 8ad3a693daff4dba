//! A learner's copy of a file, on its way from one stage to the next.

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use anyhow::ensure;

use crate::alignment::{Alignment, Kind};

/// What a reader who has typed everything that was shown so far has in a file.
pub(crate) struct Draft {
    /// The file before the stage and after it.
    pub alignment: Rc<Alignment>,
    /// Of every row, whether a step has shown it: what is added is there, what is removed is gone.
    done: Vec<bool>,
    /// Paths of what steps have shown that only the stage before has.
    pub gone: Vec<String>,
}

impl Draft {
    /// The file as the stage before has left it.
    pub fn new(alignment: Rc<Alignment>) -> Draft {
        let done = alignment.rows.iter().map(|row| row.kind == Kind::Kept).collect();
        Draft { alignment, done, gone: Vec::new() }
    }

    /// Whether the file has the row's line now.
    pub fn has(&self, row: usize) -> bool {
        match self.alignment.rows.get(row).map(|row| row.kind) {
            Some(Kind::Removed) => !self.done[row],
            Some(_) => self.done[row],
            None => false,
        }
    }

    /// The rows whose lines the file has now.
    pub fn current(&self) -> Vec<usize> {
        (0..self.done.len()).filter(|&row| self.has(row)).collect()
    }

    /// Takes a step.
    pub fn apply(&mut self, rows: &[usize]) {
        for &row in rows {
            self.done[row] = true;
        }
    }

    /// What no step has shown: the lines that the stage adds, and those that it removes, counted
    /// from 0.
    pub fn missing(&self) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
        let open = self.alignment.rows.iter().zip(&self.done).filter(|(_, done)| !**done);
        let (mut added, mut removed) = (Vec::new(), Vec::new());
        for (row, _) in open {
            match row.kind {
                Kind::Added => added.extend(row.new),
                Kind::Removed => removed.extend(row.old),
                Kind::Kept => {}
            }
        }
        (ranges(&added), ranges(&removed))
    }

    /// Whether every line was shown.
    pub fn is_finished(&self) -> bool {
        self.done.iter().all(|done| *done)
    }

    /// The rows that a step shows which brings the items of these paths to their new state; no
    /// path is the whole file. `head~glob;` is those lines of an item that contain a text, and
    /// `execute~first..last` those from the first that contains one text up to the next that
    /// contains another. An error if there is none.
    pub fn select(&mut self, paths: &[&str]) -> anyhow::Result<Vec<usize>> {
        let mut chosen = BTreeSet::new();
        if paths.is_empty() {
            chosen.extend(self.open(0..self.done.len(), "the file")?);
        }
        for path in paths {
            let (path, part) = match path.split_once('~') {
                Some((path, part)) => (path, Some(part)),
                None => (*path, None),
            };
            let rows = match path {
                "" => self.open(0..self.done.len(), "the file")?,
                _ => self.open(self.rows_of(path)?, path)?,
            };
            chosen.extend(match part {
                Some(part) => self.part(&rows, part)?,
                None => rows,
            });
            if !path.is_empty() && self.alignment.new.find(path)?.is_empty() {
                self.gone.push(path.to_owned());
            }
        }
        self.add_blocks(&mut chosen);
        self.add_blanks(&mut chosen);
        Ok(chosen.into_iter().collect())
    }

    /// Those of some rows that no step has shown. An error if there is none.
    fn open(
        &self,
        rows: impl IntoIterator<Item = usize>,
        what: &str,
    ) -> anyhow::Result<Vec<usize>> {
        let rows = rows.into_iter();
        let rows: Vec<usize> =
            rows.filter(|&row| self.alignment.rows[row].kind != Kind::Kept).collect();
        ensure!(!rows.is_empty(), "the stage changes nothing in {what}");
        let open: Vec<usize> = rows.into_iter().filter(|&row| !self.done[row]).collect();
        ensure!(!open.is_empty(), "every changed line of {what} is in an earlier change");
        Ok(open)
    }

    /// Those of some rows that contain a text, or are between two texts. An error if there is none.
    fn part(&self, rows: &[usize], part: &str) -> anyhow::Result<Vec<usize>> {
        let has = |row: usize, text: &str| self.alignment.text(row).contains(text);
        let found: Vec<usize> = match part.split_once("..") {
            None => rows.iter().copied().filter(|&row| has(row, part)).collect(),
            Some((first, last)) => {
                let from = rows.iter().position(|&row| has(row, first));
                let rest = from.map_or(&rows[rows.len()..], |from| &rows[from..]);
                let to = rest.iter().position(|&row| has(row, last));
                to.map_or(Vec::new(), |to| rest[..=to].to_vec())
            }
        };
        ensure!(!found.is_empty(), "no changed line that is still to be shown has '{part}'");
        Ok(found)
    }

    /// All rows of an item before and now.
    fn rows_of(&self, path: &str) -> anyhow::Result<Vec<usize>> {
        let Alignment { old, new, rows, .. } = &*self.alignment;
        let (in_old, in_new) = (old.find(path)?, new.find(path)?);
        ensure!(!in_old.is_empty() || !in_new.is_empty(), "there is no '{path}'");
        let mut found = Vec::new();
        for name in &in_new {
            let keys = new.keys_in(&name.lines);
            // A line of an item that is elsewhere now belongs to that one.
            let is_elsewhere = |row: &usize| {
                let line = rows[*row].old.filter(|_| rows[*row].kind == Kind::Removed);
                let key = line.and_then(|line| old.segment_at(line));
                let key = key.map(|segment| old.segments[segment].key.as_str());
                key.is_some_and(|key| !keys.contains(&key) && new.has_key(key))
            };
            let all = self.alignment.rows_of_new(&name.lines);
            found.extend(all.filter(|row| !is_elsewhere(row)));
        }
        for name in &in_old {
            let lines = self.alignment.rows_of_old(&name.lines);
            found.extend(lines.filter(|&row| rows[row].kind == Kind::Removed));
        }
        Ok(found)
    }

    /// A member of a block that is not there yet brings the block's first and last lines along;
    /// the last member of one that goes takes them away.
    fn add_blocks(&self, chosen: &mut BTreeSet<usize>) {
        let Alignment { old, new, rows, .. } = &*self.alignment;
        let open = |lines: &Range<usize>, kind: Kind| -> Vec<usize> {
            let all = match kind {
                Kind::Removed => self.alignment.rows_of_old(lines),
                _ => self.alignment.rows_of_new(lines),
            };
            all.filter(|&row| rows[row].kind == kind && !self.done[row]).collect()
        };
        for segment in &new.segments {
            let Some(end) = segment.closed_by else { continue };
            let inside = segment.lines.end..new.segments[end].lines.start;
            if open(&inside, Kind::Added).iter().any(|row| chosen.contains(row)) {
                let first = open(&segment.lines, Kind::Added);
                // One that has changed only is not new.
                if first.len() == segment.lines.len() {
                    chosen.extend(first);
                    chosen.extend(open(&new.segments[end].lines, Kind::Added));
                }
            }
        }
        for segment in &old.segments {
            let Some(end) = segment.closed_by else { continue };
            let inside = segment.lines.end..old.segments[end].lines.start;
            let first = open(&segment.lines, Kind::Removed);
            let rest = open(&inside, Kind::Removed);
            let is_gone = self.alignment.rows_of_old(&inside).all(|row| {
                rows[row].kind != Kind::Kept && (self.done[row] || chosen.contains(&row))
            });
            let is_now = rest.iter().any(|row| chosen.contains(row));
            if is_gone && is_now && first.len() == segment.lines.len() {
                chosen.extend(first);
                chosen.extend(open(&old.segments[end].lines, Kind::Removed));
            }
        }
    }

    /// A blank line that nothing comes after in this step or a later one goes with what is before
    /// it.
    fn add_blanks(&self, chosen: &mut BTreeSet<usize>) {
        let rows = &self.alignment.rows;
        for row in 1..rows.len() {
            let is_open = |row: usize| !self.done[row] && !chosen.contains(&row);
            let kind = rows[row].kind;
            let follows = chosen.contains(&(row - 1)) && rows[row - 1].kind == kind;
            let is_blank = self.alignment.text(row).trim().is_empty();
            let next = (row + 1..rows.len())
                .find(|&next| rows[next].kind == kind || rows[next].kind == Kind::Kept);
            let is_last = next.is_none_or(|next| rows[next].kind != kind || !is_open(next));
            if is_open(row) && follows && is_blank && is_last {
                chosen.insert(row);
            }
        }
    }
}

/// Groups numbers that rise one by one.
fn ranges(numbers: &[usize]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for &number in numbers {
        match ranges.last_mut() {
            Some(last) if last.end == number => last.end += 1,
            _ => ranges.push(number..number + 1),
        }
    }
    ranges
}

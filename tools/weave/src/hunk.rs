//! The part of a file that a step shows, and how a reader finds it.

use std::ops::Range;

use anyhow::Context;

use crate::alignment::{Alignment, Kind};
use crate::draft::Draft;
use crate::source::Source;

/// Lines that belong together: those that change, and some before and after them.
///
/// A reader finds the place by a rule, which the tests follow: from the line that is named (it is
/// there exactly once, and the hunk may begin with it) or else from where the hunk before it in the
/// same block ends (the file's beginning, if there is none), the first place that has all its lines
/// but the added ones.
pub(crate) struct Hunk {
    /// In their order.
    pub rows: Vec<usize>,
    /// Whether each of them changes.
    pub changes: Vec<bool>,
    pub anchor: Option<Anchor>,
}

/// What a reader is told about a place.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// Nothing comes before it.
    Beginning,
    /// Nothing comes after it.
    End,
    /// Among the `use` or the `mod` lines at the top of the file.
    Head(&'static str),
    /// A line that is there once.
    Line {
        /// How the place lies to it: `in`, `after`, `below` …
        relation: &'static str,
        /// Without the blanks around it.
        line: String,
        /// Where in the block that begins with the line.
        detail: Option<Detail>,
    },
}

/// Where in an `impl` or a `mod` lines go.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Detail {
    AtItsBeginning,
    AtItsEnd,
    /// After the member of that name.
    After(String),
}

/// Lines of context on either side: as many as readers are used to, and as few as that.
const CONTEXT: usize = 2;
/// What more is shown, at most, if the place would not be clear.
const MOST_CONTEXT: usize = 30;

/// Takes the step in the draft, and returns what is to be shown of it.
pub(crate) fn step(draft: &mut Draft, rows: &[usize]) -> anyhow::Result<Vec<Hunk>> {
    let (mut hunks, mut done): (Vec<Hunk>, _) = (Vec::new(), 0);
    for group in groups(draft, rows) {
        let anchor = hunks.last().and_then(|hunk| hunk.anchor.as_ref());
        let place = Place::of(draft, &group);
        let (hunk, end) = place.hunk(done, anchor)?;
        hunks.push(hunk);
        draft.apply(&group);
        done = end;
    }
    Ok(hunks)
}

/// Splits the rows of a step where too much lies between them.
fn groups(draft: &Draft, rows: &[usize]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for &row in rows {
        match groups.last_mut() {
            Some(group)
                if group.last().is_some_and(|&last| {
                    (last + 1..row).filter(|&between| draft.has(between)).count() <= 2 * CONTEXT
                }) =>
            {
                group.push(row);
            }
            _ => groups.push(vec![row]),
        }
    }
    groups
}

/// Where some rows are to change.
struct Place<'d> {
    alignment: &'d Alignment,
    /// The file as it is now.
    current: Vec<usize>,
    group: &'d [usize],
    /// How many lines of the file come before the first row of the group.
    before: usize,
    /// From here on, the lines come after the last one.
    after: usize,
    /// The signatures in the file: their indices in `current`.
    signatures: Vec<usize>,
}

impl<'d> Place<'d> {
    fn of(draft: &'d Draft, group: &'d [usize]) -> Place<'d> {
        let alignment = &*draft.alignment;
        let current = draft.current();
        let before = group.first().map_or(0, |first| current.partition_point(|row| row < first));
        let after = group.last().map_or(0, |last| current.partition_point(|row| row <= last));
        let signatures =
            (0..current.len()).filter(|&at| is_signature(alignment, current[at])).collect();
        Place { alignment, current, group, before, after, signatures }
    }

    fn text(&self, at: usize) -> &'d str {
        self.alignment.text(self.current[at])
    }

    /// Chooses the least context and the best line with which the place is found. `done` is
    /// where the hunk before ends, and `previous` its anchor. Returns where this one ends, too.
    fn hunk(&self, done: usize, previous: Option<&Anchor>) -> anyhow::Result<(Hunk, usize)> {
        for context in CONTEXT..MOST_CONTEXT {
            let (first, end) = self.around(context);
            let best = self.best().map(Some);
            let mut anchors = best.into_iter().chain(self.anchors(first, previous));
            let found = anchors.find(|anchor| {
                let from = match anchor {
                    None => Some(done),
                    Some(Anchor::Beginning | Anchor::Head(_)) => Some(0),
                    Some(Anchor::End) => return end == self.current.len(),
                    // The hunk may show the line itself.
                    Some(Anchor::Line { line, .. }) => {
                        self.only(line).map(|at| at.saturating_sub(self.before - first))
                    }
                };
                from.is_some_and(|from| self.first_place(from, first, end) == Some(first))
            });
            if let Some(anchor) = found {
                return Ok(self.cut(first, end, anchor));
            }
        }
        let line = self.group.first().map(|&row| self.alignment.text(row));
        Err(anyhow::anyhow!("no place is clear for the line {:?}", line.unwrap_or_default()))
            .context("a reader could not find where the lines go")
    }

    /// The lines of the file that the hunk shows: `context` of them on either side, and more as
    /// long as they are blank.
    fn around(&self, context: usize) -> (usize, usize) {
        let mut first = self.before.saturating_sub(context);
        while first > 0 && (first..self.before).all(|at| self.text(at).trim().is_empty()) {
            first -= 1;
        }
        let mut end = (self.after + context).min(self.current.len());
        while end < self.current.len()
            && (self.after..end).all(|at| self.text(at).trim().is_empty())
        {
            end += 1;
        }
        (first, end)
    }

    /// The first place from `from` on where the lines from `first` to `end` are.
    fn first_place(&self, from: usize, first: usize, end: usize) -> Option<usize> {
        let length = end - first;
        (from..=self.current.len().checked_sub(length)?)
            .find(|&at| (0..length).all(|index| self.text(at + index) == self.text(first + index)))
    }

    /// Where a line is that is there once.
    fn only(&self, line: &str) -> Option<usize> {
        let mut places = (0..self.current.len()).filter(|&at| self.text(at).trim() == line);
        places.next().filter(|_| places.next().is_none())
    }

    /// What says best where whole items go: between which others, or in which block.
    fn best(&self) -> Option<Anchor> {
        let first = self.group.first()?;
        // A new file has no places yet.
        self.current.first()?;
        let is_blank = |at: &usize| self.text(*at).trim().is_empty();
        let above = (0..self.before).rev().find(|at| !is_blank(at));
        let below = (self.after..self.current.len()).find(|at| !is_blank(at));
        let (source, segment) = self.segment(*first)?;
        if source.segments[segment].key == "head" {
            // The last line of them may be blank.
            let word = self.group.iter().rev().find_map(|&row| {
                let text = self.alignment.text(row);
                ["use", "mod"]
                    .into_iter()
                    .find(|word| text.split_whitespace().any(|it| it == *word))
            });
            return word.map(Anchor::Head);
        }
        if self.signatures.iter().any(|&at| self.begins_in_leaf(self.current[at])) {
            return None;
        }
        let block = source.block_of(segment).and_then(|block| self.signature_of(source, block));
        let Some(block) = block else {
            return match (above, below) {
                (_, None) => Some(Anchor::End),
                (None, _) => Some(Anchor::Beginning),
                (Some(above), _) => self.after(above),
            };
        };
        let name = |at: usize| {
            let (source, segment) = self.segment(self.current[at])?;
            source.segments[segment].key.rsplit("::").next().map(str::to_owned)
        };
        let closes = |at: usize| {
            let segment = self.segment(self.current[at]);
            segment.is_some_and(|(source, segment)| source.opened_by(segment).is_some())
        };
        let detail = match (above?, below?) {
            (above, _) if above == block => Detail::AtItsBeginning,
            (_, below) if closes(below) => Detail::AtItsEnd,
            (above, _) => Detail::After(name(above)?),
        };
        let line = self.text(block).trim().to_owned();
        Some(Anchor::Line { relation: "in", line, detail: Some(detail) })
    }

    /// After the item that holds a line of the file.
    fn after(&self, line: usize) -> Option<Anchor> {
        let (source, segment) = self.segment(self.current[line])?;
        if source.segments[segment].key == "head" {
            return Some(Anchor::Line {
                relation: "below",
                line: self.text(line).trim().to_owned(),
                detail: None,
            });
        }
        let block = source.opened_by(segment);
        let signature = self.signature_of(source, block.unwrap_or(segment))?;
        let relation = if block.is_some() { "after the end of" } else { "after" };
        Some(Anchor::Line { relation, line: self.text(signature).trim().to_owned(), detail: None })
    }

    /// The segment of a row, in the stage that has it.
    fn segment(&self, row: usize) -> Option<(&'d Source, usize)> {
        let Alignment { old, new, rows, .. } = self.alignment;
        let of =
            |source: &'d Source, line: Option<usize>| Some((source, source.segment_at(line?)?));
        of(new, rows[row].new).or_else(|| of(old, rows[row].old))
    }

    /// Where in the file the line is by which one finds a segment.
    fn signature_of(&self, source: &Source, segment: usize) -> Option<usize> {
        let line = source.segments[segment].signature;
        let is_new = std::ptr::eq(source, &*self.alignment.new);
        let row = |at: &usize| {
            let row = self.alignment.rows[self.current[*at]];
            line.is_some() && line == if is_new { row.new } else { row.old }
        };
        (0..self.current.len()).find(row)
    }

    /// Whether the first row of the group is in an item that is no block, and that a signature begins.
    fn begins_in_leaf(&self, signature: usize) -> bool {
        let leaf = |source: &Source, segment: usize| {
            source.segments[segment].closed_by.is_none().then_some(segment)
        };
        let mut spans = self.spans(signature, leaf);
        spans.any(|span| self.group.first().is_some_and(|first| span.contains(first)))
    }

    /// Lines by which the place may be found, the most telling first.
    fn anchors(&self, first: usize, previous: Option<&Anchor>) -> Vec<Option<Anchor>> {
        let near = self.signatures.iter().rev().copied().filter(|&at| at <= self.after);
        let (above, shown): (Vec<usize>, Vec<usize>) = near.partition(|&at| at < first);
        // What is below a block is not below the block's last member.
        let (elsewhere, above): (Vec<usize>, Vec<usize>) =
            above.into_iter().partition(|&at| self.is_elsewhere(self.current[at]));
        let (inside, others): (Vec<usize>, Vec<usize>) =
            above.iter().partition(|&&at| self.is_in(self.current[at]));
        let in_sight = shown.iter().any(|&at| self.is_in(self.current[at]));
        let [above, inside, others, elsewhere, shown] = [above, inside, others, elsewhere, shown]
            .map(|places| places.into_iter().map(|at| Some(self.anchor(at))).collect::<Vec<_>>());
        let again = previous.is_some() && above.first().is_some_and(|at| at.as_ref() == previous);
        let from_here = vec![None];
        match (again, in_sight) {
            (true, _) => [from_here, above, elsewhere, shown].concat(),
            (_, true) => [inside, from_here, others, elsewhere, shown].concat(),
            _ => [above, from_here, elsewhere, shown].concat(),
        }
    }

    fn anchor(&self, at: usize) -> Anchor {
        let line = self.text(at).trim().to_owned();
        let signature = self.current[at];
        let relation = match self.is_in(signature) {
            true => "in",
            false if self.begins_in(signature) => "from",
            false => "below",
        };
        Anchor::Line { relation, line, detail: None }
    }

    /// Whether all rows of the group are in the item that a signature begins.
    fn is_in(&self, signature: usize) -> bool {
        self.spans(signature, |_, segment| Some(segment)).any(|span| self.is_within(&span))
    }

    /// Whether the first row of the group is in that item.
    fn begins_in(&self, signature: usize) -> bool {
        let mut spans = self.spans(signature, |_, segment| Some(segment));
        spans.any(|span| self.group.first().is_some_and(|first| span.contains(first)))
    }

    /// Whether a signature is that of a member of a block in which the group is not.
    fn is_elsewhere(&self, signature: usize) -> bool {
        let mut spans = self.spans(signature, Source::block_of).peekable();
        spans.peek().is_some() && !spans.any(|span| self.is_within(&span))
    }

    fn is_within(&self, span: &Range<usize>) -> bool {
        self.group.iter().all(|row| span.contains(row))
    }

    /// The rows of the segment that a signature is in, or of the one that `chosen` takes instead,
    /// in the file now and before, as far as they have it. A block's are those of all it holds.
    fn spans(
        &self,
        signature: usize,
        chosen: impl Fn(&Source, usize) -> Option<usize>,
    ) -> impl Iterator<Item = Range<usize>> {
        let Alignment { old, new, rows, .. } = self.alignment;
        let lines = |source: &Source, line: Option<usize>| {
            let segment = chosen(source, source.segment_at(line?)?)?;
            let end = source.segments[segment].closed_by.unwrap_or(segment);
            Some(source.segments[segment].lines.start..source.segments[end].lines.end)
        };
        let now = lines(new, rows[signature].new).map(|lines| self.alignment.rows_of_new(&lines));
        let before =
            lines(old, rows[signature].old).map(|lines| self.alignment.rows_of_old(&lines));
        now.into_iter().chain(before)
    }

    fn cut(&self, first: usize, end: usize, anchor: Option<Anchor>) -> (Hunk, usize) {
        let mut rows: Vec<usize> = self.current[first..end].to_vec();
        rows.extend(self.group.iter().filter(|row| !self.current.contains(row)));
        rows.sort_unstable();
        let changes: Vec<bool> = rows.iter().map(|row| self.group.contains(row)).collect();
        let removed = |row: &&usize| self.alignment.rows[**row].kind == Kind::Removed;
        let gone = self.group.iter().filter(removed).count();
        let length = rows.len() - gone;
        (Hunk { rows, changes, anchor }, first + length)
    }
}

fn is_signature(alignment: &Alignment, row: usize) -> bool {
    let row = alignment.rows[row];
    [(&alignment.new, row.new), (&alignment.old, row.old)].into_iter().any(|(source, line)| {
        let segment = line.and_then(|line| source.segment_at(line));
        segment.is_some_and(|segment| source.segments[segment].signature == line)
    })
}

//! One pass over the book, chapter by chapter.

use std::fmt::{self, Display, Formatter};
use std::ops::Range;

use anyhow::{bail, ensure};

use crate::change::Steps;
use crate::course::Course;
use crate::directive::Directive;
use crate::names::NameChecker;
use crate::page::Page;
use crate::{
    diff, errors, exercise, figure, file, item, map, redis, session, start, transcript, unwoven,
    zoo,
};

/// Directives that are used in a sentence. All others make blocks.
const INLINE: &[&str] = &["link", "redis"];

/// Weaves the chapters in the order of the book.
pub struct Weaver<'c> {
    course: &'c Course,
    steps: Steps,
    names: NameChecker,
}

/// Where the book asks for something that is not there.
#[derive(Debug)]
pub struct Fault {
    /// As seen from the project's root.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

impl Display for Fault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

impl<'c> Weaver<'c> {
    /// A pass that begins.
    pub fn new(course: &'c Course) -> Weaver<'c> {
        Weaver { course, steps: Steps::default(), names: NameChecker::default() }
    }

    /// Weaves one chapter. `file` is named as seen from `book/src`, with `/`.
    pub fn chapter(&mut self, file: &str, text: &str) -> Result<String, Vec<Fault>> {
        let page = Page::of(file, self.course.stages());
        let (mut woven, mut faults) = (String::new(), Vec::new());
        let (mut done, mut last_step, mut stumbles) = (0, None, false);
        while let Some((place, directive)) = Directive::find(&text[done..]) {
            let place = done + place.start..done + place.end;
            woven.push_str(&text[done..place.start]);
            let is_step = directive.as_ref().is_ok_and(|directive| directive.name == "change");
            if is_step {
                last_step = Some(place.start);
            }
            let expanded = directive.and_then(|directive| {
                if !INLINE.contains(&directive.name.as_str()) {
                    stands_alone(text, &place)?;
                }
                self.expand(&page, &directive)
            });
            match expanded {
                Ok(expanded) => woven.push_str(&expanded),
                Err(error) => {
                    stumbles |= is_step;
                    faults.push((place.start, format!("{error:#}")));
                }
            }
            done = place.end;
        }
        woven.push_str(&text[done..]);
        match self.check(&page, text, last_step.filter(|_| !stumbles)) {
            Ok(found) => faults.extend(found),
            Err(error) => faults.push((0, format!("{error:#}"))),
        }
        if faults.is_empty() {
            return Ok(woven.replace(r"\{{#", "{{#"));
        }
        faults.sort_by_key(|(offset, _)| *offset);
        let fault = |(offset, what)| {
            let line = 1 + text.bytes().take(offset).filter(|&byte| byte == b'\n').count();
            Fault { file: format!("book/src/{file}"), line, what }
        };
        Err(faults.into_iter().map(fault).collect())
    }

    /// What is wrong with a chapter beyond its directives: the offset of each fault, and its text.
    /// `last_step` is where its last step is; without one, no lines are missed.
    fn check(
        &mut self,
        page: &Page<'c>,
        text: &str,
        last_step: Option<usize>,
    ) -> anyhow::Result<Vec<(usize, String)>> {
        if page.stage.is_none() {
            return Ok(Vec::new());
        }
        let mut faults = unwoven::check(text);
        faults.extend(self.names.check(self.course, page, text)?);
        let mut faults: Vec<(usize, String)> =
            faults.into_iter().map(|(place, what)| (place.start, what)).collect();
        if let Some(step) = last_step {
            let of_chapter = !page.file.ends_with("/tests.md");
            let concerns = |file: &str| Page::is_for_chapter(file) == of_chapter;
            let missing = self.steps.missing(self.course, page, concerns)?;
            faults.extend(missing.into_iter().map(|what| (step, what)));
        }
        Ok(faults)
    }

    fn expand(&mut self, page: &Page<'c>, directive: &Directive) -> anyhow::Result<String> {
        let course = self.course;
        match directive.name.as_str() {
            "change" => self.steps.change(course, page, directive),
            "diff" => diff::diff(course, page, directive),
            "errors" => errors::errors(course, page, directive),
            "exercise" => exercise::exercise(course, page, directive),
            "figure" => figure::figure(course, page, directive),
            "file" => file::file(course, directive),
            "item" => item::item(course, page, directive),
            "link" => transcript::link(course, page, directive),
            "map" => map::map(course, page, directive),
            "redis" => redis::redis(course, page, directive),
            "session" => session::session(course, page, directive),
            "start" => start::start(course, page, directive),
            "transcript" => transcript::transcript(course, page, directive),
            "transcripts" => transcript::transcripts(course, page, directive),
            "zoo" => zoo::zoo(course, page, directive),
            name => bail!("there is no directive '{name}'"),
        }
    }
}

/// Refuses a directive that makes a block, but shares its line with something else.
fn stands_alone(text: &str, place: &Range<usize>) -> anyhow::Result<()> {
    let before = text[..place.start].chars().next_back();
    let after = text[place.end..].lines().next().unwrap_or_default();
    let alone = before.is_none_or(|c| c == '\n') && after.trim().is_empty();
    ensure!(alone, "this directive stands on a line of its own");
    Ok(())
}

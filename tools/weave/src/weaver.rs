//! One pass over the book, chapter by chapter.

use std::fmt::{self, Display, Formatter};

use anyhow::{Context, bail};
use xtask::Stage;

use crate::change::Steps;
use crate::course::Course;
use crate::directive::Directive;
use crate::{diff, exercise, figure, item, map, redis, session, start, transcript, zoo};

/// Weaves the chapters in the order of the book.
pub struct Weaver<'c> {
    course: &'c Course,
    steps: Steps,
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

/// The page that is being woven.
pub(crate) struct Page<'c> {
    /// As seen from `book/src`.
    pub file: String,
    /// The stage whose chapter, or whose chapter's page, this is.
    pub stage: Option<&'c Stage>,
    /// The stage before that one.
    pub before: Option<&'c Stage>,
}

impl<'c> Page<'c> {
    /// The stage whose chapter, or whose chapter's page, this is. An error on every other page.
    pub fn stage(&self) -> anyhow::Result<&'c Stage> {
        self.stage.context("this page belongs to no stage")
    }

    /// Whether a stage's chapter itself shows a file, not its page of tests.
    pub fn is_for_chapter(file: &str) -> bool {
        file.starts_with("src/") || file == "Cargo.toml"
    }

    /// A file of the stage as seen from the project's root.
    pub fn path_of(&self, file: &str) -> String {
        self.stage.map_or(file.to_owned(), |stage| stage.path_of(file))
    }
}

impl<'c> Weaver<'c> {
    /// A pass that begins.
    pub fn new(course: &'c Course) -> Weaver<'c> {
        Weaver { course, steps: Steps::default() }
    }

    /// Weaves one chapter. `file` is named as seen from `book/src`, with `/`.
    pub fn chapter(&mut self, file: &str, text: &str) -> Result<String, Vec<Fault>> {
        let page = self.page(file);
        let (mut woven, mut faults) = (String::new(), Vec::new());
        let mut rest = text;
        while let Some((place, directive)) = Directive::find(rest) {
            woven.push_str(&rest[..place.start]);
            match directive.and_then(|directive| self.expand(&page, &directive)) {
                Ok(expanded) => woven.push_str(&expanded),
                Err(error) => faults.push(Fault {
                    file: format!("book/src/{file}"),
                    line: 1 + count_lines(&text[..text.len() - rest.len() + place.start]),
                    what: format!("{error:#}"),
                }),
            }
            rest = &rest[place.end..];
        }
        woven.push_str(rest);
        if faults.is_empty() { Ok(woven.replace(r"\{{#", "{{#")) } else { Err(faults) }
    }

    /// The stage of `stages/04-px-expiry.md` and of `stages/04-px-expiry/tests.md` is 04.
    fn page(&self, file: &str) -> Page<'c> {
        let name = file.strip_prefix("stages/").and_then(|below| below.split(['/', '.']).next());
        let stages = self.course.stages();
        let place = stages.iter().position(|stage| Some(stage.directory.as_str()) == name);
        let before = place.and_then(|place| stages.get(place.checked_sub(1)?));
        Page { file: file.to_owned(), stage: place.and_then(|place| stages.get(place)), before }
    }

    fn expand(&mut self, page: &Page<'c>, directive: &Directive) -> anyhow::Result<String> {
        let course = self.course;
        match directive.name.as_str() {
            "change" => self.steps.change(course, page, directive),
            "diff" => diff::diff(course, page, directive),
            "exercise" => exercise::exercise(course, page, directive),
            "figure" => figure::figure(course, page, directive),
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

fn count_lines(text: &str) -> usize {
    text.bytes().filter(|&byte| byte == b'\n').count()
}

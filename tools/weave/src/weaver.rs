//! One pass over the book, chapter by chapter.

use std::fmt::{self, Display, Formatter};

use anyhow::bail;
use xtask::Stage;

use crate::course::Course;
use crate::directive::Directive;

/// Weaves the chapters in the order of the book.
pub struct Weaver<'c> {
    course: &'c Course,
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
}

impl<'c> Weaver<'c> {
    /// A pass that begins.
    pub fn new(course: &'c Course) -> Weaver<'c> {
        Weaver { course }
    }

    /// Weaves one chapter. `file` is named as seen from `book/src`, with `/`.
    pub fn chapter(&mut self, file: &str, text: &str) -> Result<String, Vec<Fault>> {
        let page = Page { file: file.to_owned(), stage: self.stage_of(file) };
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

    /// The stage of `stages/04-px-expiry.md` and of `stages/04-px-expiry/tests.md`.
    fn stage_of(&self, file: &str) -> Option<&'c Stage> {
        let below = file.strip_prefix("stages/")?;
        let name = below.split(['/', '.']).next()?;
        self.course.stages().iter().find(|stage| stage.directory == name)
    }

    fn expand(&mut self, page: &Page<'c>, directive: &Directive) -> anyhow::Result<String> {
        let _ = page;
        match directive.name.as_str() {
            name => bail!("there is no directive '{name}'"),
        }
    }
}

fn count_lines(text: &str) -> usize {
    text.bytes().filter(|&byte| byte == b'\n').count()
}

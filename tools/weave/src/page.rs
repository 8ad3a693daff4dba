//! A page of the book, and the stage that it is about.

use anyhow::Context;
use xtask::Stage;

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
    /// A page of the book, named as seen from `book/src`. `stages/04-px-expiry.md` and
    /// `stages/04-px-expiry/tests.md` are about the same stage.
    pub fn of(file: &str, stages: &'c [Stage]) -> Page<'c> {
        let name = file.strip_prefix("stages/").and_then(|below| below.split(['/', '.']).next());
        let place = stages.iter().position(|stage| Some(stage.directory.as_str()) == name);
        let before = place.and_then(|place| stages.get(place.checked_sub(1)?));
        Page { file: file.to_owned(), stage: place.and_then(|place| stages.get(place)), before }
    }

    /// The stage whose chapter, or whose chapter's page, this is. An error on every other page.
    pub fn stage(&self) -> anyhow::Result<&'c Stage> {
        self.stage.context("this page belongs to no stage")
    }

    /// Whether this is a stage's chapter, not one of the pages below it.
    pub fn is_chapter(&self) -> bool {
        self.stage.is_some_and(|stage| self.file == format!("stages/{}.md", stage.directory))
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

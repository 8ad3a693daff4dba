//! The course that the book tells of.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::Context;
use xtask::{Lessons, Stage};

/// The project's root and its table of lessons. Files are read once.
pub struct Course {
    root: PathBuf,
    lessons: Lessons,
    files: RefCell<HashMap<String, Rc<str>>>,
}

impl Course {
    /// Reads the table of lessons of the project at `root`.
    pub fn read(root: &Path) -> anyhow::Result<Course> {
        let lessons = Lessons::read(root)?;
        Ok(Course { root: root.to_owned(), lessons, files: RefCell::default() })
    }

    /// Where the project lies.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The stages in their order.
    pub fn stages(&self) -> &[Stage] {
        self.lessons.stages()
    }

    /// The text of a file, named as seen from the root, with `/`. An error names the file.
    pub fn text(&self, path: &str) -> anyhow::Result<Rc<str>> {
        if let Some(text) = self.files.borrow().get(path) {
            return Ok(Rc::clone(text));
        }
        let text: Rc<str> = fs::read_to_string(self.root.join(path))
            .with_context(|| format!("cannot read {path}"))?
            .into();
        self.files.borrow_mut().insert(path.to_owned(), Rc::clone(&text));
        Ok(text)
    }
}

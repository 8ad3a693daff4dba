//! The course that the book teaches.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::Context;
use xtask::{Lessons, Stage};

use crate::alignment::Alignment;
use crate::source::Source;

/// The project's root and its table of lessons. Files are read once.
pub struct Course {
    root: PathBuf,
    lessons: Lessons,
    files: RefCell<HashMap<String, Rc<str>>>,
    /// By the stage's directory.
    stages: RefCell<HashMap<String, Rc<Files>>>,
    /// By the stage's directory.
    differing: RefCell<HashMap<String, Rc<Vec<String>>>>,
    /// By the file's ending and its text.
    sources: RefCell<HashMap<(String, String), Rc<Source>>>,
    /// By the stage's directory and the file.
    alignments: RefCell<HashMap<(String, String), Rc<Alignment>>>,
}

/// The contents of files by their names.
type Files = BTreeMap<String, String>;

impl Course {
    /// Reads the table of lessons of the project at `root`.
    pub fn read(root: &Path) -> anyhow::Result<Course> {
        let lessons = Lessons::read(root)?;
        Ok(Course {
            root: root.to_owned(),
            lessons,
            files: RefCell::default(),
            stages: RefCell::default(),
            differing: RefCell::default(),
            sources: RefCell::default(),
            alignments: RefCell::default(),
        })
    }

    /// Where the project is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The stages in their order.
    pub fn stages(&self) -> &[Stage] {
        self.lessons.stages()
    }

    /// The stage before another one.
    pub(crate) fn before(&self, stage: &Stage) -> Option<&Stage> {
        let index = self.stages().iter().position(|other| other.number == stage.number)?;
        self.stages().get(index.checked_sub(1)?)
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

    /// All files of a stage, named as seen from its directory.
    pub(crate) fn files(&self, stage: &Stage) -> anyhow::Result<Rc<Files>> {
        if let Some(files) = self.stages.borrow().get(&stage.directory) {
            return Ok(Rc::clone(files));
        }
        let mut files = Files::new();
        for (file, contents) in stage.files(&self.root)? {
            let text = String::from_utf8(contents);
            let text = text.with_context(|| format!("{} is not text", stage.path_of(&file)))?;
            files.insert(file, text);
        }
        let files = Rc::new(files);
        self.stages.borrow_mut().insert(stage.directory.clone(), Rc::clone(&files));
        Ok(files)
    }

    /// A file of the stage before as a stage begins with it: in its new place, and with the stage's
    /// own names in place of the other's.
    fn taken_over(&self, before: &Stage, stage: &Stage, file: &str) -> anyhow::Result<String> {
        let files = self.files(before)?;
        let text = stage.origin_of(file).and_then(|origin| files.get(origin));
        let text = text.map_or("", String::as_str);
        let names = [before.directory.clone(), before.name('-'), before.name('_')];
        if stage.moved.is_empty() && names.iter().all(|name| !text.contains(name)) {
            return Ok(text.to_owned());
        }
        let text = before.translate(stage, text.as_bytes());
        String::from_utf8(text).context("names are text")
    }

    /// The files in which a stage differs from the one before, but for those that are recorded.
    pub(crate) fn differing(&self, stage: &Stage) -> anyhow::Result<Rc<Vec<String>>> {
        if let Some(files) = self.differing.borrow().get(&stage.directory) {
            return Ok(Rc::clone(files));
        }
        let mut differing: BTreeSet<String> = self.files(stage)?.keys().cloned().collect();
        if let Some(before) = self.before(stage) {
            let were = self.files(before)?;
            differing.extend(were.keys().map(|file| stage.place_of(file).to_owned()));
            for (file, text) in self.files(stage)?.iter() {
                if stage.origin_of(file).is_some_and(|origin| were.contains_key(origin))
                    && *text == self.taken_over(before, stage, file)?
                {
                    differing.remove(file);
                }
            }
        }
        differing.retain(|file| !stage.recorded.contains(file));
        let differing = Rc::new(Vec::from_iter(differing));
        self.differing.borrow_mut().insert(stage.directory.clone(), Rc::clone(&differing));
        Ok(differing)
    }

    /// A file of a stage, and what the stage before has of it.
    pub(crate) fn alignment(&self, stage: &Stage, file: &str) -> anyhow::Result<Rc<Alignment>> {
        let key = (stage.directory.clone(), file.to_owned());
        if let Some(alignment) = self.alignments.borrow().get(&key) {
            return Ok(Rc::clone(alignment));
        }
        let old = match self.before(stage) {
            Some(before) => {
                let text = self.taken_over(before, stage, file)?;
                self.parsed(file, &text).with_context(|| before.path_of(file))?
            }
            None => Rc::default(),
        };
        let alignment = Rc::new(Alignment::new(old, self.source(stage, file)?));
        self.alignments.borrow_mut().insert(key, Rc::clone(&alignment));
        Ok(alignment)
    }

    /// A file of a stage, taken apart. One that is not there is empty.
    pub(crate) fn source(&self, stage: &Stage, file: &str) -> anyhow::Result<Rc<Source>> {
        let files = self.files(stage)?;
        let text = files.get(file).map_or("", String::as_str);
        self.parsed(file, text).with_context(|| stage.path_of(file))
    }

    /// A file that belongs to no stage, taken apart.
    pub(crate) fn source_at(&self, path: &str) -> anyhow::Result<Rc<Source>> {
        self.parsed(path, &self.text(path)?).with_context(|| path.to_owned())
    }

    /// Takes a text apart, once for all stages that have it.
    fn parsed(&self, file: &str, text: &str) -> anyhow::Result<Rc<Source>> {
        let ending = file.rsplit('.').next().unwrap_or_default();
        let key = (ending.to_owned(), text.to_owned());
        if let Some(source) = self.sources.borrow().get(&key) {
            return Ok(Rc::clone(source));
        }
        let source = Rc::new(Source::parse(file, text)?);
        self.sources.borrow_mut().insert(key, Rc::clone(&source));
        Ok(source)
    }
}

//! The steps by which a reader makes a stage out of the one before.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::{Context, bail, ensure};

use crate::block;
use crate::course::Course;
use crate::directive::Directive;
use crate::draft::Draft;
use crate::html::escaped;
use crate::hunk;
use crate::page::Page;

/// What a reader has who has typed every step so far.
#[derive(Default)]
pub(crate) struct Steps {
    /// By the stage's directory and the file.
    drafts: BTreeMap<(String, String), Draft>,
    /// The page of the last step, and how many it has.
    numbered: (String, usize),
    /// Whether the last step left a program that does not compile.
    is_broken: bool,
}

impl Steps {
    /// `{{#change src/db.rs::Db::get}}`: the next step. With `compiles="later"`, one after which the
    /// program does not compile yet.
    pub fn change(
        &mut self,
        course: &Course,
        page: &Page<'_>,
        directive: &Directive,
    ) -> anyhow::Result<String> {
        directive.knows(&["compiles", "folded"])?;
        ensure!(!directive.arguments.is_empty(), "'change' takes what is to be changed");
        let step = self.next(page, directive)?;
        let mut html = String::new();
        for (file, paths) in by_file(&directive.arguments) {
            if is_directory(file) {
                html.push_str(&self.directory(course, page, file, &step)?);
            } else {
                html.push_str(&self.file(course, page, file, &paths, &step)?);
            }
        }
        let what = directive.arguments.join(" ");
        ensure!(!html.is_empty(), "nothing is left to be shown of '{what}': leave this out");
        // A link to a step leads to its first file.
        let html = html.replacen("<figure ", &format!("<figure id=\"{}\" ", step.id()), 1);
        Ok(match directive.options.get("folded") {
            Some(title) => block::folded(&escaped(title), &html),
            None => html,
        })
    }

    /// Counts a step of the page.
    fn next(&mut self, page: &Page<'_>, directive: &Directive) -> anyhow::Result<Step> {
        if self.numbered.0 != page.file {
            self.numbered = (page.file.clone(), 0);
        }
        self.numbered.1 += 1;
        let is_broken = match directive.options.get("compiles").map(String::as_str) {
            None => false,
            Some("later") => true,
            Some(other) => bail!("'compiles' is \"later\", not \"{other}\""),
        };
        let was_broken = std::mem::replace(&mut self.is_broken, is_broken);
        Ok(Step { number: self.numbered.1, is_broken, mends: was_broken && !is_broken })
    }

    /// All that is left to be shown of the files of a directory, each of them folded.
    fn directory(
        &mut self,
        course: &Course,
        page: &Page<'_>,
        directory: &str,
        step: &Step,
    ) -> anyhow::Result<String> {
        let prefix = format!("{}/", directory.trim_end_matches('/'));
        let mut html = String::new();
        for file in course.differing(page.stage()?)?.iter() {
            if !file.starts_with(&prefix) || self.draft(course, page, file)?.is_finished() {
                continue;
            }
            let block = self.file(course, page, file, &[], step)?;
            let alignment = course.alignment(page.stage()?, file)?;
            let summary = format!(
                "<code class=\"nohighlight\">{}</code> {}",
                escaped(file),
                alignment.summary()
            );
            html.push_str(&block::folded(&summary, &block));
        }
        Ok(html)
    }

    fn file(
        &mut self,
        course: &Course,
        page: &Page<'_>,
        file: &str,
        paths: &[&str],
        step: &Step,
    ) -> anyhow::Result<String> {
        let draft = self.draft(course, page, file)?;
        let rows = draft.select(paths).with_context(|| page.path_of(file))?;
        let is_new = draft.current().is_empty();
        let hunks = hunk::step(draft, &rows).with_context(|| page.path_of(file))?;
        let is_gone = draft.alignment.new.lines.is_empty() && draft.is_finished();
        let note = match (is_new, is_gone) {
            (true, _) => " <span class=\"code-note\">new file</span>",
            (_, true) => " <span class=\"code-note\">remove this file</span>",
            _ => "",
        };
        let caption = format!(
            "{}<code class=\"code-file nohighlight\">{}</code>{note}{}",
            step.number(),
            escaped(file),
            step.note()
        );
        Ok(block::hunks(&draft.alignment, &hunks, "step", &caption))
    }

    fn draft(
        &mut self,
        course: &Course,
        page: &Page<'_>,
        file: &str,
    ) -> anyhow::Result<&mut Draft> {
        let stage = page.stage()?;
        let key = (stage.directory.clone(), file.to_owned());
        if !self.drafts.contains_key(&key) {
            let alignment = course.alignment(stage, file)?;
            let there = !alignment.rows.is_empty();
            ensure!(there, "there is no file '{}'", stage.path_of(file));
            self.drafts.insert(key.clone(), Draft::new(alignment));
        }
        self.drafts.get_mut(&key).context("a draft that has just been made")
    }

    /// What no step of a page's stage has shown so far in the files that `concerns` picks: a line
    /// of text for each file.
    pub fn missing(
        &mut self,
        course: &Course,
        page: &Page<'_>,
        concerns: impl Fn(&str) -> bool,
    ) -> anyhow::Result<Vec<String>> {
        let mut missing = Vec::new();
        for file in course.differing(page.stage()?)?.iter().filter(|file| concerns(file)) {
            let draft = self.draft(course, page, file)?;
            let (added, removed) = draft.missing();
            for (stage, ranges) in [(page.stage, added), (page.before, removed)] {
                let Some(stage) = stage.filter(|_| !ranges.is_empty()) else { continue };
                let lines: Vec<String> = ranges.iter().map(lines).collect();
                let lines = lines.join(", ");
                let mut what = format!("{} lines {lines} are in no change", stage.path_of(file));
                if !draft.gone.is_empty() {
                    let gone = draft.gone.join(", ");
                    what.push_str(&format!("; only the stage before has what one shows: {gone}"));
                }
                missing.push(what);
            }
        }
        Ok(missing)
    }
}

/// One step of a page, which may change several files.
struct Step {
    /// Counted from 1 on each page.
    number: usize,
    /// The program does not compile after it.
    is_broken: bool,
    /// The program compiles after it, and did not before.
    mends: bool,
}

impl Step {
    fn id(&self) -> String {
        format!("step-{}", self.number)
    }

    fn number(&self) -> String {
        let (id, number) = (self.id(), self.number);
        format!(
            "<a class=\"step-link\" href=\"#{id}\">Step <span class=\"code-step\">{number}</span></a> "
        )
    }

    /// What the reader must know before the compiler says so.
    fn note(&self) -> &'static str {
        match (self.is_broken, self.mends) {
            (true, _) => " <span class=\"code-broken\">does not compile yet</span>",
            (_, true) => " <span class=\"code-mended\">compiles again</span>",
            _ => "",
        }
    }
}

/// Lines as a person counts them: `12`, `12-14`.
fn lines(range: &Range<usize>) -> String {
    match range.len() {
        1 => format!("{}", range.start + 1),
        _ => format!("{}-{}", range.start + 1, range.end),
    }
}

/// `tests`, `benches`: all files below. Files have an ending.
fn is_directory(what: &str) -> bool {
    !what.rsplit('/').next().unwrap_or_default().contains('.')
}

/// Groups what is asked for by file, in the order in which the files are named.
fn by_file(arguments: &[String]) -> Vec<(&str, Vec<&str>)> {
    let mut files: Vec<(&str, Vec<&str>)> = Vec::new();
    for argument in arguments {
        let (file, path) = match (argument.split_once("::"), argument.find('~')) {
            (Some((file, path)), _) => (file, Some(path)),
            // Some lines of the whole file.
            (None, Some(part)) => (&argument[..part], Some(&argument[part..])),
            (None, None) => (argument.as_str(), None),
        };
        match files.iter_mut().find(|(known, _)| *known == file) {
            // The whole file is all of its items.
            Some((_, paths)) if path.is_none() => paths.clear(),
            Some((_, paths)) if !paths.is_empty() => paths.extend(path),
            Some(_) => {}
            None => files.push((file, path.into_iter().collect())),
        }
    }
    files
}

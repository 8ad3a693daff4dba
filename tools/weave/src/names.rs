//! Names of the code in a chapter's prose.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;

use pulldown_cmark::{Event, Parser};
use xtask::Stage;

use crate::course::Course;
use crate::page::Page;
use crate::source::Source;

/// What every type has, by no word of its own.
const OF_ALL: &[&str] =
    &["borrow", "from", "into", "to_owned", "to_string", "try_from", "try_into"];

/// Checks chapters, and keeps the names of the stages.
#[derive(Default)]
pub(crate) struct NameChecker {
    /// By the stage's directory.
    names: BTreeMap<String, Rc<Names>>,
}

impl NameChecker {
    /// Finds inline code that names something of the stage which is not there: `Db::get`,
    /// `db::Db::get`, `is_expired()`. What begins with no name of the stage, nor of the one
    /// before, is somebody else's, and whoever means such a thing although it sounds like one of
    /// the stage's writes `<code>`. Returns where they stand, and what is wrong.
    pub fn check(
        &mut self,
        course: &Course,
        page: &Page<'_>,
        text: &str,
    ) -> anyhow::Result<Vec<(Range<usize>, String)>> {
        let Some(stage) = page.stage else { return Ok(Vec::new()) };
        let now = self.names(course, stage)?;
        let before = page.before.map(|before| self.names(course, before)).transpose()?;
        let mut faults = Vec::new();
        for (event, place) in Parser::new(text).into_offset_iter() {
            let Event::Code(code) = event else { continue };
            let Some((path, is_call)) = path_in(&code) else { continue };
            let path = path.strip_prefix("crate::").unwrap_or(path);
            let path = path.strip_prefix(&format!("{}::", stage.name('_'))).unwrap_or(path);
            let is_ours = |names: &Names| names.knows(path, is_call);
            if (is_ours(&now) || before.as_deref().is_some_and(is_ours)) && !now.has(path) {
                let number = stage.number;
                let what = format!("stage {number:02} has no `{path}`");
                let way_out = format!("if something else is meant, write <code>{path}</code>");
                faults.push((place, format!("{what}; {way_out}")));
            }
        }
        Ok(faults)
    }

    fn names(&mut self, course: &Course, stage: &Stage) -> anyhow::Result<Rc<Names>> {
        if let Some(names) = self.names.get(&stage.directory) {
            return Ok(Rc::clone(names));
        }
        let names = Rc::new(Names::of(course, stage)?);
        self.names.insert(stage.directory.clone(), Rc::clone(&names));
        Ok(names)
    }
}

/// The path in `Db::get` and in `Db::get(key)`, and whether something is called. A single name
/// that is not called may be anything.
fn path_in(code: &str) -> Option<(&str, bool)> {
    let (path, is_call) = match code.split_once('(') {
        Some((path, rest)) => (path, rest.ends_with(')').then_some(true)?),
        None => (code, false),
    };
    let is_name = |name: &str| {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        name.chars().all(word) && name.starts_with(|c: char| !c.is_ascii_digit())
    };
    let is_path = path.split("::").all(is_name) && (is_call || path.contains("::"));
    is_path.then_some((path, is_call))
}

/// All names of a stage.
struct Names {
    /// By the module that each file is.
    sources: BTreeMap<String, Vec<Rc<Source>>>,
    /// With what a path may begin.
    first: BTreeSet<String>,
    /// What may be called.
    last: BTreeSet<String>,
}

impl Names {
    fn of(course: &Course, stage: &Stage) -> anyhow::Result<Names> {
        let mut names =
            Names { sources: BTreeMap::new(), first: BTreeSet::new(), last: BTreeSet::new() };
        for file in course.files(stage)?.keys() {
            let Some(module) = file.strip_suffix(".rs") else { continue };
            let module = module.rsplit('/').next().unwrap_or(module);
            let source = course.source(stage, file)?;
            for path in source.paths() {
                names.first.extend(path.split("::").next().map(str::to_owned));
                names.last.extend(path.rsplit("::").next().map(str::to_owned));
            }
            names.sources.entry(module.to_owned()).or_default().push(source);
        }
        Ok(names)
    }

    /// Whether a path begins with a name of the stage.
    fn knows(&self, path: &str, is_call: bool) -> bool {
        match path.split_once("::") {
            Some((first, _)) => self.first.contains(first) || self.sources.contains_key(first),
            None => is_call && self.last.contains(path),
        }
    }

    fn has(&self, path: &str) -> bool {
        let Some((first, rest)) = path.split_once("::") else { return self.last.contains(path) };
        let in_module = self
            .sources
            .get(first)
            .is_some_and(|sources| sources.iter().any(|source| source.has(rest)));
        let everywhere = || self.sources.values().flatten();
        let is_of_all = path.rsplit("::").next().is_some_and(|last| OF_ALL.contains(&last));
        in_module || is_of_all || everywhere().any(|source| source.has(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_or_a_call_is_taken_for_a_name() {
        for (code, expected) in [
            ("Db::get", Some(("Db::get", false))),
            ("db::Db::get(key, now)", Some(("db::Db::get", true))),
            ("is_expired()", Some(("is_expired", true))),
            ("get", None),
            ("SET key value", None),
            ("Vec<u8>", None),
            ("::get", None),
            ("a ::b", None),
            ("f(x) + 1", None),
            ("::1", None),
            ("127::1", None),
        ] {
            assert_eq!(path_in(code), expected, "{code}");
        }
    }
}

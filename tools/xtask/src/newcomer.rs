//! A new stage: a copy of the one before it, with its pages of the book and its lines in the lists.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use toml_edit::{DocumentMut, value};

use crate::lessons::Lessons;
use crate::stage::Stage;

const MANIFEST: &str = "Cargo.toml";
const README: &str = "README.md";
const SUMMARY: &str = "book/src/SUMMARY.md";
const INTRO: &str = "book/src/intro.md";
const PICTURE: &str = "book/images/RR.svg";
/// In the picture: what comes before the badges of all stages, a stage that is still to come, one
/// that is there, and its number.
const PARTS: &str = "<!-- The parts of the course.";
const OUTLINE: &str = "<use href=\"#planned\" ";
const BADGE: &str = "<use href=\"#badge\" ";
const NUMBER: &str = "<text class=\"n\" ";
const ORDER: &str = "tests/transcripts/order.toml";

/// The sections of a chapter. A test of weave finds those in which nothing is written.
const CHAPTER: &str = "\
{{#map}}

{{#start}}

## Predict before you look

## The code

## Run it

## How the real Redis does it

## Break it

## Exercises

## Questions

## For teachers

## The whole difference

{{#diff}}
";

/// Where the newest stage is named, beside the lists of all.
fn default_member(stage: &Stage) -> String {
    format!("default-members = [\"{}\"]", stage.path())
}

/// The list of the tests of the core that a stage must pass.
fn core_list(stage: &Stage) -> String {
    format!("tests/core/{}.rs", stage.directory)
}

/// What the lists of the stages say of one. What is not known is left empty, which tests find.
#[derive(Debug, Default)]
pub struct Wording {
    /// The title of its chapter; if there is none, it is made of the name.
    pub title: Option<String>,
    /// What its server does, in a few words.
    pub does: Option<String>,
    /// What a reader learns in it, in a few words.
    pub teaches: Option<String>,
}

/// A stage that does not exist yet.
pub(crate) struct Newcomer<'a> {
    root: &'a Path,
    before: &'a Stage,
    stage: Stage,
    title: String,
    does: Option<String>,
}

impl<'a> Newcomer<'a> {
    /// `directory` is a name such as `09-scan`, of the number after that of `before`.
    pub(crate) fn new(
        root: &'a Path,
        before: &'a Stage,
        directory: &str,
        wording: Wording,
    ) -> anyhow::Result<Newcomer<'a>> {
        let number = number_of(directory)?;
        ensure!(
            number == before.number + 1,
            "after {} comes stage {:02}, not {directory}",
            before.directory,
            before.number + 1
        );
        let Wording { title, does, teaches } = wording;
        let teaches = teaches.unwrap_or_default();
        let stage = Stage { number, teaches, ..Stage::named(directory) };
        let title = title.unwrap_or_else(|| title_of(directory));
        Ok(Newcomer { root, before, stage, title, does })
    }

    /// Returns the files that it brings, and those that name it, as they are to be.
    pub(crate) fn files(&self) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
        let mut files = BTreeMap::new();
        for (file, contents) in self.before.files(self.root)? {
            files.insert(self.stage.path_of(&file), self.before.translate(&self.stage, &contents));
        }
        let is_described = match files.get_mut(&self.stage.path_of(MANIFEST)) {
            Some(manifest) => self.describe(manifest)?,
            None => false,
        };
        if let Some(list) = self.core_list()? {
            files.insert(core_list(&self.stage), list.into());
        }
        for (page, text) in self.pages() {
            files.insert(format!("book/src/stages/{}{page}.md", self.stage.directory), text.into());
        }
        for (file, text) in [
            (Lessons::PATH, self.in_lessons(is_described)?),
            (ORDER, self.in_order()?),
            (SUMMARY, self.in_summary()?),
            (INTRO, self.in_table(INTRO, &format!("stages/{}.md", self.before.directory))?),
            (README, self.in_table(README, &self.before.path())?),
        ] {
            files.insert(file.to_owned(), text.into());
        }
        if let Some(picture) = self.in_picture()? {
            files.insert(PICTURE.to_owned(), picture.into());
        }
        let manifest = self.read(MANIFEST)?;
        if manifest.contains(&default_member(self.before)) {
            let text = manifest.replace(&default_member(self.before), &default_member(&self.stage));
            files.insert(MANIFEST.to_owned(), text.into());
        }
        Ok(files)
    }

    /// Puts what the server does into the description of its package, if both are there. Returns
    /// whether they are.
    fn describe(&self, manifest: &mut Vec<u8>) -> anyhow::Result<bool> {
        let Some(does) = &self.does else { return Ok(false) };
        let path = || self.stage.path_of(MANIFEST);
        let text = str::from_utf8(manifest).with_context(path)?;
        let mut document: DocumentMut = text.parse().with_context(path)?;
        let Some(description) =
            document.get_mut("package").and_then(|it| it.get_mut("description"))
        else {
            return Ok(false);
        };
        *description = value(does);
        *manifest = document.to_string().into_bytes();
        Ok(true)
    }

    /// The list of the tests of the core, which the first stage does not have.
    fn core_list(&self) -> anyhow::Result<Option<String>> {
        let list = core_list(self.before);
        if !self.root.join(&list).is_file() {
            return Ok(None);
        }
        let words = |stage: &Stage| format!("that stage {:02} must pass", stage.number);
        Ok(Some(self.read(&list)?.replace(&words(self.before), &words(&self.stage))))
    }

    fn pages(&self) -> [(&'static str, String); 3] {
        let Stage { number, directory, .. } = &self.stage;
        let has_list = self.root.join(core_list(self.before)).is_file();
        let list = format!("\n{{{{#file {}}}}}\n", core_list(&self.stage));
        let list = if has_list { list } else { String::new() };
        [
            ("", format!("# {number:02} \u{b7} {}\n\n{CHAPTER}", self.title)),
            ("/tests", format!("# The tests of stage {number:02}\n\n{{{{#transcripts}}}}\n{list}")),
            (
                "/changes",
                format!(
                    "# All that stage {number:02} changes\n\n\
                     What the steps of [the chapter](../{directory}.md) add up to, file by file.\n\n\
                     {{{{#diff}}}}\n"
                ),
            ),
        ]
    }

    /// Adds the stage to the table of lessons. A package with another description has changed.
    fn in_lessons(&self, is_described: bool) -> anyhow::Result<String> {
        let text = self.read(Lessons::PATH)?;
        let Stage { number, directory, teaches, .. } = &self.stage;
        let teaches = value(teaches);
        let changed = if is_described { "changed = [\"Cargo.toml\"]\n" } else { "" };
        let entry = format!(
            "[[stage]]\nnumber = {number}\ndirectory = \"{directory}\"\nteaches = {}\n{changed}",
            teaches.to_string().trim()
        );
        let before = format!("directory = \"{}\"", self.before.directory);
        let place =
            text.find(&before).with_context(|| format!("{}: no {before}", Lessons::PATH))?;
        Ok(match text[place..].find("[[stage]]") {
            Some(next) => {
                let (head, tail) = text.split_at(place + next);
                format!("{head}{entry}\n{tail}")
            }
            None => format!("{}\n\n{entry}", text.trim_end()),
        })
    }

    /// Adds a step and a fine print without transcripts after those of the stage before.
    fn in_order(&self) -> anyhow::Result<String> {
        let text = self.read(ORDER)?;
        let directory = &self.stage.directory;
        let entry = format!(
            "[[{directory}.step]]\ntitle = \"\"\nclaims = []\n\n[{directory}.fine_print]\nclaims = []\n"
        );
        let of_before =
            [format!("[[{}.", self.before.directory), format!("[{}.", self.before.directory)];
        let last = of_before.iter().filter_map(|header| text.rfind(&format!("\n{header}"))).max();
        let last =
            last.with_context(|| format!("{ORDER} does not name {}", self.before.directory))?;
        Ok(match text[last + 1..].find("\n[") {
            Some(next) => {
                let (head, tail) = text.split_at(last + 1 + next + 1);
                format!("{head}{entry}\n{tail}")
            }
            None => format!("{}\n\n{entry}", text.trim_end()),
        })
    }

    fn in_summary(&self) -> anyhow::Result<String> {
        let Stage { number, directory, .. } = &self.stage;
        let lines = format!(
            "- [{number:02} \u{b7} {}](stages/{directory}.md)\n    \
                 - [The tests of stage {number:02}](stages/{directory}/tests.md)\n    \
                 - [All that stage {number:02} changes](stages/{directory}/changes.md)\n",
            self.title
        );
        let is_before = |line: &str| line.contains(&format!("(stages/{}", self.before.directory));
        self.after(SUMMARY, is_before, |_| lines)
    }

    /// Makes a badge of the first outline in the picture of the course, if that has one, and numbers
    /// the badges anew: those of later stages have moved on.
    fn in_picture(&self) -> anyhow::Result<Option<String>> {
        let text = self.read(PICTURE)?;
        let Some((before, rest)) = text.split_once(OUTLINE) else { return Ok(None) };
        let (place, after) = rest.split_once("/>").context(PICTURE)?;
        let at = |name: &str| {
            let (_, value) = place.split_once(&format!("{name}=\""))?;
            value.split_once('"')?.0.parse::<f64>().ok()
        };
        let (x, y) = at("x").zip(at("y")).with_context(|| format!("{PICTURE}: {place}"))?;
        let (x, y) = (x + 17.0, y + 16.5);
        let text = format!("{before}{BADGE}{place}/>{NUMBER}x=\"{x}\" y=\"{y}\"></text>{after}");
        let (head, parts) =
            text.split_once(PARTS).with_context(|| format!("{PICTURE}: no {PARTS}"))?;
        let mut number = 0;
        let parts = parts.split_inclusive('\n').map(|line| match line.split_once(NUMBER) {
            Some((badge, rest)) if line.starts_with(BADGE) => {
                number += 1;
                let (start, rest) = rest.split_once('>').unwrap_or((rest, ""));
                let (_, end) = rest.split_once('<').unwrap_or(("", rest));
                format!("{badge}{NUMBER}{start}>{number:02}<{end}")
            }
            _ => line.to_owned(),
        });
        Ok(Some(format!("{head}{PARTS}{}", parts.collect::<String>())))
    }

    /// Adds a row to a table whose first cells are links to the stages. Then come what the server does
    /// and what the stage teaches, and a count of lines, which is that of the stage before.
    fn in_table(&self, file: &str, target: &str) -> anyhow::Result<String> {
        let is_row = |line: &str| line.starts_with('|') && line.contains(&format!("]({target})"));
        self.after(file, is_row, |row| {
            let link = if file == INTRO {
                let Stage { number, directory, .. } = &self.stage;
                format!(" [{number:02} \u{b7} {}](stages/{directory}.md) ", self.title)
            } else {
                let text = self.stage.directory.replace('-', "\u{2011}");
                format!(" [{text}]({}) ", self.stage.path())
            };
            let cells = row.trim_end().trim_matches('|').split('|').enumerate();
            let cells: Vec<String> = cells
                .map(|(index, cell)| match index {
                    0 => link.clone(),
                    _ if cell.trim().parse::<usize>().is_ok() => cell.to_owned(),
                    1 => format!(" {} ", self.does.as_deref().unwrap_or_default()),
                    _ => format!(" {} ", self.stage.teaches),
                })
                .collect();
            format!("|{}|\n", cells.join("|"))
        })
    }

    /// Returns a file with something added after the last line that is the stage's before.
    fn after(
        &self,
        file: &str,
        is_before: impl Fn(&str) -> bool,
        added: impl FnOnce(&str) -> String,
    ) -> anyhow::Result<String> {
        let text = self.read(file)?;
        let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        let place = lines.iter().rposition(|line| is_before(line));
        let place =
            place.with_context(|| format!("{file} does not name {}", self.before.directory))?;
        let added = added(&lines[place]);
        lines.insert(place + 1, added);
        Ok(lines.concat())
    }

    fn read(&self, file: &str) -> anyhow::Result<String> {
        fs::read_to_string(self.root.join(file)).with_context(|| format!("cannot read {file}"))
    }
}

/// Returns the number that a stage's name begins with.
pub(crate) fn number_of(directory: &str) -> anyhow::Result<u8> {
    let parts = directory.split_once('-').filter(|(number, name)| {
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        number.len() == 2
            && number.bytes().all(|b| b.is_ascii_digit())
            && name.split('-').all(is_word)
    });
    let (number, _) =
        parts.with_context(|| format!("'{directory}' is no name of a stage, such as 09-scan"))?;
    Ok(number.parse()?)
}

/// `09-any-client` is titled "Any client", unless something else is asked for.
fn title_of(directory: &str) -> String {
    let words = directory.split('-').skip(1).collect::<Vec<_>>().join(" ");
    let mut letters = words.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

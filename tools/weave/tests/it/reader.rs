//! A reader who has only the page, and types what it shows.

use std::collections::BTreeMap;

use pulldown_cmark::{Options, Parser, html};
use scraper::{ElementRef, Html, Selector};

/// The files of a stage as they are on the reader's disk.
pub struct Reader {
    pub files: BTreeMap<String, String>,
}

/// A numbered step of a page.
#[derive(Default)]
pub struct Step {
    pub number: usize,
    /// Whether the page says that the program does not compile after it.
    pub is_broken: bool,
    /// The files that it changes.
    pub files: Vec<String>,
    /// How many lines are typed.
    pub lines: usize,
}

impl Reader {
    /// Does everything that a page asks for, in its order.
    pub fn follow(&mut self, woven: &str) {
        self.follow_steps(woven, |_, _| ());
    }

    /// Does everything that a page asks for, and calls `after` after each step of it.
    pub fn follow_steps(&mut self, woven: &str, mut after: impl FnMut(&Reader, &Step)) {
        let page = Html::parse_document(&render(woven));
        let figures = selector("figure.step");
        let mut figures = page.select(&figures).peekable();
        let number = |figure: ElementRef<'_>| {
            let number = text(figure, "figcaption .code-step").expect("a step has a number");
            number.parse::<usize>().expect("a number")
        };
        let mut step = Step::default();
        while let Some(figure) = figures.next() {
            step.number = number(figure);
            step.is_broken = text(figure, "figcaption .code-broken").is_some();
            step.files.push(text(figure, "figcaption .code-file").expect("a step names its file"));
            step.lines += figure.select(&selector("ins")).count();
            self.step(figure);
            if figures.peek().is_none_or(|&next| number(next) != step.number) {
                after(self, &std::mem::take(&mut step));
            }
        }
    }

    /// Changes one file.
    fn step(&mut self, figure: ElementRef<'_>) {
        let file = text(figure, "figcaption .code-file").expect("a step names its file");
        let note = text(figure, "figcaption .code-note");
        let current = match note.as_deref() {
            Some("new file") => {
                assert!(!self.files.contains_key(&file), "{file} is there already");
                String::new()
            }
            _ => self.files.remove(&file).unwrap_or_else(|| panic!("there is no {file} yet")),
        };
        let mut lines: Vec<String> = current.lines().map(str::to_owned).collect();
        let mut from = 0;
        for hunk in figure.select(&selector(".hunk")) {
            from = apply(&file, &mut lines, from, hunk);
        }
        if note.as_deref() == Some("remove this file") {
            assert_eq!(lines, Vec::<String>::new(), "{file} is to be removed");
        } else {
            let text = lines.iter().map(|line| format!("{line}\n")).collect();
            self.files.insert(file, text);
        }
    }
}

/// Finds the place of a hunk and changes the lines there. Returns where it ends.
fn apply(file: &str, lines: &mut Vec<String>, from: usize, hunk: ElementRef<'_>) -> usize {
    let words = text(hunk, ".code-place").unwrap_or_default();
    let anchor = text(hunk, ".code-anchor").map(|anchor| only(file, lines, &anchor));
    let shown: Vec<(bool, bool, String)> = hunk
        .select(&selector("pre code > *"))
        .map(|line| {
            let text: String = line.text().collect();
            let text = text.strip_suffix('\n').expect("a line ends").to_owned();
            assert!(!text.contains('\n'), "one element for two lines: {text:?}");
            (line.value().name() != "ins", line.value().name() != "del", text)
        })
        .collect();
    let before: Vec<&String> = shown.iter().filter(|line| line.0).map(|line| &line.2).collect();
    let after: Vec<String> =
        shown.iter().filter(|line| line.1).map(|line| line.2.clone()).collect();
    assert!(!before.is_empty() || lines.is_empty(), "{file}: lines without a place: {after:#?}");
    let unchanged = shown.iter().take_while(|line| line.0 && line.1).count();
    let from = match (anchor, words.as_str()) {
        (Some(anchor), _) => anchor.saturating_sub(unchanged),
        (_, "at the end of the file") => lines.len() - before.len(),
        (_, "at the beginning of the file") => 0,
        (_, words) if words.starts_with("among the ") => 0,
        (_, "" | "further down") => from,
        (_, words) => panic!("{file}: nobody knows where {words:?} is"),
    };
    let place = (from..=lines.len().saturating_sub(before.len()))
        .find(|&at| lines[at..at + before.len()].iter().eq(before.iter().copied()))
        .unwrap_or_else(|| panic!("{file} has no such lines from line {from} on: {before:#?}"));
    let left = shown.iter().rev().take_while(|line| line.0 && line.1).count();
    let gap = place + unchanged..place + before.len() - left;
    if let Err(what) = agrees(&words, anchor, lines, gap) {
        panic!("{file}: {words:?}, but {what}: {after:#?}");
    }
    let end = place + after.len();
    lines.splice(place..place + before.len(), after);
    end
}

/// Where a line is that is there exactly once.
fn only(file: &str, lines: &[String], text: &str) -> usize {
    let mut places = (0..lines.len()).filter(|&at| lines[at].trim() == text);
    let place = places.next().unwrap_or_else(|| panic!("{file} has no line {text:?}"));
    assert!(places.next().is_none(), "{file} has the line {text:?} more than once");
    place
}

/// Holds what the page says of a place to what a reader sees there: the lines of `gap` are to be
/// replaced, and `anchor` is the line that the page names.
fn agrees(
    words: &str,
    anchor: Option<usize>,
    lines: &[String],
    gap: std::ops::Range<usize>,
) -> Result<(), String> {
    let is_blank = |at: &usize| lines[*at].trim().is_empty();
    let indent = |at: usize| lines[at].len() - lines[at].trim_start().len();
    let above = (0..gap.start).rev().find(|at| !is_blank(at));
    let below = (gap.end..lines.len()).find(|at| !is_blank(at));
    let hold = |holds: bool, what: &str| if holds { Ok(()) } else { Err(what.to_owned()) };
    let Some(anchor) = anchor else {
        return match words {
            "at the end of the file" => hold(below.is_none(), "lines follow"),
            "at the beginning of the file" => hold(above.is_none(), "lines come before"),
            _ => Ok(()),
        };
    };
    let closes = |at: usize| lines[at].trim_start().starts_with(['}', ')', ']', '.']);
    if words.ends_with(", at its beginning") {
        return hold(above == Some(anchor), "other lines come before");
    }
    if words.ends_with(", at its end") {
        let end = below.filter(|&at| closes(at) && indent(at) == indent(anchor));
        return hold(end.is_some(), "its end is elsewhere");
    }
    let items = |indent_of_them: usize| {
        let is_item = move |at: &usize| {
            let line = lines[*at].trim_start();
            if lines[anchor].starts_with('[') {
                return line.starts_with('['); // a table of a manifest
            }
            let is_note = line.is_empty() || line.starts_with("//") || line.starts_with('#');
            indent(*at) == indent_of_them && !is_note && !closes(*at)
        };
        (anchor..gap.start).rev().find(is_item)
    };
    if let Some((_, name)) = words.rsplit_once(", after ") {
        let is_it = |at: usize| {
            let mut parts = lines[at].split(|c: char| !c.is_alphanumeric() && c != '_');
            parts.any(|part| part == name)
        };
        let last = items(indent(anchor) + 4);
        return hold(last.is_some_and(is_it), "another member is between them");
    }
    if words.starts_with("after ") {
        return hold(items(indent(anchor)) == Some(anchor), "another item is between them");
    }
    Ok(())
}

/// The page as mdBook renders it.
pub fn render(woven: &str) -> String {
    let mut page = String::new();
    html::push_html(&mut page, Parser::new_ext(woven, Options::ENABLE_TABLES));
    page
}

pub fn selector(text: &str) -> Selector {
    Selector::parse(text).expect("a selector")
}

fn text(element: ElementRef<'_>, path: &str) -> Option<String> {
    element.select(&selector(path)).next().map(|found| found.text().collect())
}

//! What a stage changes, shown to be read.

use std::fmt::Write;

use anyhow::{Context, ensure};

use crate::block;
use crate::course::Course;
use crate::directive::Directive;
use crate::draft::Draft;
use crate::html::escaped;
use crate::hunk;
use crate::page::Page;

/// `{{#diff src/db.rs::Db::get}}`: how a file or an item differs from the stage before. No file at
/// all stands for everything that the chapter shows, each file folded. That is as much as all of the
/// chapter's steps, so the chapter itself only leads there: it has a page of its own.
pub(crate) fn diff(
    course: &Course,
    page: &Page<'_>,
    directive: &Directive,
) -> anyhow::Result<String> {
    directive.knows(&[])?;
    if !directive.arguments.is_empty() {
        return directive.arguments.iter().map(|what| block_of(course, page, what)).collect();
    }
    let stage = page.stage()?;
    let mut html = String::new();
    for file in course.differing(stage)?.iter().filter(|file| Page::is_for_chapter(file)) {
        let summary = course.alignment(stage, file)?.summary();
        let id = file.replace('/', "-");
        if page.is_chapter() {
            let _ = writeln!(html, "- [`{file}`]({}/changes.md#{id}) {summary}", stage.directory);
        } else {
            let summary = format!("<code class=\"nohighlight\">{}</code> {summary}", escaped(file));
            let fold = block::folded(&summary, &block_of(course, page, file)?);
            // What the chapter leads to.
            html.push_str(&fold.replacen("<details ", &format!("<details id=\"{id}\" "), 1));
        }
    }
    Ok(html)
}

fn block_of(course: &Course, page: &Page<'_>, what: &str) -> anyhow::Result<String> {
    let (file, path) =
        what.split_once("::").map_or((what, None), |(file, path)| (file, Some(path)));
    let alignment = course.alignment(page.stage()?, file)?;
    ensure!(!alignment.rows.is_empty(), "there is no file '{}'", page.path_of(file));
    let mut draft = Draft::new(alignment);
    let paths: Vec<&str> = path.into_iter().collect();
    let rows = draft.select(&paths).with_context(|| page.path_of(file))?;
    let hunks = hunk::step(&mut draft, &rows).with_context(|| page.path_of(file))?;
    let caption = format!("<code class=\"code-file nohighlight\">{}</code>", escaped(file));
    Ok(block::hunks(&draft.alignment, &hunks, "diff", &caption))
}

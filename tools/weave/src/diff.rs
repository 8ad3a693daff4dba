//! What a stage changes, shown to be read.

use anyhow::{Context, ensure};

use crate::block;
use crate::course::Course;
use crate::directive::Directive;
use crate::draft::Draft;
use crate::html::escaped;
use crate::hunk;
use crate::page::Page;

/// `{{#diff src/db.rs::Db::get}}`: how a file or an item differs from the stage before. Several
/// files are folded, and no file at all stands for everything that the chapter shows.
pub(crate) fn diff(
    course: &Course,
    page: &Page<'_>,
    directive: &Directive,
) -> anyhow::Result<String> {
    directive.knows(&[])?;
    if !directive.arguments.is_empty() {
        return directive.arguments.iter().map(|what| block_of(course, page, what)).collect();
    }
    let mut html = String::new();
    for file in course.differing(page.stage()?)?.iter() {
        if Page::is_for_chapter(file) {
            let summary = course.alignment(page.stage()?, file)?.summary();
            let summary = format!("<code class=\"nohighlight\">{}</code> {summary}", escaped(file));
            html.push_str(&block::folded(&summary, &block_of(course, page, file)?));
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

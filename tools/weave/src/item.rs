//! An item of a stage, shown to be read.

use std::iter;
use std::ops::Range;

use anyhow::ensure;

use crate::alignment::Kind;
use crate::block;
use crate::course::Course;
use crate::directive::Directive;
use crate::html::escaped;
use crate::page::Page;

/// `{{#item src/db.rs::Db::get}}`: the item as it is in the page's stage, with the lines marked
/// that the stage adds. `{{#item 03-set-get/src/db.rs}}`: as it is in that stage, with no marks.
pub(crate) fn item(
    course: &Course,
    page: &Page<'_>,
    directive: &Directive,
) -> anyhow::Result<String> {
    directive.knows(&["folded"])?;
    let what = directive.only("a file, or an item in it: 'src/db.rs::Db::get'")?;
    let (file, path) =
        what.split_once("::").map_or((what, None), |(file, path)| (file, Some(path)));
    let other = file.split_once('/').and_then(|(directory, file)| {
        let stage = course.stages().iter().find(|stage| stage.directory == directory)?;
        Some((stage, file))
    });
    let (stage, file, own) = match other {
        Some((stage, file)) => (stage, file, false),
        None => (page.stage()?, file, true),
    };
    let alignment = course.alignment(stage, file)?;
    let source = &alignment.new;
    ensure!(!source.lines.is_empty(), "there is no file '{}'", stage.path_of(file));
    let places: Vec<Range<usize>> = match path {
        Some(path) => source.find(path)?.iter().map(|name| name.body.clone()).collect(),
        None => iter::once(0..source.lines.len()).collect(),
    };
    let path = path.unwrap_or_default();
    ensure!(!places.is_empty(), "there is no '{path}' in {}", stage.path_of(file));
    let shown = if own { file.to_owned() } else { stage.path_of(file) };
    let mut html = format!(
        "<figure class=\"code item\">\n<figcaption><code class=\"code-file nohighlight\">{}</code></figcaption>\n",
        escaped(&shown)
    );
    for lines in places {
        let rows = alignment.rows_of_new(&lines).filter(|&row| alignment.rows[row].new.is_some());
        html.push_str(&block::pre(rows.map(|row| {
            let is_new = own && page.before.is_some() && alignment.rows[row].kind == Kind::Added;
            (if is_new { "mark" } else { "span" }, alignment.html(row))
        })));
    }
    html.push_str("</figure>\n");
    Ok(match directive.options.get("folded") {
        Some(title) => block::folded(&escaped(title), &html),
        None => html,
    })
}

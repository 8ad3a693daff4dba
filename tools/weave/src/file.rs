//! A file of the project that belongs to no stage, shown to be read.

use std::fmt::Write;

use anyhow::ensure;

use crate::block;
use crate::course::Course;
use crate::directive::Directive;
use crate::html::escaped;

/// `{{#file tests/core/07-keys/glob.rs}}`: these files, named as seen from the project's root.
pub(crate) fn file(course: &Course, directive: &Directive) -> anyhow::Result<String> {
    directive.knows(&["folded"])?;
    ensure!(!directive.arguments.is_empty(), "'file' takes the files to be shown");
    let mut html = String::new();
    for path in &directive.arguments {
        let source = course.source_at(path)?;
        let lines = (0..source.lines.len()).map(|line| ("span", source.html(line)));
        let _ = writeln!(
            html,
            "<figure class=\"code item\">\n\
             <figcaption><code class=\"code-file nohighlight\">{}</code></figcaption>\n{}</figure>",
            escaped(path),
            block::pre(lines)
        );
    }
    Ok(match directive.options.get("folded") {
        Some(title) => block::folded(&escaped(title), &html),
        None => html,
    })
}

//! Code as the page shows it.
//!
//! What is made here is put into Markdown, where a blank line would end it: so every line of code
//! is in an element of its own, with its end.

use std::fmt::Write;

use crate::alignment::{Alignment, Kind};
use crate::html::escaped;
use crate::hunk::{Anchor, Detail, Hunk};

/// A figure with the lines that change in a file.
pub(crate) fn hunks(alignment: &Alignment, hunks: &[Hunk], class: &str, caption: &str) -> String {
    let mut html = format!("<figure class=\"code {class}\">\n<figcaption>{caption}</figcaption>\n");
    for (index, hunk) in hunks.iter().enumerate() {
        html.push_str("<div class=\"hunk\">\n");
        if let Some(place) = place(hunk, index) {
            let _ = writeln!(html, "<p class=\"code-place\">{place}</p>");
        }
        let lines = hunk.rows.iter().zip(&hunk.changes).map(|(&row, &changes)| {
            let element = match alignment.rows[row].kind {
                _ if !changes => "span",
                Kind::Removed => "del",
                _ => "ins",
            };
            (element, alignment.html(row))
        });
        html.push_str(&pre(lines));
        html.push_str("</div>\n");
    }
    html + "</figure>\n"
}

/// Where the lines of a hunk belong, in words. The tests' reader follows them.
fn place(hunk: &Hunk, index: usize) -> Option<String> {
    let code = |class: &str, text: &str| {
        format!("<code class=\"{class}nohighlight\">{}</code>", escaped(text))
    };
    Some(match hunk.anchor.as_ref() {
        None if index == 0 => return None,
        None => "further down".to_owned(),
        Some(Anchor::Beginning) => "at the beginning of the file".to_owned(),
        Some(Anchor::End) => "at the end of the file".to_owned(),
        Some(Anchor::Head(word)) => format!("among the {} lines", code("", word)),
        Some(Anchor::Line { relation, line, detail }) => {
            let detail = match detail {
                None => String::new(),
                Some(Detail::AtItsBeginning) => ", at its beginning".to_owned(),
                Some(Detail::AtItsEnd) => ", at its end".to_owned(),
                Some(Detail::After(name)) => format!(", after {}", code("", name)),
            };
            format!("{relation} {}{detail}", code("code-anchor ", line))
        }
    })
}

/// Lines of code, each with the element that it is in: `span`, `ins` or `del`.
pub(crate) fn pre<'a>(lines: impl Iterator<Item = (&'static str, &'a str)>) -> String {
    let mut html = String::from("<pre><code class=\"nohighlight\">");
    for (element, line) in lines {
        let _ = write!(html, "<{element}>{line}\n</{element}>");
    }
    html + "</code></pre>\n"
}

/// A fold, closed.
pub(crate) fn folded(summary: &str, content: &str) -> String {
    format!("<details class=\"code-fold\"><summary>{summary}</summary>\n{content}</details>\n")
}

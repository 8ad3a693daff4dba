//! Code in a chapter itself, where no test sees it.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};

/// Finds blocks of code in a chapter. Only pictures of bytes are allowed: ```` ```text ````.
pub(crate) fn check(text: &str) -> Vec<(Range<usize>, String)> {
    let mut faults = Vec::new();
    for (event, place) in Parser::new(text).into_offset_iter() {
        let is_code = match &event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => &**language != "text",
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => true,
            Event::Html(html) => html.contains("<pre"),
            _ => false,
        };
        if is_code {
            let what = "a block of code that is not woven, so that no test holds it";
            faults.push((place, what.to_owned()));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_of_bytes_may_stand_in_a_chapter() {
        for (text, faults) in [
            ("a\n\n```text\n+OK\\r\\n\n```\n", 0),
            ("`a` and <code>b</code>", 0),
            ("a\n\n```rust\nfn f() {}\n```\n", 1),
            ("a\n\n```\nls\n```\n", 1),
            ("a\n\n    ls\n", 1),
            ("<pre>\nls\n</pre>\n", 1),
        ] {
            assert_eq!(check(text).len(), faults, "{text:?}");
        }
    }
}

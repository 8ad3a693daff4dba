//! The README, which is read beside the project's files and not in the book.

use std::fs;
use std::path::Path;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// More than this, and newcomers do not read it: what is longer is a page of the book. The rows of
/// the stages do not count: nobody reads all of them, and each stage brings one.
const MOST_LINES: usize = 145;

/// How the row of a stage begins.
const STAGE_ROW: &str = "| [";

/// The links and pictures of a text in the project's folder that lead to no file, or to no heading
/// in it.
#[must_use]
pub fn dead_links(root: &Path, text: &str) -> Vec<String> {
    let links = Parser::new_ext(text, Options::ENABLE_TABLES).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url),
        _ => None,
    });
    let mut dead = Vec::new();
    for link in links {
        if link.starts_with("https://") {
            continue;
        }
        let (path, heading) = link.split_once('#').map_or((&*link, None), |(p, h)| (p, Some(h)));
        let reason = match heading {
            _ if link.contains(':') => Some("it is neither a file nor https".to_owned()),
            _ if !root.join(path).exists() => Some(format!("there is no {path}")),
            None => None,
            Some(heading) => {
                let other = (!path.is_empty()).then(|| fs::read_to_string(root.join(path)));
                match other.unwrap_or_else(|| Ok(text.to_owned())) {
                    Err(error) => Some(error.to_string()),
                    Ok(page) if headings(&page).iter().any(|known| known == heading) => None,
                    Ok(_) => Some(format!("there is no heading '{heading}'")),
                }
            }
        };
        dead.extend(reason.map(|reason| format!("'{link}': {reason}")));
    }
    dead
}

/// Says so if the text is too long, without the rows of the stages.
#[must_use]
pub fn too_long(text: &str) -> Option<String> {
    let lines = text.lines().filter(|line| !line.starts_with(STAGE_ROW)).count();
    (lines > MOST_LINES).then(|| {
        format!("{lines} lines beside the rows of the stages, at most {MOST_LINES} are read")
    })
}

/// The headings of a text, as GitHub names them in links.
fn headings(text: &str) -> Vec<String> {
    let mut headings = Vec::new();
    let mut open: Option<String> = None;
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::Heading { .. }) => open = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => headings.extend(open.take()),
            Event::Text(text) | Event::Code(text) => {
                let name = text.chars().filter_map(|c| match c {
                    ' ' => Some('-'),
                    '-' | '_' => Some(c),
                    _ => c.is_alphanumeric().then_some(c),
                });
                if let Some(open) = &mut open {
                    open.extend(name.flat_map(char::to_lowercase));
                }
            }
            _ => {}
        }
    }
    headings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dead_links_of_the_readme_are_named() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("page.md"), "# A `KEYS` page, or 2\n").unwrap();
        let good =
            "# Top\n[x](page.md) [x](https://redis.io) [x](page.md#a-keys-page-or-2) [x](#top)";
        assert_eq!(dead_links(root.path(), good), [] as [String; 0]);
        for (link, reason) in [
            ("[x](other.md)", "'other.md': there is no other.md"),
            ("| a |\n|---|\n| ![x](x.png) |", "'x.png': there is no x.png"),
            ("[x](page.md#top)", "'page.md#top': there is no heading 'top'"),
            ("[x](#nowhere)", "'#nowhere': there is no heading 'nowhere'"),
            ("[x](http://redis.io)", "'http://redis.io': it is neither a file nor https"),
        ] {
            assert_eq!(dead_links(root.path(), link), [reason]);
        }
    }

    #[test]
    fn a_text_of_many_lines_is_too_long() {
        let rows = "| [01](stages/01-ping) | a server |\n".repeat(30);
        assert_eq!(too_long(&(rows.clone() + &"x\n".repeat(145))), None);
        assert!(too_long(&(rows + &"x\n".repeat(146))).is_some());
    }
}

//! Where a reader goes from the end of a page.
//!
//! mdBook's own arrows have no titles, and from a chapter they lead to its page of tests, which most
//! readers pass over.

use std::fmt::Write;

use mdbook_preprocessor::book::{Book, BookItem, Chapter};

use crate::html::escaped;

/// A chapter's title, and its page as seen from the book's root.
type Target = (String, String);

/// Ends each page with links to the chapter before and the one after. A chapter's own pages lead
/// back to it, and on to the next chapter.
pub fn link(book: &mut Book) {
    let targets: Vec<Target> = chapters(&mut book.items).map(|chapter| target(chapter)).collect();
    for (index, chapter) in chapters(&mut book.items).enumerate() {
        let before = index.checked_sub(1).and_then(|before| targets.get(before));
        let after = targets.get(index + 1);
        end(chapter, before, after);
        for page in chapters(&mut chapter.sub_items) {
            end(page, targets.get(index), after);
        }
    }
}

fn chapters(items: &mut [BookItem]) -> impl Iterator<Item = &mut Chapter> {
    items.iter_mut().filter_map(|item| match item {
        BookItem::Chapter(chapter) => Some(chapter),
        BookItem::Separator | BookItem::PartTitle(_) => None,
    })
}

/// The file of a page, with `/`.
fn file(chapter: &Chapter) -> String {
    chapter.path.as_ref().map_or(String::new(), |path| path.to_string_lossy().replace('\\', "/"))
}

fn target(chapter: &Chapter) -> Target {
    (chapter.name.clone(), file(chapter).replace(".md", ".html"))
}

/// The classes are those by which mdBook finds where its arrow keys lead.
fn end(page: &mut Chapter, before: Option<&Target>, after: Option<&Target>) {
    let up = "../".repeat(file(page).matches('/').count());
    page.content.push_str("\n\n<nav class=\"course-pages\" aria-label=\"Chapters\">\n");
    let links = [(before, "prev", "previous", "Previous"), (after, "next", "next", "Next")];
    for (target, relation, class, word) in links {
        if let Some((title, path)) = target {
            let title = escaped(title);
            let _ = writeln!(
                page.content,
                "<a rel=\"{relation}\" class=\"nav-chapters {class}\" href=\"{up}{path}\">\
                 <small>{word}</small> {title}</a>"
            );
        }
    }
    page.content.push_str("</nav>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(name: &str, path: &str, below: Vec<Chapter>) -> Chapter {
        let mut page = Chapter::new(name, "# Text".to_owned(), path, Vec::new());
        page.sub_items = below.into_iter().map(BookItem::Chapter).collect();
        page
    }

    /// Where the links of a page lead, and what they say.
    fn links(page: &Chapter) -> Vec<(&str, &str)> {
        let parts = page.content.split("href=\"").skip(1);
        let parts = parts.filter_map(|part| part.split_once("\"><small>"));
        parts.map(|(href, rest)| (href, rest.split_once("</a>").unwrap().0)).collect()
    }

    #[test]
    fn a_chapter_leads_to_the_next_one_and_not_to_its_tests() {
        let tests = page("Tests of 1", "stages/01/tests.md", vec![]);
        let mut book = Book::new();
        book.items = vec![
            BookItem::Chapter(page("Intro", "intro.md", vec![])),
            BookItem::PartTitle("Stages".to_owned()),
            BookItem::Chapter(page("01", "stages/01.md", vec![tests])),
            BookItem::Separator,
            BookItem::Chapter(page("02 <b>", "stages/02.md", vec![])),
        ];
        link(&mut book);
        let pages: Vec<&Chapter> = book.chapters().collect();
        let [intro, first, tests, second] = pages[..] else { panic!("{pages:?}") };
        assert_eq!(links(intro), [("stages/01.html", "Next</small> 01")]);
        let next = ("../stages/02.html", "Next</small> 02 &lt;b&gt;");
        assert_eq!(links(first), [("../intro.html", "Previous</small> Intro"), next]);
        assert_eq!(
            links(tests),
            [
                ("../../stages/01.html", "Previous</small> 01"),
                ("../../stages/02.html", "Next</small> 02 &lt;b&gt;")
            ]
        );
        assert_eq!(links(second), [("../stages/01.html", "Previous</small> 01")]);
    }
}

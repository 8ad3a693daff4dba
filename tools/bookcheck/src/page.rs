//! One page of the built book, and what is wrong with it whatever the other pages hold.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use scraper::{ElementRef, Html, Node, Selector};

/// What a page is held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// No directive is left.
    Woven,
    /// It contains no untested code.
    Code,
    /// Every picture says in words what it shows.
    Pictures,
    /// Everything that can be pressed or filled in has a name.
    Controls,
    /// One heading of the first level, and then no level left out.
    Headings,
    /// The page says in which language it is.
    Language,
    /// No two elements have the same id.
    Ids,
}

impl Check {
    /// All of them, with the name under which a test holds them.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::Woven, "no_directive_is_left"),
        (Self::Code, "no_code_stands_in_a_chapter_that_nobody_tested"),
        (Self::Pictures, "every_picture_says_in_words_what_it_shows"),
        (Self::Controls, "every_control_has_a_name"),
        (Self::Headings, "headings_leave_out_no_level"),
        (Self::Language, "every_page_says_its_language"),
        (Self::Ids, "no_id_is_given_twice"),
    ];
}

/// What one page holds and leads to.
pub(crate) struct Page {
    /// As seen from the site's root, with `/`.
    pub path: String,
    /// The length of its HTML.
    pub bytes: usize,
    /// What a fragment can lead to.
    pub ids: BTreeSet<String>,
    /// Where its links lead.
    pub links: BTreeSet<String>,
    /// What it loads: scripts, styles and pictures.
    pub loads: BTreeSet<String>,
    /// What is wrong with it.
    pub faults: Vec<(Check, String)>,
}

/// The language of code blocks that chapters may have: bytes as text.
const LANGUAGE: &str = "language-text";

impl Page {
    /// Reads a page of the site.
    pub fn read(root: &Path, path: &str) -> Result<Self> {
        let text =
            fs::read_to_string(root.join(path)).with_context(|| format!("cannot read {path}"))?;
        Ok(Self::parse(path, &text))
    }

    pub fn parse(path: &str, text: &str) -> Self {
        let html = Html::parse_document(text);
        let document = Document { html: &html, is_chapter: path.starts_with("stages/") };
        let mut faults = Vec::new();
        document.woven(&mut faults);
        document.code(&mut faults);
        document.pictures(&mut faults);
        document.controls(&mut faults);
        document.headings(&mut faults);
        document.language(&mut faults);
        document.ids(&mut faults);
        let values = |css: &str, attribute: &str| {
            let elements = document.all(css);
            let values = elements.into_iter().filter_map(|element| element.attr(attribute));
            values.map(str::to_owned).collect::<BTreeSet<String>>()
        };
        let mut loads = values("script[src], img[src], iframe[src], source[src]", "src");
        loads.extend(values("link[rel=stylesheet][href], link[rel~=icon][href]", "href"));
        Self {
            path: path.to_owned(),
            bytes: text.len(),
            ids: values("[id]", "id"),
            links: values("a[href], use[href]", "href"),
            loads,
            faults,
        }
    }
}

struct Document<'h> {
    html: &'h Html,
    is_chapter: bool,
}

type Faults = Vec<(Check, String)>;

impl<'h> Document<'h> {
    fn all(&self, css: &str) -> Vec<ElementRef<'h>> {
        // The selectors are constants, each of which the tests below use.
        Selector::parse(css).map(|css| self.html.select(&css).collect()).unwrap_or_default()
    }

    fn woven(&self, faults: &mut Faults) {
        for node in self.html.tree.nodes() {
            let Node::Text(text) = node.value() else { continue };
            let Some(start) = text.find("{{#") else { continue };
            // Elsewhere the book may show what a directive looks like.
            let is_code = node.ancestors().any(|node| is(node.value(), "code"));
            if self.is_chapter || !is_code {
                let rest = text.get(start..).unwrap_or_default();
                faults.push((Check::Woven, shortened(rest)));
            }
        }
    }

    fn code(&self, faults: &mut Faults) {
        let blocks = if self.is_chapter { self.all("main pre > code") } else { Vec::new() };
        for block in blocks {
            let class = block.attr("class").unwrap_or_default();
            let is_woven = class.split(' ').any(|class| class == "nohighlight");
            if !is_woven && !class.split(' ').any(|class| class == LANGUAGE) {
                faults.push((Check::Code, format!("'{class}': {}", shortened(&words(block)))));
            }
        }
    }

    fn pictures(&self, faults: &mut Faults) {
        for image in self.all("img") {
            if image.attr("alt").is_none_or(|alt| alt.trim().is_empty()) {
                let source = image.attr("src").unwrap_or_default();
                faults.push((Check::Pictures, format!("the image {source} has no alt text")));
            }
        }
        for picture in self.all("main svg") {
            let mut around = picture.ancestors().filter_map(ElementRef::wrap);
            let is_told = around.any(|element| {
                let is_icon = element.value().classes().any(|class| class == "fa-svg");
                let is_image = element.attr("role") == Some("img");
                is_icon || (is_image && element.attr("aria-label").is_some())
            });
            let title = picture.child_elements().find(|child| child.value().name() == "title");
            let has_title = title.is_some_and(|title| !words(title).is_empty());
            if !is_told && !has_title && picture.attr("aria-label").is_none() {
                let id = picture.attr("id").unwrap_or_default();
                faults.push((Check::Pictures, format!("an svg '{id}' has no title")));
            }
        }
    }

    fn controls(&self, faults: &mut Faults) {
        let mut labels: BTreeMap<&str, String> = BTreeMap::new();
        for label in self.all("label[for]") {
            let name = named(label);
            labels.entry(label.attr("for").unwrap_or_default()).or_default().push_str(&name);
        }
        let css = "a[href], button, input:not([type=hidden]), select, textarea, summary, \
                   [role=button], fieldset";
        for control in self.all(css) {
            if control.value().classes().any(|class| class == "hidden")
                || control.attr("hidden").is_some()
            {
                continue;
            }
            let label = control.attr("id").and_then(|id| labels.get(id)).cloned();
            let around = control.ancestors().filter_map(ElementRef::wrap);
            let around = around.filter(|element| element.value().name() == "label").map(named);
            let placeholder = control.attr("placeholder").map(str::to_owned);
            let mut names = label.into_iter().chain(around).chain(placeholder);
            if named(control).is_empty() && names.all(|name| name.is_empty()) {
                let html = shortened(&control.html());
                faults.push((Check::Controls, format!("this has no name: {html}")));
            }
        }
        for details in self.all("details") {
            let first = details.child_elements().next();
            if first.is_none_or(|first| first.value().name() != "summary") {
                let html = shortened(&details.html());
                faults.push((Check::Controls, format!("this has no summary: {html}")));
            }
        }
    }

    fn headings(&self, faults: &mut Faults) {
        let mut before = 0;
        let headings = self.all("main h1, main h2, main h3, main h4, main h5, main h6");
        if headings.is_empty() {
            faults.push((Check::Headings, "there is no heading".to_owned()));
        }
        for heading in headings {
            let level = heading.value().name().trim_start_matches('h').parse().unwrap_or(0);
            if level > before + 1 || (level == 1 && before > 0) {
                let words = shortened(&words(heading));
                let what = format!("h{level} comes after h{before}: {words}");
                faults.push((Check::Headings, what));
            }
            before = level;
        }
    }

    fn language(&self, faults: &mut Faults) {
        let language = self.html.root_element().attr("lang").unwrap_or_default();
        if language.is_empty() {
            faults.push((Check::Language, "html has no lang".to_owned()));
        }
    }

    fn ids(&self, faults: &mut Faults) {
        let mut seen = BTreeSet::new();
        for element in self.all("[id]") {
            let id = element.attr("id").unwrap_or_default();
            if !seen.insert(id) {
                faults.push((Check::Ids, format!("'{id}'")));
            }
        }
    }
}

/// The name that a screen reader has for an element by itself.
fn named(element: ElementRef<'_>) -> String {
    let own = ["aria-label", "aria-labelledby", "title", "alt"];
    if let Some(name) = own.iter().find_map(|attribute| element.attr(attribute)) {
        return name.trim().to_owned();
    }
    let within = element.descendent_elements().skip(1);
    let pictured = within.filter_map(|child| child.attr("alt").or(child.attr("aria-label")));
    let pictured = pictured.map(str::to_owned);
    let legend = element.child_elements().find(|child| child.value().name() == "legend");
    match element.value().name() {
        "fieldset" => legend.map(words).unwrap_or_default(),
        _ => std::iter::once(words(element)).chain(pictured).collect::<String>().trim().to_owned(),
    }
}

fn words(element: ElementRef<'_>) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<&str>>().join(" ")
}

fn is(node: &Node, name: &str) -> bool {
    node.as_element().is_some_and(|element| element.name() == name)
}

/// Text on one line, cut to a readable length.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 100;
    let text = text.split_whitespace().collect::<Vec<&str>>().join(" ");
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The faults of a page with this in its `main`.
    fn faults(path: &str, main: &str) -> Vec<(Check, String)> {
        let text = format!("<html lang=en><body><main><h1>x</h1>{main}</main></body></html>");
        Page::parse(path, &text).faults
    }

    #[test]
    fn a_page_without_a_fault_has_none() {
        let good = "<h2 id=a>a</h2><h3>b</h3><h2>c</h2><img src=x.png alt='A cat'>\
                    <svg><title>A line</title></svg><span class=fa-svg><svg></svg></span>\
                    <div role=img aria-label='A chart'><svg></svg></div>\
                    <a href=x.html>x</a><button aria-label=Go></button><label>Name<input></label>\
                    <label for=i>Name</label><input id=i><input class=hidden>\
                    <details><summary>More</summary>x</details>\
                    <fieldset><legend>Which</legend></fieldset>\
                    <pre><code class=nohighlight>x</code></pre>\
                    <pre><code class=language-text>x</code></pre>";
        assert_eq!(faults("stages/04-px-expiry.html", good), []);
        assert_eq!(faults("maintainers.html", "<code>{{#map}}</code>"), []);
        assert_eq!(faults("maintainers.html", "<pre><code>x</code></pre>"), []);
    }

    #[test]
    fn each_fault_is_found() {
        let chapter = "stages/04-px-expiry.html";
        for (path, main, check) in [
            (chapter, "<p>{{#map}}", Check::Woven),
            (chapter, "<code>{{#map}}</code>", Check::Woven),
            ("maintainers.html", "{{#map}}", Check::Woven),
            (chapter, "<pre><code class=language-rust>x</code></pre>", Check::Code),
            (chapter, "<pre><code class=language-bash>x</code></pre>", Check::Code),
            (chapter, "<pre><code>x</code></pre>", Check::Code),
            (chapter, "<img src=x.png>", Check::Pictures),
            (chapter, "<img src=x.png alt=''>", Check::Pictures),
            (chapter, "<svg><desc>x</desc></svg>", Check::Pictures),
            (chapter, "<svg><title> </title></svg>", Check::Pictures),
            (chapter, "<div role=img><svg></svg></div>", Check::Pictures),
            (chapter, "<a href=x.html></a>", Check::Controls),
            (chapter, "<button><svg></svg></button>", Check::Controls),
            (chapter, "<input>", Check::Controls),
            (chapter, "<fieldset>x</fieldset>", Check::Controls),
            (chapter, "<details><summary></summary></details>", Check::Controls),
            (chapter, "<details>x</details>", Check::Controls),
            (chapter, "<h3>x</h3>", Check::Headings),
            (chapter, "<h1>x</h1>", Check::Headings),
            (chapter, "<i id=a></i><i id=a></i>", Check::Ids),
        ] {
            let faults = faults(path, main);
            assert!(faults.iter().any(|(found, _)| *found == check), "{main}: {faults:?}");
        }
        let faults = Page::parse(chapter, "<main></main>").faults;
        let checks: Vec<Check> = faults.iter().map(|(check, _)| *check).collect();
        assert_eq!(checks, [Check::Headings, Check::Language]);
    }

    #[test]
    fn what_a_page_loads_and_leads_to_is_told() {
        let page = Page::parse(
            "a.html",
            "<link rel=stylesheet href=a.css><link rel='shortcut icon' href=b.png>\
             <link rel=next href=c.html><script src=d.js></script><img src=e.png>\
             <a href='f.html#g'>f</a><svg><use href='#h'></svg>",
        );
        assert_eq!(page.loads.into_iter().collect::<Vec<_>>(), ["a.css", "b.png", "d.js", "e.png"]);
        assert_eq!(page.links.into_iter().collect::<Vec<_>>(), ["#h", "f.html#g"]);
    }
}

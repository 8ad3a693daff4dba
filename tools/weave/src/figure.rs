//! A figure, drawn by hand, put into the page so that its colours are the page's.

use anyhow::{Context, bail, ensure};
use roxmltree::{Document, Node};

use crate::course::Course;
use crate::directive::Directive;
use crate::page::Page;

/// Wider ones would have letters too small for a telephone.
const MAX_WIDTH: f64 = 720.0;
/// In the units of the figure.
const MIN_FONT_SIZE: f64 = 13.0;

/// What the page's stylesheet gives a colour or a font.
const CLASSES: &[&str] = &[
    "fig-line",
    "fig-box",
    "fig-accent",
    "fig-accent2",
    "fig-muted",
    "fig-text",
    "fig-mono",
    "fig-small",
    "fig-arrow",
    "fig-arrow-head",
    "fig-key",
    "fig-value",
    "fig-type",
    "fig-length",
    "fig-crlf",
];
/// Attributes that would hold a colour or a font of the figure's own.
const OWN_STYLE: &[&str] =
    &["style", "fill", "stroke", "color", "stop-color", "flood-color", "font-family"];

/// A figure with its caption: `{{#figure a_request caption="The life of a request"}}`.
pub(crate) fn figure(
    course: &Course,
    _page: &Page<'_>,
    directive: &Directive,
) -> anyhow::Result<String> {
    directive.knows(&["caption"])?;
    let name = directive.only("the name of a figure")?;
    let path = format!("book/figures/{name}.svg");
    let svg = inline(name, &course.text(&path)?).with_context(|| path)?;
    Ok(match directive.options.get("caption") {
        // Blank lines, so that what is code in a caption becomes code.
        Some(caption) => format!(
            "<figure class=\"figure\">\n{svg}\n<figcaption>\n\n{caption}\n\n</figcaption>\n</figure>\n"
        ),
        None => format!("<figure class=\"figure\">\n{svg}\n</figure>\n"),
    })
}

/// Returns the figure as it is in a page: without prolog, comments and blank lines, and named by
/// its title and its description.
fn inline(name: &str, source: &str) -> anyhow::Result<String> {
    let document = Document::parse(source)?;
    check(name, &document)?;
    let root = document.root_element();
    let title_ids = format!("{name}-title {name}-desc");
    let mut edits = Vec::new();
    for comment in root.descendants().filter(Node::is_comment) {
        edits.push((comment.range(), String::new()));
    }
    // At most as wide as it was drawn, so that its letters are as large as the text's.
    let width = size(root)?[2].to_string();
    let labelled = [
        ("role", "img"),
        ("aria-labelledby", title_ids.as_str()),
        ("class", "fig"),
        ("width", width.as_str()),
    ];
    edits.push(attributes(root, &labelled));
    for tag in ["title", "desc"] {
        let id = format!("{name}-{tag}");
        if let Some(node) = root.children().find(|node| node.has_tag_name(tag_name(root, tag))) {
            edits.push(attributes(node, &[("id", &id)]));
        }
    }
    let range = root.range();
    let mut svg = source.to_owned();
    svg.truncate(range.end);
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    for (range, text) in edits {
        svg.replace_range(range, &text);
    }
    svg.drain(..range.start);
    let lines: Vec<&str> = svg.lines().filter(|line| !line.trim().is_empty()).collect();
    Ok(lines.join("\n"))
}

/// The attributes that the element lacks, and where they go: after its name.
fn attributes(node: Node<'_, '_>, wanted: &[(&str, &str)]) -> (std::ops::Range<usize>, String) {
    let place = node.range().start + 1 + node.tag_name().name().len();
    let lacking = wanted.iter().filter(|(key, _)| node.attribute(*key).is_none());
    let text = lacking.map(|(key, value)| format!(" {key}=\"{value}\"")).collect();
    (place..place, text)
}

fn tag_name<'a>(root: Node<'a, '_>, name: &'a str) -> roxmltree::ExpandedName<'a, 'a> {
    match root.tag_name().namespace() {
        Some(namespace) => (namespace, name).into(),
        None => name.into(),
    }
}

fn check(name: &str, document: &Document<'_>) -> anyhow::Result<()> {
    let root = document.root_element();
    ensure!(root.tag_name().name() == "svg", "it is no SVG");
    check_size(root)?;
    for tag in ["title", "desc"] {
        let node = root.children().find(|node| node.has_tag_name(tag_name(root, tag)));
        let text = node.and_then(|node| node.text()).unwrap_or_default();
        ensure!(!text.trim().is_empty(), "it has no <{tag}>, which is read out in its place");
    }
    let prefix = format!("{name}-");
    let mut ids = Vec::new();
    for node in root.descendants().filter(Node::is_element) {
        let tag = node.tag_name().name();
        ensure!(
            !["style", "script", "image", "foreignObject"].contains(&tag),
            "a figure has no <{tag}>"
        );
        if let Some(id) = node.attribute("id") {
            ensure!(id.starts_with(&prefix), "the id '{id}' does not begin with '{prefix}'");
            ensure!(!ids.contains(&id), "the id '{id}' stands twice");
            ids.push(id);
        }
        check_style(node)?;
    }
    check_references(root, &ids)
}

/// The numbers of the viewBox.
fn size(root: Node<'_, '_>) -> anyhow::Result<[f64; 4]> {
    let view = root.attribute("viewBox").context("it has no viewBox")?;
    let numbers: Result<Vec<f64>, _> = view.split_whitespace().map(str::parse).collect();
    let numbers = numbers.ok().and_then(|numbers| <[f64; 4]>::try_from(numbers).ok());
    numbers.with_context(|| format!("'{view}' is no viewBox: 0 0 WIDTH HEIGHT"))
}

fn check_size(root: Node<'_, '_>) -> anyhow::Result<()> {
    let [_, _, width, _] = size(root)?;
    ensure!(width <= MAX_WIDTH, "it is {width} wide, more than {MAX_WIDTH}");
    for attribute in ["width", "height"] {
        ensure!(root.attribute(attribute).is_none(), "its {attribute} is the page's to decide");
    }
    Ok(())
}

fn check_style(node: Node<'_, '_>) -> anyhow::Result<()> {
    for attribute in node.attributes() {
        let (key, value) = (attribute.name(), attribute.value());
        if OWN_STYLE.contains(&key) && !["none", "currentColor"].contains(&value) {
            bail!(
                "{key}=\"{value}\": colours and fonts come from classes ({})",
                CLASSES.join(", ")
            );
        }
        if key == "font-size" {
            let size: f64 = value.parse().with_context(|| format!("font-size=\"{value}\""))?;
            ensure!(size >= MIN_FONT_SIZE, "font-size=\"{value}\" is less than {MIN_FONT_SIZE}");
        }
        if key == "class" {
            for class in value.split_whitespace() {
                ensure!(CLASSES.contains(&class), "no class '{class}', but {}", CLASSES.join(", "));
            }
        }
    }
    Ok(())
}

/// Holds every `url(#…)` and `href="#…"` to an id of the figure's own.
fn check_references(root: Node<'_, '_>, ids: &[&str]) -> anyhow::Result<()> {
    for attribute in root.descendants().flat_map(|node| node.attributes()) {
        let value = attribute.value();
        let reference = match attribute.name() {
            "href" => value.strip_prefix('#'),
            _ => value.strip_prefix("url(#").and_then(|value| value.strip_suffix(')')),
        };
        if let Some(reference) = reference {
            ensure!(ids.contains(&reference), "nothing has the id '{reference}'");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    const GOOD: &str = r##"<?xml version="1.0"?>
<!-- drawn by hand -->
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 300">
  <title>A box</title>
  <desc>A box with an arrow</desc>

  <!-- the arrow -->
  <marker id="box-head"><path class="fig-arrow" d="M0 0"/></marker>
  <path class="fig-arrow" fill="none" marker-end="url(#box-head)" d="M0 0"/>
</svg>
"##;

    #[test]
    fn a_figure_stands_in_the_page_without_prolog_comments_and_blank_lines() {
        let svg = inline("box", GOOD).unwrap();
        let head = "<svg role=\"img\" aria-labelledby=\"box-title box-desc\" class=\"fig\" width=\"600\" \
                    xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 600 300\">\n  \
                    <title id=\"box-title\">A box</title>\n  <desc id=\"box-desc\">";
        assert!(svg.starts_with(head), "{svg}");
        assert!(svg.ends_with("</svg>"), "{svg}");
        for gone in ["<?xml", "<!--", "\n\n", "\n  \n"] {
            assert!(!svg.contains(gone), "{svg}");
        }
    }

    #[test]
    fn what_would_not_fit_the_page_is_refused() {
        let table = [
            (" viewBox=\"0 0 600 300\"", "", "no viewBox"),
            ("0 0 600 300", "0 0 721 300", "721 wide"),
            ("0 0 600 300", "0 0 600", "is no viewBox"),
            ("<svg ", "<svg width=\"600\" ", "width"),
            ("<title>A box</title>", "", "no <title>"),
            ("<desc>A box with an arrow</desc>", "<desc> </desc>", "no <desc>"),
            ("fill=\"none\"", "fill=\"#f00\"", "colours"),
            ("fill=\"none\"", "style=\"fill:red\"", "colours"),
            ("fill=\"none\"", "font-size=\"12\"", "less than 13"),
            ("class=\"fig-arrow\" d", "class=\"fig-red\" d", "no class 'fig-red'"),
            ("<marker id=\"box-head\"", "<marker id=\"head\"", "does not begin with 'box-'"),
            ("url(#box-head)", "url(#box-tail)", "nothing has the id 'box-tail'"),
            ("<desc>", "<style></style><desc>", "no <style>"),
            ("</svg>", "", "never closed"),
        ];
        for (from, to, reason) in table {
            assert!(GOOD.contains(from), "{from}");
            let error = inline("box", &GOOD.replace(from, to)).expect_err(to);
            assert!(format!("{error:#}").contains(reason), "{to}: {error:#}");
        }
    }

    #[test]
    fn every_figure_of_the_book_fits_a_page() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/figures");
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy();
            if let Err(error) = inline(&name, &fs::read_to_string(&path).unwrap()) {
                panic!("{}: {error:#}", path.display());
            }
        }
    }
}

//! Whether what the theme colours can be read, in each of mdBook's themes.

use std::collections::BTreeMap;
use std::fs;

use conformance::workspace;

/// mdBook's themes, and the colour of their pages.
const THEMES: [(&str, &str); 5] = [
    ("light", "#ffffff"),
    ("rust", "#e1e1db"),
    ("coal", "#131516"),
    ("navy", "#161923"),
    ("ayu", "#0f1419"),
];

/// What WCAG 2 asks for of text.
const LEAST: f64 = 4.5;

/// Texts, and what they stand on.
const TEXTS: [(&str, &[&str]); 8] = [
    (
        "--fig-fg",
        &[
            "page",
            "--fig-box",
            "--fig-type",
            "--fig-length",
            "--fig-crlf",
            "--fig-key",
            "--fig-value",
            "--fig-accent-tint",
            "--fig-accent2-tint",
            "--course-block",
            "--course-added",
            "--course-removed",
        ],
    ),
    ("--fig-muted", &["page", "--course-block", "--fig-box"]),
    ("--fig-accent", &["page", "--course-block"]),
    ("--fig-accent2", &["page", "--course-block"]),
    ("--course-muted", &["page", "--course-block", "--course-added", "--course-removed"]),
    ("--course-prompt", &["page", "--course-block"]),
    ("--course-output", &["page", "--course-block"]),
    ("--links", &["page", "--course-block"]),
];

/// The variables of all blocks whose selector names the theme; later ones count.
fn variables(css: &str, selector: &str) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    for block in css.split('}') {
        let Some((selectors, body)) = block.rsplit_once('{') else { continue };
        let selectors = selectors.rsplit(['{', '/']).next().unwrap_or_default();
        if selectors.split(',').any(|one| one.trim() == selector) {
            let lines = body.lines().filter_map(|line| line.trim().strip_suffix(';'));
            let pairs = lines.filter_map(|line| line.split_once(": "));
            variables.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        }
    }
    variables
}

/// The relative luminance of `#rrggbb`.
fn luminance(colour: &str) -> f64 {
    let channel = |from: usize| {
        let part = colour.get(from..from + 2).expect(colour);
        let part = f64::from(u8::from_str_radix(part, 16).expect(colour)) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    one.max(other) / one.min(other)
}

fn css() -> String {
    fs::read_to_string(workspace::root().join("book/theme/course.css")).expect("the theme")
}

#[test]
fn contrast_is_computed_as_wcag_does() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.01);
    assert!((contrast("#777777", "#ffffff") - 4.48).abs() < 0.01);
}

#[test]
fn every_text_can_be_read_in_every_theme() {
    let css = css();
    let mut faint = Vec::new();
    for (theme, page) in THEMES {
        let variables = variables(&css, &format!(".{theme}"));
        let colour = |name: &str| match name {
            "page" => page.to_owned(),
            name => variables.get(name).unwrap_or_else(|| panic!("{theme} has no {name}")).clone(),
        };
        for (text, grounds) in TEXTS {
            for ground in grounds {
                let contrast = contrast(&colour(text), &colour(ground));
                if contrast < LEAST {
                    faint.push(format!("{theme}: {text} on {ground} {contrast:.2}"));
                }
            }
        }
    }
    assert!(faint.is_empty(), "{faint:#?}");
}

/// The dark colours are written twice: for the themes, and for those who have no JavaScript.
#[test]
fn dark_is_the_same_without_javascript() {
    let css = css();
    let (_, without) = css.split_once("(prefers-color-scheme: dark)").expect("a dark scheme");
    let without = without.split_once('{').map_or("", |(_, block)| block);
    assert_eq!(variables(without, "html:not(.js)"), variables(&css, ".ayu"));
}

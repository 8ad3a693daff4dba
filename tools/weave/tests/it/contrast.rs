//! Whether what the theme colours can be read, in each of mdBook's themes.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;

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
const TEXTS: [(&str, &[&str]); 12] = [
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
    ("--code-comment", CODE),
    ("--code-keyword", CODE),
    ("--code-name", CODE),
    ("--code-literal", CODE),
];

/// What code stands on.
const CODE: &[&str] = &["page", "--course-added", "--course-removed"];

/// What WCAG 2 asks for of what is no text.
const LEAST_OF_SIGNS: f64 = 3.0;

/// The bars beside lines that come and go.
const SIGNS: [(&str, &str); 2] =
    [("--code-added-bar", "--course-added"), ("--code-removed-bar", "--course-removed")];

/// Hues that look neither red nor green: from orange to yellow, and from cyan to magenta.
const CALM_HUES: [Range<f64>; 2] = [25.0..65.0, 180.0..325.0];

/// Hues that are no further apart have the same name.
const SAME_HUE: f64 = 20.0;

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
        for (sign, ground) in SIGNS {
            let contrast = contrast(&colour(sign), &colour(ground));
            if contrast < LEAST_OF_SIGNS {
                faint.push(format!("{theme}: {sign} on {ground} {contrast:.2}"));
            }
        }
    }
    assert!(faint.is_empty(), "{faint:#?}");
}

/// The hue of `#rrggbb` in degrees, unless it is a grey.
fn hue(colour: &str) -> Option<f64> {
    let channel = |from: usize| {
        let part = colour.get(from..from + 2).expect(colour);
        f64::from(u8::from_str_radix(part, 16).expect(colour))
    };
    let (red, green, blue) = (channel(1), channel(3), channel(5));
    let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
    let spread = most - least;
    let sextant = if most == red {
        (green - blue) / spread
    } else if most == green {
        2.0 + (blue - red) / spread
    } else {
        4.0 + (red - green) / spread
    };
    (spread > 24.0).then_some((60.0 * sextant).rem_euclid(360.0))
}

#[test]
fn a_hue_is_computed() {
    for (colour, expected) in [
        ("#ff0000", Some(0.0)),
        ("#00ff80", Some(150.1)),
        ("#8000ff", Some(270.1)),
        ("#808890", None),
    ] {
        let found = hue(colour);
        let differs = found.unwrap_or(-1.0) - expected.unwrap_or(-1.0);
        assert!(differs.abs() < 0.1, "{colour}: {found:?}");
    }
}

/// Red and green say what goes and what comes.
#[test]
fn no_colour_of_code_is_red_or_green_and_all_mean_the_same_in_the_dark() {
    let css = css();
    let hues = |theme: &str| -> BTreeMap<String, Option<f64>> {
        let variables = variables(&css, &format!(".{theme}")).into_iter();
        let of_code = variables.filter(|(name, _)| name.starts_with("--code-"));
        let of_code = of_code.filter(|(name, _)| !name.ends_with("-bar"));
        of_code.map(|(name, colour)| (name, hue(&colour))).collect()
    };
    let light = hues("light");
    assert_eq!(light.len(), 4, "{light:?}");
    for (theme, _) in THEMES {
        for (name, hue) in hues(theme) {
            let is_calm = hue.is_none_or(|hue| CALM_HUES.iter().any(|calm| calm.contains(&hue)));
            assert!(is_calm, "{theme}: {name} has the hue {hue:?}");
            let of_light = light[&name];
            let is_same = match (hue, of_light) {
                (Some(hue), Some(of_light)) => (hue - of_light).abs() < SAME_HUE,
                (one, other) => one == other,
            };
            assert!(is_same, "{theme}: {name} has the hue {hue:?}, in the light {of_light:?}");
        }
    }
    let styles = fs::read_to_string(workspace::root().join("book/theme/code.css"));
    let styles = styles.expect("the theme");
    for line in styles.lines().filter(|line| line.contains("hljs-")) {
        assert!(!line.contains("color: #"), "a colour of its own: {line}");
    }
}

/// The dark colours are written twice: for the themes, and for those who have no JavaScript.
#[test]
fn dark_is_the_same_without_javascript() {
    let css = css();
    let (_, without) = css.split_once("(prefers-color-scheme: dark)").expect("a dark scheme");
    let without = without.split_once('{').map_or("", |(_, block)| block);
    assert_eq!(variables(without, "html:not(.js)"), variables(&css, ".ayu"));
}

//! What a chapter asks for: `{{#transcript 04-px-expiry/a_key_is_gone_after_its_px}}`.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::{bail, ensure};

/// One `{{#name argument… option="value"…}}` of a chapter.
#[derive(Debug, PartialEq, Eq)]
pub struct Directive {
    /// What is asked for.
    pub name: String,
    /// The words after the name.
    pub arguments: Vec<String>,
    /// Words with `="…"` after them.
    pub options: BTreeMap<String, String>,
}

/// The directives that belong to mdBook itself.
const OF_MDBOOK: &[&str] = &["include", "rustdoc_include", "playground", "title"];

impl Directive {
    /// Finds the first directive in `text`: where it stands, braces included, and what stands
    /// there. One that a backslash precedes is text, and so are mdBook's own.
    pub(crate) fn find(text: &str) -> Option<(Range<usize>, anyhow::Result<Directive>)> {
        let mut from = 0;
        loop {
            let start = from + text.get(from..)?.find("{{#")?;
            from = start + 3;
            let inside = &text[from..];
            let name = inside.split(|c: char| !c.is_alphanumeric() && c != '_').next();
            let escaped = text[..start].ends_with('\\');
            if escaped || name.is_some_and(|name| OF_MDBOOK.contains(&name)) {
                continue;
            }
            return Some(match inside.find("}}") {
                Some(length) => (start..from + length + 2, Directive::parse(&inside[..length])),
                None => (start..text.len(), Err(anyhow::anyhow!("'{{{{#' without '}}}}'"))),
            });
        }
    }

    /// Parses what is between `{{#` and `}}`.
    fn parse(inside: &str) -> anyhow::Result<Directive> {
        let mut words = words(inside)?.into_iter();
        let name = words.next().unwrap_or_default();
        ensure!(!name.is_empty(), "a directive without a name");
        let (mut arguments, mut options) = (Vec::new(), BTreeMap::new());
        for word in words {
            match word.split_once("=\"") {
                Some((key, value)) => {
                    let value = value.trim_end_matches('"').to_owned();
                    if options.insert(key.to_owned(), value).is_some() {
                        bail!("'{key}' stands twice");
                    }
                }
                None => arguments.push(word),
            }
        }
        Ok(Directive { name, arguments, options })
    }

    /// The only argument, if there is one and no other.
    pub(crate) fn only(&self, what: &str) -> anyhow::Result<&str> {
        match &self.arguments[..] {
            [argument] => Ok(argument),
            _ => bail!("'{}' takes {what}", self.name),
        }
    }

    /// Refuses arguments.
    pub(crate) fn none(&self) -> anyhow::Result<()> {
        ensure!(self.arguments.is_empty(), "'{}' takes no arguments", self.name);
        Ok(())
    }

    /// Rejects unknown options: a typing error would otherwise silently change nothing.
    pub(crate) fn knows(&self, options: &[&str]) -> anyhow::Result<()> {
        match self.options.keys().find(|option| !options.contains(&option.as_str())) {
            Some(option) => bail!("'{}' has no option '{option}'", self.name),
            None => Ok(()),
        }
    }
}

/// Splits at spaces, but not between quotation marks, which stay.
fn words(text: &str) -> anyhow::Result<Vec<String>> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in text.chars() {
        quoted ^= c == '"';
        if c.is_whitespace() && !quoted {
            words.push(std::mem::take(&mut word));
        } else {
            word.push(c);
        }
    }
    ensure!(!quoted, "a quotation mark is open");
    words.push(word);
    words.retain(|word| !word.is_empty());
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directive_is_a_name_arguments_and_options() {
        let (place, directive) =
            Directive::find(r#"a {{#change src/db.rs::Db::get folded="The tests"}} b"#).unwrap();
        assert_eq!(place, 2..51);
        let directive = directive.unwrap();
        assert_eq!(directive.name, "change");
        assert_eq!(directive.arguments, ["src/db.rs::Db::get"]);
        assert_eq!(directive.options["folded"], "The tests");
    }

    #[test]
    fn what_is_escaped_or_of_mdbook_is_text() {
        assert!(Directive::find(r"\{{#change x}} and {{#include y}}").is_none());
        assert!(Directive::find("{{#include y}} {{#map}}").is_some());
    }

    #[test]
    fn what_is_broken_is_refused() {
        for text in ["{{#map", "{{#}}", r#"{{#map a="b}}"#, r#"{{#map a="b" a="c"}}"#] {
            assert!(Directive::find(text).unwrap().1.is_err(), "{text}");
        }
    }
}

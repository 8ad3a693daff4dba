//! Checks that the chapters' sources show everything that is there to be shown.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use conformance::exercise;

/// Markdown files by their path below `book/src`, with `/`.
pub struct Sources(Vec<(String, String)>);

impl Sources {
    /// Reads all Markdown below a folder.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut files = Vec::new();
        for path in files_below(folder, "")? {
            if path.ends_with(".md") {
                let text = fs::read_to_string(folder.join(&path));
                files.push((path.clone(), text.with_context(|| format!("cannot read {path}"))?));
            }
        }
        Ok(Self(files))
    }

    /// All files and what is in them.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The exercises that their stage's chapter does not set.
    ///
    /// # Errors
    /// When the exercises cannot be listed.
    pub fn exercises_not_set(&self) -> Result<Vec<String>> {
        let mut missing = exercise::names()?;
        missing.retain(|name| {
            let (stage, own_name) = name.split_once('/').unwrap_or_default();
            let chapter = format!("stages/{stage}.md");
            let mut chapters = self.files().filter(|(path, _)| *path == chapter);
            let full = ["exercise", name];
            !chapters.any(|(_, text)| asks(text, &["exercise", own_name]) || asks(text, &full))
        });
        Ok(missing)
    }

    /// The files of a folder of the book, such as `figures`, that no chapter asks for.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn unused(&self, folder: &Path, directive: &str) -> Result<Vec<String>> {
        let mut files = files_below(folder, "")?;
        files.retain(|file| {
            let name = file.rsplit_once('.').map_or(file.as_str(), |(name, _)| name);
            !self.files().any(|(_, text)| asks(text, &[directive, name]))
        });
        Ok(files)
    }

    /// The files that the table of contents does not name, so that mdBook leaves them out.
    #[must_use]
    pub fn not_in_summary(&self) -> Vec<String> {
        let summary = self.files().find(|(path, _)| *path == "SUMMARY.md");
        let summary = summary.map_or("", |(_, text)| text);
        let paths = self.files().map(|(path, _)| path).filter(|path| *path != "SUMMARY.md");
        paths.filter(|path| !summary.contains(&format!("]({path})"))).map(str::to_owned).collect()
    }
}

/// Whether a text has the directive of this name and first argument.
fn asks(text: &str, [directive, argument]: &[&str; 2]) -> bool {
    let start = format!("{{{{#{directive} {argument}");
    text.match_indices(&start).any(|(at, _)| {
        let rest = text.get(at + start.len()..).unwrap_or_default();
        rest.starts_with(['}', ' ']) && !text.get(..at).unwrap_or_default().ends_with('\\')
    })
}

fn files_below(folder: &Path, prefix: &str) -> Result<Vec<String>> {
    let mut files = Vec::new();
    let listing = fs::read_dir(folder);
    for entry in listing.with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            files.extend(files_below(&entry.path(), &format!("{name}/"))?);
        } else {
            files.push(name);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(files: &[(&str, &str)]) -> Sources {
        let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        Sources(files.iter().map(owned).collect())
    }

    #[test]
    fn a_directive_asks_for_what_it_names() {
        let asked = ["figure", "life"];
        assert!(asks("x\n{{#figure life}}\n", &asked));
        assert!(asks(r#"{{#figure life caption="x"}}"#, &asked));
        for text in [r"\{{#figure life}}", "{{#figure lifeline}}", "{{#figure other}}", "life"] {
            assert!(!asks(text, &asked), "{text}");
        }
    }

    #[test]
    fn what_nobody_shows_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("used.svg"), "").unwrap();
        fs::write(folder.path().join("lost.svg"), "").unwrap();
        let sources = sources(&[
            ("SUMMARY.md", "- [A](a.md)"),
            ("a.md", "{{#figure used}}"),
            ("b/c.md", "{{#exercise nothing}}"),
        ]);
        assert_eq!(sources.unused(folder.path(), "figure").unwrap(), ["lost.svg"]);
        assert_eq!(sources.not_in_summary(), ["b/c.md"]);
        assert_eq!(sources.exercises_not_set().unwrap(), exercise::names().unwrap());
    }
}

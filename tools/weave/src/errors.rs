//! Every error text that a stage can send: `{{#errors}}`, from the table `book/errors.toml`.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use conformance::corpus;
use serde::Deserialize;
use xtask::Stage;

use crate::course::Course;
use crate::directive::Directive;
use crate::html::escaped;
use crate::page::Page;
use crate::source::Source;
use crate::transcript::Recording;
use crate::{redis, transcript};

const TABLE: &str = "book/errors.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    error: Vec<Entry>,
}

/// One error text; the table's head says what the fields mean.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    text: String,
    when: String,
    stage: String,
    items: Vec<String>,
    redis: Vec<String>,
    transcript: String,
    #[serde(default)]
    ours: bool,
}

/// All error texts by the stage that brings them. Refused if one is not as the table says, or if a
/// snapshot holds one that is not in it.
pub(crate) fn errors(
    course: &Course,
    page: &Page<'_>,
    directive: &Directive,
) -> anyhow::Result<String> {
    directive.knows(&[])?;
    directive.none()?;
    let table = read(course)?;
    check_complete(course, &table)?;
    let mut markdown = String::new();
    for stage in course.stages() {
        let mut entries = table.iter().filter(|entry| entry.stage == stage.directory).peekable();
        if entries.peek().is_some() {
            markdown.push_str(&format!("\n## Stage {:02}\n", stage.number));
        }
        for entry in entries {
            let told = entry.told(course, page, stage);
            markdown.push_str(&told.with_context(|| format!("{TABLE}: '{}'", entry.text))?);
        }
    }
    Ok(markdown)
}

fn read(course: &Course) -> anyhow::Result<Vec<Entry>> {
    let table: Table = toml::from_str(&course.text(TABLE)?).context(TABLE)?;
    for entry in &table.error {
        let stage = course.stages().iter().find(|stage| stage.directory == entry.stage);
        ensure!(stage.is_some(), "{TABLE}: '{}': there is no stage {}", entry.text, entry.stage);
    }
    Ok(table.error)
}

impl Entry {
    /// What the page says of it, once all of it is found to be so.
    fn told(&self, course: &Course, page: &Page<'_>, stage: &Stage) -> anyhow::Result<String> {
        let shown = Recording::of_course(course, &self.transcript)?;
        ensure!(
            shown.replies().flat_map(sent).any(|text| self.is(text)),
            "no such error is in {}",
            self.transcript
        );
        ensure!(self.transcript >= self.stage, "{} is of an earlier stage", self.transcript);
        let (mut items, mut functions) = (Vec::new(), Vec::new());
        for (index, item) in self.items.iter().enumerate() {
            let found = Found::item(course, stage, item)?;
            let literal = self.literal();
            let says = joined(&found.text).contains(literal);
            ensure!(index > 0 || says, "{item} does not say '{literal}'");
            items.push(found.shown);
        }
        for function in &self.redis {
            let arguments = function.split(' ').map(str::to_owned).collect();
            let named = directive("redis", arguments);
            functions.push(redis::redis(course, page, &named)?);
        }
        ensure!(!items.is_empty() && !functions.is_empty(), "it comes from nowhere");
        let link =
            transcript::link(course, page, &directive("link", vec![self.transcript.clone()]))?;
        let text = placeholders(&escaped(&self.text));
        let theirs = if self.ours { "In Redis, instead of it" } else { "In Redis" };
        Ok(format!(
            "\n<code>-{text}</code>\n: {}\n\n  Here: {}. {theirs}: {}. Seen when {link}.\n",
            self.when,
            items.join(", "),
            functions.join(", "),
        ))
    }

    /// Whether this is what a server has sent.
    fn is(&self, sent: &str) -> bool {
        if self.ours {
            // Of a text that is not Redis's, only the code is compared.
            return self.text.split(' ').next() == Some(sent);
        }
        fits(&pieces(&self.text), sent)
    }

    /// The longest part of the text that never differs, as the source has it: without its code.
    fn literal(&self) -> &str {
        let text = self.text.split_once(' ').map_or(&*self.text, |(_, text)| text);
        let text = text.strip_prefix("Protocol error: ").unwrap_or(text);
        pieces(text).into_iter().max_by_key(|piece| piece.len()).unwrap_or_default()
    }
}

/// Joins the lines of each literal that goes on after a backslash at the end of a line.
fn joined(source: &str) -> String {
    let mut lines = source.split("\\\n");
    let first = lines.next().unwrap_or_default();
    let rest: String = lines.map(str::trim_start).collect();
    format!("{first}{rest}")
}

/// An item of a stage.
struct Found {
    text: String,
    shown: String,
}

impl Found {
    /// Finds `src/db.rs::Db::get` of the stage, or `03-set-get/src/db.rs::Db::get` of another one.
    fn item(course: &Course, stage: &Stage, what: &str) -> anyhow::Result<Found> {
        let (file, path) = what.split_once("::").context("an item is written FILE::PATH")?;
        let of_other = |other: &&Stage| file.starts_with(&format!("{}/", other.directory));
        let other = course.stages().iter().find(of_other);
        let file =
            other.map_or(file, |other| file.get(other.directory.len() + 1..).unwrap_or(file));
        let files = course.files(other.unwrap_or(stage))?;
        let text = files.get(file).with_context(|| format!("there is no file of '{what}'"))?;
        let source = Source::parse(file, text)?;
        let mut lines =
            source.find(path)?.into_iter().flat_map(|name| name.body.clone()).peekable();
        ensure!(lines.peek().is_some(), "there is no item '{what}'");
        let lines = lines.filter_map(|line| source.lines.get(line));
        let text: Vec<&str> = lines.map(String::as_str).collect();
        let from = other.map(|other| format!("from stage {:02} on ", other.number));
        let shown = format!("{}`{path}` in `{file}`", from.unwrap_or_default());
        Ok(Found { text: text.join("\n"), shown })
    }
}

fn directive(name: &str, arguments: Vec<String>) -> Directive {
    Directive { name: name.to_owned(), arguments, options: BTreeMap::new() }
}

/// Checks that every error of every snapshot is in the table, and sent by that stage or an earlier
/// one.
fn check_complete(course: &Course, table: &[Entry]) -> anyhow::Result<()> {
    let names = corpus::names(&course.root().join("tests/transcripts"), "redis")?;
    for name in names {
        let recording = Recording::of_course(course, &name)?;
        for text in recording.replies().flat_map(sent) {
            let known = table.iter().any(|entry| entry.is(text) && entry.stage <= name);
            ensure!(known, "{TABLE} has no error '{text}', which {name} shows");
        }
    }
    Ok(())
}

/// The errors in a line of a snapshot: as redis-cli prints them, or as bytes.
fn sent(line: &str) -> Option<&str> {
    if let Some((before, text)) = line.split_once("(error) ") {
        // In a list it has numbers in front.
        let is_error = before.chars().all(|c| c.is_ascii_digit() || ") ".contains(c));
        return is_error.then_some(text);
    }
    line.strip_prefix("\"-").and_then(|rest| rest.strip_suffix("\\r\\n\""))
}

/// What is between the `{…}` of a text.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, (_, after))) =
        rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        pieces.push(before);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

/// Whether a text has these pieces in this order, and whatever between them.
fn fits(pieces: &[&str], text: &str) -> bool {
    let [first, rest @ ..] = pieces else { return text.is_empty() };
    let Some(text) = text.strip_prefix(first) else { return false };
    let [between @ .., last] = rest else { return text.is_empty() };
    let Some(mut text) = text.strip_suffix(last) else { return false };
    between.iter().all(|piece| {
        let found = text.split_once(piece);
        text = found.map_or(text, |(_, after)| after);
        found.is_some()
    })
}

/// Marks what stands for something else. Quotes are written so that Markdown leaves them straight.
fn placeholders(html: &str) -> String {
    html.replace('{', "<var>").replace('}', "</var>").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proc_macro2::{Delimiter, TokenStream, TokenTree};

    use super::*;

    fn course() -> Course {
        Course::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
    }

    fn page() -> Page<'static> {
        Page { file: "reference/errors.md".to_owned(), stage: None, before: None }
    }

    #[test]
    fn a_text_fits_with_anything_for_its_placeholders() {
        let text = "ERR no '{name}', with: {arguments}";
        assert_eq!(pieces(text), ["ERR no '", "', with: ", ""]);
        for (sent, fit) in [
            ("ERR no 'x', with: 'a' 'b'", true),
            ("ERR no '', with: ", true),
            ("ERR no 'x', with:", false),
            ("ERR no x, with: ", false),
            ("WRONG no 'x', with: ", false),
        ] {
            assert_eq!(fits(&pieces(text), sent), fit, "{sent}");
        }
        assert!(fits(&pieces("ERR"), "ERR") && !fits(&pieces("ERR"), "ERR syntax error"));
        assert!(!fits(&pieces("ab{x}ba"), "aba"));
    }

    #[test]
    fn errors_are_found_as_text_and_as_bytes() {
        assert_eq!(sent("(error) ERR no "), Some("ERR no "));
        assert_eq!(sent("1) 2) (error) ERR no"), Some("ERR no"));
        assert_eq!(sent(r#""-ERR no\r\n""#), Some("ERR no"));
        assert_eq!(sent(r#""an (error) inside""#), None);
        assert_eq!(sent("-1"), None);
    }

    #[test]
    fn the_table_holds_and_lacks_nothing() {
        let course = course();
        let table = read(&course).unwrap();
        check_complete(&course, &table).unwrap();
        let page = page();
        let markdown = errors(&course, &page, &directive("errors", Vec::new())).unwrap();
        assert_eq!(markdown.matches("\n: ").count(), table.len());
    }

    #[test]
    fn a_table_that_does_not_hold_is_refused() {
        let course = course();
        let mut table = read(&course).unwrap();
        let page = page();
        let entry = || read(&course).unwrap().swap_remove(2);
        let stage = course.stages().iter().find(|stage| stage.directory == entry().stage).unwrap();
        let refused = |change: fn(&mut Entry)| {
            let mut entry = entry();
            change(&mut entry);
            entry.told(&course, &page, stage).unwrap_err().to_string()
        };
        assert!(refused(|entry| entry.text.push('!')).contains("no such error is in 03-set-get/"));
        assert!(refused(|entry| entry.items[0].push('x')).contains("there is no item"));
        assert!(refused(|entry| entry.items[0].insert(0, 'x')).contains("there is no file"));
        assert!(
            refused(|entry| entry.items[0] = "src/command.rs::ping".to_owned())
                .contains("ping does not say 'wrong number of")
        );
        assert!(refused(|entry| entry.redis[0].push('x')).contains("commandCheckArityx"));
        assert!(refused(|entry| entry.redis.clear()).contains("it comes from nowhere"));
        table.remove(2);
        let missing = check_complete(&course, &table).unwrap_err().to_string();
        assert!(missing.contains("has no error 'ERR wrong number of arguments for "), "{missing}");
    }

    /// Files whose texts go elsewhere: into a log, to the user who starts the server, into other
    /// replies.
    const OTHER_FILES: &[&str] = &[
        "src/commands/info.rs",
        "src/config.rs",
        "src/dump/lzf.rs",
        "src/dump/rdb.rs",
        "src/dump/rdb_reader.rs",
        "src/dump/rdb_value.rs",
        "src/host.rs",
        "src/lzf.rs",
        "src/main.rs",
        "src/rdb.rs",
        "src/rdb_reader.rs",
        "src/rdb_value.rs",
        "src/server/client.rs",
        "src/server/config.rs",
        "src/shell/host.rs",
    ];

    /// The same of single texts.
    const OTHER_TEXTS: &[&str] = &[
        "a request of more than 1 GiB",
        "cannot accept a client: {error}",
        "cannot listen on {host}:{port}, try another --port or --bind",
        "none of the addresses of --bind is one of this machine",
        "not listening on {host}: {error}",
        "nothing panics while it holds the lock",
        "the name has no IPv4 address",
    ];

    /// Every text of two words in the other files is one of these errors, or known to be none.
    #[test]
    fn the_sources_hold_no_other_text() {
        let course = course();
        let table = read(&course).unwrap();
        let mut unknown = Vec::new();
        for stage in course.stages() {
            for (file, text) in course.files(stage).unwrap().iter() {
                let is_core = file.starts_with("src/")
                    && file.ends_with(".rs")
                    && !OTHER_FILES.contains(&file.as_str());
                for literal in
                    is_core.then(|| literals(text.parse().unwrap())).into_iter().flatten()
                {
                    let text = literal.trim_start_matches("-ERR ").trim_end_matches("\\r\\n");
                    let longest = pieces(text).into_iter().max_by_key(|piece| piece.len()).unwrap();
                    let is_known = table.iter().any(|entry| {
                        let ending = entry.text.trim_start_matches("ERR ");
                        entry.text.contains(longest) || fits(&pieces(ending), text)
                    });
                    let is_of_words = longest.trim().contains(' ');
                    if is_of_words && !is_known && !OTHER_TEXTS.contains(&literal.as_str()) {
                        unknown.push(format!("{}: {literal}", stage.path_of(file)));
                    }
                }
            }
        }
        assert!(unknown.is_empty(), "{unknown:#?}");
    }

    #[test]
    fn the_texts_of_comments_and_of_help_are_no_errors() {
        let text = concat!(
            "//! a b\n/// c d\nfn x() -> Y { Err(\"e f\") }\n fn my_help() { [\"g h\"]; }\n",
            "b\"i\"\n\"j \\\n   k\""
        );
        assert_eq!(literals(text.parse().unwrap()), ["e f", "i", "j k"]);
    }

    /// The texts in a file, but not those of its comments, and of functions that give help.
    fn literals(tokens: TokenStream) -> Vec<String> {
        let mut found = Vec::new();
        let mut tokens = tokens.into_iter().peekable();
        let mut in_help = false;
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    tokens.next_if(|next| matches!(next, TokenTree::Punct(_)));
                    tokens.next_if(|next| matches!(next, TokenTree::Group(_)));
                }
                TokenTree::Ident(name) if name.to_string().ends_with("help") => in_help = true,
                TokenTree::Group(group) if in_help => {
                    in_help = group.delimiter() != Delimiter::Brace;
                }
                TokenTree::Group(group) => found.extend(literals(group.stream())),
                TokenTree::Literal(literal) => {
                    let text = literal.to_string();
                    let text = text.trim_start_matches(['b', 'r', '#']).trim_end_matches('#');
                    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
                    found.extend(text.map(joined));
                }
                _ => {}
            }
        }
        found
    }
}

//! The numbers of stages, wherever they stand in paths and texts.
//!
//! A name such as `07-keys` or `stage-07` is one wherever it stands. A number alone is one only
//! beside a word that says so: `stage 07`, `chapters 06 and 07`, `07 · KEYS`, `[07](07-keys.md)`,
//! `carry 07`. What else looks like a number of a stage is left, and reported.

use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};

use crate::lessons::Lessons;

/// Moves the numbers of some stages on by one.
pub(crate) struct Shift {
    /// The stages that move, the newest one last.
    moved: RangeInclusive<u8>,
    /// What is named after a stage, with its number: `07-keys`, but also a session `07-keys-wait`.
    names: BTreeSet<(u8, String)>,
}

/// A text in which numbers have moved.
pub(crate) struct Moved {
    pub(crate) text: String,
    /// The places of numbers that a word beside them has identified, in the new text.
    pub(crate) by_rule: Vec<usize>,
    /// The places of what looks like a stage's number, but was not changed.
    pub(crate) left: Vec<usize>,
}

/// How a number is known to be a stage's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// By the name that it belongs to. No doubt about it.
    Name,
    /// By a word before it, which others may share: `stages 01, 03 and 04`.
    Word,
    /// By what follows it.
    Title,
}

/// Two digits that stand alone.
struct Found {
    place: Range<usize>,
    number: u8,
}

/// The words after which numbers are stages'.
const WORDS: [&str; 4] = ["stage", "stages", "chapter", "chapters"];

/// What else stands right before a stage's number, or before several.
const COMMANDS: [&str; 7] =
    ["carry ", "bench ", "screenshots ", "--stage ", "STAGE=", "bind/", "start/"];

/// Where pictures of the whole course are: a number that is all of a text in them is a stage's.
pub(crate) const PICTURES: &str = "book/images/";

/// What stands between two stages' numbers of which only the first has a word.
const JOINTS: [&str; 9] = [" ", ", ", " and ", ", and ", " or ", " to ", "-", "\u{2013}", "/"];

impl Shift {
    /// `paths` are those of all files.
    pub(crate) fn new<'a>(
        moved: RangeInclusive<u8>,
        paths: impl IntoIterator<Item = &'a String>,
    ) -> Shift {
        let names = paths.into_iter().flat_map(|path| path.split('/')).filter_map(|part| {
            let found = numbers(part).next().filter(|found| found.place.start == 0)?;
            let name = part.get(found.place.end..)?.strip_prefix('-')?;
            let name = name.split('.').next()?;
            (!name.is_empty()).then(|| (found.number, name.to_owned()))
        });
        Shift { names: names.collect(), moved }
    }

    /// Returns what a part of a path is to be called.
    pub(crate) fn name(&self, part: &str) -> String {
        let mut name = part.to_owned();
        for found in numbers(part).filter(|found| self.moved.contains(&found.number)) {
            if self.is_name(part, &found) {
                name.replace_range(found.place, &format!("{:02}", found.number + 1));
            }
        }
        name
    }

    /// Moves the numbers in the text of a file.
    pub(crate) fn text(&self, path: &str, text: &str) -> Moved {
        let mut moved = Moved { text: text.to_owned(), by_rule: Vec::new(), left: Vec::new() };
        let mut last: Option<usize> = None;
        for found in numbers(text).filter(|found| (1..=*self.moved.end()).contains(&found.number)) {
            let known = self.known(path, text, &found, last);
            last = (known == Some(Known::Word)).then_some(found.place.end);
            if !self.moved.contains(&found.number) {
                continue;
            }
            match known {
                Some(Known::Name) => {}
                Some(Known::Word | Known::Title) => moved.by_rule.push(found.place.start),
                None if is_suspicious(path, text, &found) => {
                    moved.left.push(found.place.start);
                    continue;
                }
                None => continue,
            }
            // As long as before, so that places stay.
            moved.text.replace_range(found.place, &format!("{:02}", found.number + 1));
        }
        if path == Lessons::PATH {
            moved.text = self.table(&moved.text);
        } else if path.ends_with(".rs") {
            moved.left.extend(self.plain_numbers(text));
        }
        moved
    }

    /// Moves the numbers of the table's entries, which are plain there.
    fn table(&self, text: &str) -> String {
        let line = |line: &str| {
            let number = line.strip_prefix("number = ").and_then(|rest| rest.trim().parse().ok());
            match number.filter(|number| self.moved.contains(number)) {
                Some(number) => format!("number = {}\n", number + 1),
                None => line.to_owned(),
            }
        };
        text.split_inclusive('\n').map(line).collect()
    }

    fn known(&self, path: &str, text: &str, found: &Found, last: Option<usize>) -> Option<Known> {
        let before = text.get(..found.place.start)?;
        let after = text.get(found.place.end..)?;
        let crates = ["stage-", "stage_"];
        if self.is_name(text, found) || crates.iter().any(|name| before.ends_with(name)) {
            return Some(Known::Name);
        }
        let is_joint = |last: usize| {
            let between: Vec<&str> = text.get(last..found.place.start)?.split('\n').collect();
            let between = between.join(" ");
            JOINTS.contains(&between.as_str()).then_some(())
        };
        if COMMANDS.iter().any(|command| before.ends_with(command))
            || has_word(before)
            || last.and_then(is_joint).is_some()
        {
            return Some(Known::Word);
        }
        let target = after.strip_prefix("](").and_then(|rest| rest.split(')').next());
        let is_link = target.is_some_and(|target| {
            numbers(target)
                .any(|other| other.number == found.number && self.is_name(target, &other))
        });
        let is_badge =
            path.starts_with(PICTURES) && before.ends_with('>') && after.starts_with('<');
        (is_link || is_badge || after.starts_with(" \u{b7} ")).then_some(Known::Title)
    }

    /// Whether a number begins the name of a stage, or of a file named after one, or a part of it
    /// that is enough for a command: `04-px`.
    fn is_name(&self, text: &str, found: &Found) -> bool {
        let Some(after) = text.get(found.place.end..) else { return false };
        // In a table, a name must not break at its dashes.
        let is_part = |letter: &char| {
            letter.is_ascii_alphanumeric() || ['-', '\u{2011}', '_'].contains(letter)
        };
        let name: String = after.chars().take_while(is_part).collect();
        let name = name.replace('\u{2011}', "-");
        let Some(name) = name.strip_prefix('-') else { return false };
        let of_stage = self.names.iter().filter(|(number, _)| *number == found.number);
        of_stage.into_iter().any(|(_, known)| {
            let rest = name.strip_prefix(known.as_str());
            let is_longer =
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']));
            is_longer || name.len() > 1 && known.starts_with(name)
        })
    }

    /// Finds numbers of one digit, on lines of code that speak of stages.
    fn plain_numbers(&self, text: &str) -> Vec<usize> {
        let mut places = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let is_about = ["stage", "claim!", "since"].iter().any(|word| line.contains(word));
            let is_alone = |place: usize, digits: &str| {
                let before = line.get(..place).and_then(|before| before.chars().next_back());
                let after = line.get(place + digits.len()..).unwrap_or_default();
                let is_other =
                    |letter: char| letter.is_alphanumeric() || "_\"'$-.[".contains(letter);
                !before.is_some_and(is_other)
                    && !after.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_')
            };
            for (place, digits) in line.match_indices(|letter: char| letter.is_ascii_digit()) {
                let is_moved = digits.parse().is_ok_and(|number| self.moved.contains(&number));
                if is_about && is_moved && is_alone(place, digits) {
                    places.push(start + place);
                }
            }
            start += line.len();
        }
        places
    }
}

/// Finds two digits with neither letters nor digits around them.
fn numbers(text: &str) -> impl Iterator<Item = Found> {
    let bytes = text.as_bytes();
    let is_digit = |place: usize| bytes.get(place).is_some_and(u8::is_ascii_digit);
    let is_letter = |place: usize| bytes.get(place).is_some_and(u8::is_ascii_alphanumeric);
    (0..bytes.len().saturating_sub(1)).filter_map(move |start| {
        let place = start..start + 2;
        let is_alone = start.checked_sub(1).is_none_or(|before| !is_letter(before));
        if !is_digit(start) || !is_digit(start + 1) || !is_alone || is_letter(place.end) {
            return None;
        }
        let number = text.get(place.clone())?.parse().ok()?;
        Some(Found { place, number })
    })
}

/// Whether a word for stages is the last before a place, if need be in the line above, which may be
/// of a comment.
fn has_word(before: &str) -> bool {
    let is_between = |letter: char| letter.is_whitespace() || letter == '/' || letter == '!';
    let words = before.trim_end_matches(is_between);
    let rest = words.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let word = words.strip_prefix(rest).unwrap_or_default();
    // In a string of Rust, a line's end is an escape.
    let word = if rest.ends_with('\\') { word.strip_prefix('n').unwrap_or(word) } else { word };
    let is_apart = before.get(words.len()..).is_some_and(|it| it.contains(char::is_whitespace));
    is_apart && WORDS.contains(&word.to_ascii_lowercase().as_str())
}

/// Whether somebody should look at a number that no rule knows: one with a leading zero, or on a line
/// that speaks of stages, but neither bytes, nor a part of a larger number or of a name, nor recorded.
fn is_suspicious(path: &str, text: &str, found: &Found) -> bool {
    const RECORDED: [&str; 8] = [
        ".snap",
        ".redis",
        ".console",
        ".json",
        ".lock",
        ".diff",
        "requirements.txt",
        "-hiredis.txt",
    ];
    if RECORDED.iter().any(|ending| path.ends_with(ending)) || path.starts_with("book/figures/") {
        return false;
    }
    let (before, after) = (text.get(..found.place.start), text.get(found.place.end..));
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    let line = before.rsplit('\n').next().unwrap_or_default().to_owned()
        + after.split('\n').next().unwrap_or_default();
    let is_about = WORDS.iter().any(|word| line.to_ascii_lowercase().contains(word));
    // No file is named so, or it would be known.
    let is_other_name =
        after.strip_prefix('-').is_some_and(|name| name.starts_with(char::is_alphabetic));
    let is_in_number = before.ends_with(['.', ':', '#', '\\', '%', '+', '_'])
        || after.starts_with(['.', ':'])
            && after.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
    let is_byte = |word: Option<&str>| {
        word.is_some_and(|word| word.len() == 2 && word.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    let is_among_bytes =
        is_byte(before.strip_suffix(' ').and_then(|it| it.rsplit([' ', '`', '\n']).next()))
            || is_byte(
                after.strip_prefix(' ').and_then(|it| it.split([' ', '`', '\n', ',', '.']).next()),
            );
    (found.number < 10 || is_about) && !is_other_name && !is_in_number && !is_among_bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATHS: [&str; 6] = [
        "stages/01-ping/src/main.rs",
        "stages/02-echo/src/main.rs",
        "stages/03-set-get/src/main.rs",
        "book/src/stages/03-set-get/tests.md",
        "book/figures/03-slots.svg",
        "book/sessions/02-echo-asked.console",
    ];

    /// The last two of three stages move.
    fn shift() -> Shift {
        Shift::new(2..=3, &PATHS.map(str::to_owned))
    }

    /// Returns the text with its numbers moved, and how many were moved by a rule, or left.
    fn moved(path: &str, text: &str) -> (String, usize, usize) {
        let moved = shift().text(path, text);
        (moved.text, moved.by_rule.len(), moved.left.len())
    }

    #[test]
    fn names_move_wherever_they_stand() {
        for (before, after) in [
            ("01-ping, 02-echo and 03-set-get", "01-ping, 03-echo and 04-set-get"),
            ("`02-echo/a_claim`", "`03-echo/a_claim`"),
            (
                "02-echo-asked, `03-slots.svg#03-slots-arrow`",
                "03-echo-asked, `04-slots.svg#04-slots-arrow`",
            ),
            ("a part of it: 03-set", "a part of it: 04-set"),
            (
                "[03\u{2011}set\u{2011}get](stages/03-set-get)",
                "[04\u{2011}set\u{2011}get](stages/04-set-get)",
            ),
            ("stage-03 and stage_03, stage-01", "stage-04 and stage_04, stage-01"),
            ("exercise-03-set-get", "exercise-04-set-get"),
        ] {
            assert_eq!(moved("x.md", before), (after.to_owned(), 0, 0), "{before}");
        }
        for (before, after) in [
            ("03-set-get.md", "04-set-get.md"),
            ("02-echo-asked.console", "03-echo-asked.console"),
            ("01-ping", "01-ping"),
            ("02-other", "02-other"),
            ("03", "03"),
        ] {
            assert_eq!(shift().name(before), after);
        }
    }

    #[test]
    fn a_number_moves_beside_a_word_that_says_whose_it_is() {
        for (before, after, by_rule) in [
            ("Stage 02 and chapter 03.", "Stage 03 and chapter 04.", 2),
            ("stages 01, 02 and 03; 03 bytes", "stages 01, 03 and 04; 03 bytes", 2),
            ("stages 01 to 03", "stages 01 to 04", 1),
            ("the tests of stage\n/// 03 hold", "the tests of stage\n/// 04 hold", 1),
            ("\"\\nStage 03 is done\"", "\"\\nStage 04 is done\"", 1),
            ("# 03 \u{b7} SET and GET", "# 04 \u{b7} SET and GET", 1),
            ("as [03](../03-set-get.md#run-it) does", "as [04](../04-set-get.md#run-it) does", 1),
            ("cargo xtask bench 02 03 --quick", "cargo xtask bench 03 04 --quick", 2),
            ("STAGE=03, bind/03/x, carry 01", "STAGE=04, bind/04/x, carry 01", 2),
            ("stage 01", "stage 01", 0),
        ] {
            let (text, count, _) = moved("x.md", before);
            assert_eq!((text.as_str(), count), (after, by_rule), "{before}");
        }
    }

    #[test]
    fn a_number_that_is_all_of_a_text_in_a_picture_of_the_course_moves() {
        let badge = "<text class=\"n\" x=\"03\" y=\"0.02\">03</text>";
        let due = badge.replace(">03<", ">04<");
        let (text, by_rule, _) = moved("book/images/RR.svg", badge);
        assert_eq!((text, by_rule), (due, 1));
        assert_eq!(moved("book/figures/other.svg", badge), (badge.to_owned(), 0, 0));
    }

    #[test]
    fn what_may_be_a_stages_number_is_left_and_reported() {
        for (path, text, left) in [
            ("x.md", "The decoder of 02.", 1),
            ("x.md", "[03](elsewhere.md), 02-other", 1),
            ("x.md", "Stage 01 has 12 pages", 0),
            ("x.md", "stages/02.md", 1),
            ("x.md", "`03 30 30 37`, 12:02:03, 1.02, 0x02, \\x02, 2026-02, {n:03}", 1),
            ("x.snap", "SELECT 02", 0),
            ("x.rs", "claim!(2.., f)", 1),
            ("x.rs", "if stage >= 3 && since <= 2 || stage == 1", 2),
            ("x.rs", "stage3 + stages[2] + stage.2", 0),
            ("x.rs", "for 2 in 1..3 {", 0),
        ] {
            assert_eq!(moved(path, text), (text.to_owned(), 0, left), "{path}: {text}");
        }
    }

    #[test]
    fn the_table_of_lessons_moves_by_its_fields() {
        let entry =
            |number, name| format!("[[stage]]\nnumber = {number}\ndirectory = \"{name}\"\n");
        let table = [entry(1, "01-ping"), entry(2, "02-echo"), entry(3, "03-set-get")].concat();
        let due = [entry(1, "01-ping"), entry(3, "03-echo"), entry(4, "04-set-get")].concat();
        assert_eq!(moved(Lessons::PATH, &table), (due, 0, 0));
    }
}

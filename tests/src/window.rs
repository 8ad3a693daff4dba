//! Parts of what is too long for a line: of bytes and of printed replies, always those that differ.

use crate::tap::KEPT;
use crate::text::{self, escape_line};

/// So many columns a line has beside its label.
pub(crate) const ROOM: usize = 68;

/// So many of them are for what comes before the first difference.
const BEFORE: usize = 24;

/// So many are kept for the number of those that are left out.
const TAIL: usize = 24;

/// This many lines of a reply are shown on each side of the first that differs.
const LINES: usize = 3;

/// Where the text of a labelled line begins.
pub(crate) const INDENT: &str = "            ";

/// Writes a byte where nothing delimits the bytes, so that a quote is a quote, and as any language
/// would write it.
fn escape_byte(byte: u8) -> String {
    match byte {
        b'"' => "\"".into(),
        0x07 | 0x08 => format!("\\x{byte:02x}"),
        _ => text::escape_byte(byte),
    }
}

/// A part of something, and how far into it a certain place is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) text: String,
    pub(crate) caret: usize,
}

impl Window {
    /// Shows bytes around the one at `index`, from its beginning if both they and what they are
    /// compared with are short.
    pub(crate) fn pair(one: &[u8], other: &[u8], index: usize) -> (Self, Self) {
        let cells = |bytes: &[u8]| bytes.iter().map(|&b| escape_byte(b)).collect::<Vec<_>>();
        let (one, other) = (cells(one), cells(other));
        let is_short = width(&one) <= ROOM && width(&other) <= ROOM;
        let follows = following(&one, &other, index);
        let start = if is_short { 0 } else { start(&one, index, follows) };
        (Self::from(&one, start, index, "bytes"), Self::from(&other, start, index, "bytes"))
    }

    /// Shows the beginning of the bytes.
    pub(crate) fn head(bytes: &[u8]) -> String {
        Self::pair(bytes, &[], 0).0.text
    }

    /// Shows the end of the bytes.
    pub(crate) fn tail(bytes: &[u8]) -> String {
        Self::pair(bytes, &[], bytes.len()).0.text
    }

    fn from(cells: &[String], start: usize, index: usize, unit: &str) -> Self {
        let head = if start > 0 { "…" } else { "" };
        let rest = cells.get(start..).unwrap_or_default();
        let room = ROOM - head.chars().count();
        let mut shown = rest.len();
        if width(rest) > room {
            let mut used = 0;
            let fits = |cell: &&String| {
                used += cell.chars().count();
                used <= room - TAIL
            };
            shown = rest.iter().take_while(fits).count();
        }
        let tail = match rest.len() - shown {
            0 => String::new(),
            left => format!("… {left} more {unit}"),
        };
        let before = rest.get(..index.saturating_sub(start).min(rest.len())).unwrap_or_default();
        let caret = head.chars().count() + width(before);
        let text = rest.get(..shown).unwrap_or_default().concat();
        Self { text: format!("{head}{text}{tail}"), caret }
    }
}

fn width(cells: &[String]) -> usize {
    cells.iter().map(|cell| cell.chars().count()).sum()
}

/// Returns where to begin, so that some of what precedes `index` is seen, and as much of it as there
/// is room for besides what follows.
fn start(cells: &[String], index: usize, follows: usize) -> usize {
    let before = cells.get(..index.min(cells.len())).unwrap_or_default();
    let room = BEFORE.max(ROOM.saturating_sub(follows + 1));
    if width(before) <= room {
        return 0;
    }
    let mut used = 0;
    let fits = |cell: &&String| {
        used += cell.chars().count();
        used < room
    };
    before.len() - before.iter().rev().take_while(fits).count()
}

/// Returns how wide is what follows in either.
fn following(one: &[String], other: &[String], index: usize) -> usize {
    let rest = |cells: &[String]| width(cells.get(index..).unwrap_or_default());
    rest(one).max(rest(other))
}

/// Shows bytes on a few lines, which end where those of the protocol do; of very many, the
/// beginning on one.
pub(crate) fn on_lines(bytes: &[u8]) -> String {
    let cell = |byte: &u8| escape_byte(*byte);
    if bytes.len() >= KEPT {
        let head = bytes.iter().take(ROOM - TAIL).map(cell).collect::<String>();
        return format!("{}… and much more", head.get(..ROOM - TAIL).unwrap_or(&head));
    }
    if bytes.iter().map(|byte| cell(byte).len()).sum::<usize>() > 3 * ROOM {
        return Window::head(bytes);
    }
    let mut lines = vec![String::new()];
    for part in bytes.split_inclusive(|byte| *byte == b'\n') {
        let cells: Vec<String> = part.iter().map(cell).collect();
        // A part that fits on no line begins where the one before it ends.
        let parts = if width(&cells) <= ROOM { vec![cells.concat()] } else { cells };
        for part in parts {
            match lines.last_mut() {
                Some(line) if line.len() + part.len() <= ROOM => line.push_str(&part),
                _ => lines.push(part),
            }
        }
    }
    lines.join(&format!("\n{INDENT}"))
}

/// Shows the lines of two replies around the first that differs.
pub(crate) fn lines_around(one: &[String], other: &[String]) -> (String, String) {
    let index = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let letters = |lines: &[String]| -> Vec<String> {
        let line = lines.get(index).map_or("", String::as_str);
        escape_line(line).chars().map(String::from).collect()
    };
    let (first, second) = (letters(one), letters(other));
    let same = first.iter().zip(&second).take_while(|(one, other)| one == other).count();
    let is_short = first.len() <= ROOM && second.len() <= ROOM;
    let follows = following(&first, &second, same);
    let start = if is_short { 0 } else { start(&first, same, follows) };
    let part = |letters: &[String]| Window::from(letters, start, same, "characters").text;
    (block(one, index, &part(&first)), block(other, index, &part(&second)))
}

fn block(lines: &[String], index: usize, differs: &str) -> String {
    let first = index.saturating_sub(LINES);
    let end = lines.len().min(index + LINES);
    let mut shown: Vec<String> = Vec::new();
    shown.extend((first > 0).then(|| "…".to_owned()));
    for (at, line) in lines.iter().enumerate().take(end).skip(first) {
        let letters: Vec<String> = escape_line(line).chars().map(String::from).collect();
        let whole = || Window::from(&letters, 0, 0, "characters").text;
        shown.push(if at == index { differs.to_owned() } else { whole() });
    }
    shown.extend((end < lines.len()).then(|| format!("… {} more lines", lines.len() - end)));
    shown.join(&format!("\n{INDENT}"))
}

/// Breaks a text into lines that fit a terminal, each but the first with this in front. What stands
/// between backticks is to be copied, and stays together.
pub(crate) fn wrapped(text: &str, used: usize, indent: &str) -> String {
    const WIDTH: usize = 72;
    let mut out = String::new();
    let mut width = used;
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match words.last_mut().filter(|last| last.matches('`').count() % 2 == 1) {
            Some(last) => *last += &format!(" {word}"),
            None => words.push(word.to_owned()),
        }
    }
    for word in &words {
        let length = word.chars().count() + 1;
        if width + length > WIDTH && width > 0 {
            out.push('\n');
            out.push_str(indent);
            // Two columns are before every text.
            width = indent.len().saturating_sub(2);
        } else if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        width += length;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The columns of a text's widest line.
    fn columns(text: &str) -> usize {
        text.lines().map(|line| line.chars().count()).max().unwrap_or_default()
    }

    #[test]
    fn the_first_byte_that_differs_is_in_view_and_at_the_same_place_in_both() {
        for length in [1, 30, 60, 70, 200, 5000] {
            for index in [0, 1, 20, 40, 69, 199, 4999].into_iter().filter(|at| *at < length) {
                for byte in [b'x', 0xff] {
                    let one = vec![byte; length];
                    let mut other = vec![byte; length + 7];
                    other[index] = b'!';
                    let (first, second) = Window::pair(&one, &other, index);
                    assert_eq!(first.caret, second.caret, "{length} {index}");
                    assert_eq!(second.text.chars().nth(second.caret), Some('!'));
                    assert!(columns(&first.text).max(columns(&second.text)) <= ROOM, "{second:?}");
                }
            }
        }
        let (whole, _) = Window::pair(b"PING\r\n", b"PONG\r\n", 1);
        assert_eq!(whole, Window { text: "PING\\r\\n".into(), caret: 1 });
        let (_, window) = Window::pair(&[b'x'; 100], &[b'x'; 99], 99);
        assert_eq!(window.text, format!("…{}", "x".repeat(ROOM - 3)));
    }

    #[test]
    fn the_first_line_that_differs_is_in_view() {
        let lines = |last: &str| -> Vec<String> {
            let many = (1..=300).map(|n| format!("{n}) \"key:{n}\""));
            many.chain([last.to_owned(), "301) \"end\"".to_owned()]).collect()
        };
        let long = format!("\"{}", "y".repeat(500));
        let (one, other) = (lines(&format!("{long}a\"")), lines(&format!("{long}b{long}\"")));
        let (one, other) = lines_around(&one, &other);
        assert!(one.contains("ya\"") && other.contains("yb\""), "{one}\n{other}");
        assert!(other.contains("300) \"key:300\"") && other.contains("301) \"end\""), "{other}");
        assert!(columns(&one).max(columns(&other)) <= ROOM + INDENT.len(), "{other}");
        let (one, other) = lines_around(&[], &lines("x"));
        assert!(one.is_empty() && other.ends_with("… 299 more lines"), "{other}");
    }

    #[test]
    fn what_was_sent_takes_three_lines_or_one() {
        let sent = on_lines(&[b'\n'; 100]);
        assert!(sent.lines().count() == 3 && columns(&sent) <= ROOM + INDENT.len(), "{sent}");
        let sent = on_lines(&[b'\n'; 103]);
        assert_eq!(sent, format!("{}… 81 more bytes", "\\n".repeat(22)));
        let sent = on_lines(
            format!("$30\r\n{}\r\n$32\r\n{}\r\n", "x".repeat(30), "y".repeat(32)).as_bytes(),
        );
        assert!(sent.lines().nth(1).is_some_and(|line| line.trim().starts_with("yy")), "{sent}");
        let sent = on_lines(&[b'x'; 150]);
        assert_eq!(sent.lines().next(), Some("x".repeat(ROOM).as_str()));
        assert!(on_lines(&[b'\n'; KEPT]).ends_with("\\n… and much more"));
    }
}

//! The report when two servers differ.

use std::fmt::Write as _;

use super::pair::{Difference, Kind};
use super::session::Session;
use crate::text::{escape, escape_byte};

/// This many bytes are shown before the first that differs, and this many from there on.
const BEFORE: usize = 48;
const AFTER: usize = 64;

/// Describes a difference: the session as a transcript, then both servers' bytes.
#[must_use]
pub fn report(session: &Session, difference: &Difference, ours: &str) -> String {
    let shown = Session { steps: session.steps.get(..=difference.step).unwrap_or_default().into() };
    let mut text = String::new();
    for line in shown.to_text().lines().filter(|line| !line.starts_with("@receive")) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {}", clipped(line));
    }
    if let Some(request) = &difference.request {
        let words: Vec<String> =
            request.iter().map(|word| format!("\"{}\"", escape(word))).collect();
        let _ = writeln!(text, "\n  In reply to {}", clipped(&words.join(" ")));
    }
    let width = ours.chars().count().max("Redis".len());
    let [expected, received] = &difference.replies;
    let at = expected.iter().zip(received).take_while(|(one, other)| one == other).count();
    let (_, redis) = window(expected, at);
    let (caret, other) = window(received, at);
    let _ = writeln!(text, "\n  {:width$}  {redis}", "Redis");
    let _ = writeln!(text, "  {ours:width$}  {other}");
    let byte = |bytes: &[u8]| match bytes.get(at) {
        Some(byte) => format!("'{}'", escape_byte(*byte)),
        None => "the end".to_owned(),
    };
    if expected != received {
        let blank = " ".repeat(width + 4 + caret);
        let (one, other) = (byte(expected), byte(received));
        let _ = writeln!(text, "{blank}^ byte {}: {one} from Redis, {other} here", at + 1);
    }
    let _ = writeln!(text, "\n  {}", words_for(&difference.kind));
    text
}

/// Returns a text of all bytes around the one at `at`, and where in it that byte is.
fn window(bytes: &[u8], at: usize) -> (usize, String) {
    let start = at.saturating_sub(BEFORE);
    let end = bytes.len().min(at + AFTER);
    let show = |from: usize, to: usize| -> String {
        bytes.get(from..to.max(from)).unwrap_or_default().iter().map(|&b| escape_byte(b)).collect()
    };
    let before = format!("{}{}", if start > 0 { "…" } else { "" }, show(start, at));
    let rest = match bytes.len() - end {
        0 => String::new(),
        more => format!("… {more} more bytes"),
    };
    let text = format!("{before}{}{rest}", show(at, end));
    let text = if text.is_empty() { "nothing".to_owned() } else { text };
    (before.chars().count(), text)
}

/// A line that fits a terminal; the file has all of it.
fn clipped(line: &str) -> String {
    const LONGEST: usize = 400;
    if line.chars().count() <= LONGEST {
        return line.to_owned();
    }
    let head: String = line.chars().take(LONGEST).collect();
    format!("{head}…")
}

fn words_for(kind: &Kind) -> String {
    match kind {
        Kind::Bytes => "The replies differ.".into(),
        Kind::Silence => "The reply does not arrive, or not all of it.".into(),
        Kind::HungUp => "The server closes the connection instead.".into(),
        Kind::StillOpen => "Redis closes the connection here, the server does not.".into(),
        Kind::Surplus => "The server sends more than Redis.".into(),
        Kind::Counters => "INFO counts this session's commands differently.".into(),
        Kind::NotReading => "The server does not read what is sent.".into(),
        Kind::Gone(how) => format!("The server no longer serves clients: {how}"),
        Kind::Misjudged(how) => {
            format!("The differ itself is wrong, or the machine is too slow: {how}.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::session::Step;
    use super::*;

    #[test]
    fn a_difference_is_told_with_a_caret() {
        let step = |client, bytes: &str| Step { client, bytes: bytes.into() };
        let session = Session {
            steps: vec![step(0, "SET k v\r\n"), step(1, "GET k\r\n"), step(0, "PING\r\n")],
        };
        let difference = Difference {
            step: 1,
            request: Some(vec![b"GET".to_vec(), b"k".to_vec()]),
            kind: Kind::Bytes,
            replies: [b"$1\r\nv\r\n".to_vec(), b"$-1\r\n".to_vec()],
        };
        let expected = r#"  @send "SET k v\r\n"
  @client second
  @send "GET k\r\n"

  In reply to "GET" "k"

  Redis     $1\r\nv\r\n
  stage-07  $-1\r\n
             ^ byte 2: '1' from Redis, '-' here

  The replies differ.
"#;
        assert_eq!(report(&session, &difference, "stage-07"), expected);
    }

    #[test]
    fn of_many_bytes_those_around_the_first_that_differs_are_shown() {
        let same = "x".repeat(1000);
        let (one, other) = (format!("{same}a{same}"), format!("{same}b"));
        let (caret, text) = window(one.as_bytes(), 1000);
        assert_eq!(text, format!("…{}a{}… 937 more bytes", "x".repeat(48), "x".repeat(63)));
        assert_eq!(text.chars().nth(caret), Some('a'));
        assert_eq!(window(other.as_bytes(), 1000).1, format!("…{}b", "x".repeat(48)));
        assert_eq!(window(b"", 0), (0, "nothing".into()));
    }
}

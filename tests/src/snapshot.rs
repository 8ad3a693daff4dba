//! Snapshots: what a real Redis answered to a transcript, in insta's file format.
//!
//! The format is insta's, so that its tools show and review them: a head between two lines of
//! `---`, then the text. They are read and written here all the same. insta takes the spaces off
//! the end of a text, where Redis's unknown-command error has one; and it writes from within
//! assertions, while a test of a server must never write a snapshot.

use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;

use crate::corpus;
use crate::transcript::Transcript;

/// The replies that a transcript is held to, one list of lines for each step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The lines after each step, in the order of the steps.
    pub replies: Vec<Vec<String>>,
}

/// Why there is nothing to hold a server to.
#[derive(Debug)]
pub enum SnapshotError {
    /// It was never recorded.
    Missing(PathBuf),
    /// It is no snapshot of insta's.
    Unreadable(PathBuf, String),
    /// The transcript has been changed since.
    Stale {
        /// The snapshot's file.
        path: PathBuf,
        /// The transcript's line that the snapshot lacks.
        wanted: String,
        /// What it has in its place.
        found: Option<String>,
    },
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(path) => write!(f, "{} is missing", path.display())?,
            Self::Unreadable(path, reason) => {
                write!(f, "{} cannot be read: {reason}", path.display())?;
            }
            Self::Stale { path, wanted, found } => {
                let found = found.as_deref().unwrap_or("its end");
                writeln!(f, "{} does not belong to this transcript:", path.display())?;
                write!(f, "  the transcript says  {wanted}\n  the snapshot has     {found}")?;
            }
        }
        let (Self::Missing(path) | Self::Unreadable(path, _) | Self::Stale { path, .. }) = self;
        let is_of_an_exercise = path.components().any(|part| part.as_os_str() == "exercises");
        let program = if is_of_an_exercise { "exercises" } else { "transcripts" };
        write!(
            f,
            "\n  Record it from a real Redis: cargo run -p conformance --bin {program} -- record"
        )
    }
}

impl std::error::Error for SnapshotError {}

/// Returns where the snapshot of a transcript is: an exercise has its own beside them.
#[must_use]
pub fn path(name: &str) -> PathBuf {
    let is_of_an_exercise = corpus::is_of_an_exercise(name);
    let home = if is_of_an_exercise { corpus::exercises() } else { corpus::snapshots() };
    home.join(format!("{name}.snap"))
}

/// Writes a transcript with the replies to its first steps, as the snapshot holds them.
#[must_use]
pub fn render(transcript: &Transcript, replies: &[Vec<String>]) -> String {
    let mut lines = Vec::new();
    for (step, reply) in transcript.steps.iter().zip(replies) {
        lines.extend(step.before.iter().cloned());
        lines.extend(step.source.iter().map(|line| format!("> {line}")));
        lines.extend(reply.iter().cloned());
    }
    if transcript.steps.len() == replies.len() {
        lines.extend(transcript.epilogue.iter().cloned());
    }
    lines.join("\n").trim_matches('\n').to_owned()
}

/// Writes the snapshot of a transcript.
///
/// # Errors
/// When the file cannot be written.
pub fn save(transcript: &Transcript, replies: &[Vec<String>]) -> io::Result<()> {
    let path = path(&transcript.name);
    fs::create_dir_all(path.parent().unwrap_or(&path))?;
    let source = transcript.path.to_string_lossy().replace('\\', "/");
    let text = render(transcript, replies);
    fs::write(path, format!("---\nsource: {source}\n---\n{text}\n"))
}

/// Returns the lines after the head, between two lines of `---`, with plain line ends.
fn without_head(file: &str) -> Option<String> {
    let mut lines = file.lines();
    if lines.next() != Some("---") {
        return None;
    }
    lines.by_ref().find(|line| *line == "---")?;
    Some(lines.collect::<Vec<_>>().join("\n"))
}

impl Snapshot {
    /// Reads the snapshot of a transcript.
    ///
    /// # Errors
    /// When there is none, or it was recorded from other steps.
    pub fn load(transcript: &Transcript) -> Result<Self, SnapshotError> {
        let path = path(&transcript.name);
        let shown = corpus::shown(&path);
        if !path.is_file() {
            return Err(SnapshotError::Missing(shown));
        }
        let unreadable = |reason: String| SnapshotError::Unreadable(shown.clone(), reason);
        let file = fs::read_to_string(&path).map_err(|error| unreadable(error.to_string()))?;
        let text = without_head(&file);
        let text = text.ok_or_else(|| unreadable("it does not begin with insta's head".into()))?;
        Self::parse(transcript, &text).map_err(|(wanted, found)| SnapshotError::Stale {
            path: shown,
            wanted,
            found,
        })
    }

    /// Takes the replies out of a snapshot's text, as [`render`] wrote it.
    ///
    /// # Errors
    /// With the line of the transcript that the text lacks, and the one that it has there.
    pub fn parse(transcript: &Transcript, text: &str) -> Result<Self, (String, Option<String>)> {
        let mut lines = text.lines().peekable();
        let mut replies: Vec<Vec<String>> = Vec::new();
        let mut is_first = true;
        let after = transcript.epilogue.iter();
        for step in &transcript.steps {
            let source = step.source.iter().map(|line| format!("> {line}"));
            let head: Vec<String> = step.before.iter().cloned().chain(source).collect();
            // Blank lines before the first prose are trimmed away by insta.
            let head = head.iter().skip_while(|line| is_first && line.is_empty());
            for line in head {
                match lines.next() {
                    Some(found) if found == line => {}
                    found => return Err((line.clone(), found.map(str::to_owned))),
                }
            }
            is_first = false;
            replies.push(Vec::new());
            let next = transcript.steps.get(replies.len());
            let next = match next {
                Some(next) => {
                    next.before.first().cloned().or(next.source.first().map(|l| format!("> {l}")))
                }
                None => after.clone().next().cloned(),
            };
            if !step.action.prints() {
                continue;
            }
            while let Some(line) = lines.next_if(|line| Some(*line) != next.as_deref()) {
                if let Some(reply) = replies.last_mut() {
                    reply.push(line.to_owned());
                }
            }
        }
        let rest: Vec<&str> = lines.collect();
        let epilogue: Vec<&str> = after.map(String::as_str).collect();
        if rest.join("\n").trim() == epilogue.join("\n").trim() {
            Ok(Self { replies })
        } else {
            Err((
                epilogue.first().unwrap_or(&"its end").to_string(),
                rest.first().map(|l| (*l).to_owned()),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const SOURCE: &str = "\n# Two replies.\nPING\n\n# And more.\n@wait 1ms\n@pipeline\nGET a\nGET b\n@end\n# The end.";

    fn transcript(source: &str) -> Transcript {
        Transcript::parse("01-ping/a_claim", Path::new("a_claim.redis"), source).expect("good")
    }

    fn lines(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn replies_are_written_below_their_steps_and_read_back() {
        let transcript = transcript(SOURCE);
        let replies = vec![lines(&["PONG "]), vec![], lines(&["1) \"a\"", "2) \"# b\"", "(nil)"])];
        let text = render(&transcript, &replies);
        let written = [
            "# Two replies.",
            "> PING",
            "PONG ",
            "",
            "# And more.",
            "> @wait 1ms",
            "> @pipeline",
            "> GET a",
            "> GET b",
            "> @end",
            "1) \"a\"",
            "2) \"# b\"",
            "(nil)",
            "# The end.",
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), written);
        assert_eq!(Snapshot::parse(&transcript, &text), Ok(Snapshot { replies }));
    }

    #[test]
    fn a_head_is_taken_off_and_spaces_at_line_ends_are_kept() {
        let file = "---\r\nsource: x\r\n---\r\n> PING\r\nPONG \r\n";
        assert_eq!(without_head(file).as_deref(), Some("> PING\nPONG "));
        assert_eq!(without_head("> PING\nPONG"), None);
        assert_eq!(without_head("---\nsource: x\n"), None);
    }

    #[test]
    fn a_snapshot_of_other_steps_is_refused() {
        let text =
            render(&transcript(SOURCE), &[lines(&["PONG"]), vec![], lines(&["(nil)", "(nil)"])]);
        let table = [
            (SOURCE.replace("PING", "PING x"), "> PING x", Some("> PING")),
            (SOURCE.replace("# Two", "# Too"), "# Too replies.", Some("# Two replies.")),
            (SOURCE.replace("GET b\n", ""), "> @end", Some("> GET b")),
            (SOURCE.replace("# The end", "# An end"), "# An end.", None),
        ];
        for (source, wanted, found) in table {
            let (lacks, has) = Snapshot::parse(&transcript(&source), &text).expect_err(&source);
            assert_eq!((lacks.as_str(), has.as_deref()), (wanted, found), "{source}");
        }
    }
}

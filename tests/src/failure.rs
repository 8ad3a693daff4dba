//! What a learner reads when a server does not answer as Redis does.

use std::fmt;

use crate::diagnosis::{Symptoms, diagnose};
use crate::player::{Ending, Outcome, PlayError, Trouble};
use crate::printed;
use crate::reply::{Reply, mask};
use crate::resp::Protocol;
use crate::server::Said;
use crate::snapshot::SnapshotError;
use crate::solution::where_to_look;
use crate::text::{self, Place, escape_byte};
use crate::transcript::{Action, Command, Step, Transcript, View};

/// This many bytes are shown whole.
const WHOLE: usize = 96;

/// Of more bytes, this many are shown before the first difference, and this many from there on.
const BEFORE: usize = 24;
const AFTER: usize = 48;

/// This many lines of a reply are shown on each side of the first that differs.
const LINES: usize = 3;

/// Where the text of a labelled line begins.
const INDENT: &str = "            ";

/// Why a transcript does not pass.
#[derive(Debug)]
pub enum Failure {
    /// There is nothing to compare with.
    Snapshot(SnapshotError),
    /// There was no server to play against.
    Play(PlayError),
    /// A step came out otherwise than with a real Redis.
    Step(Box<Mismatch>),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Snapshot(error) => error.fmt(f),
            Self::Play(error) => error.fmt(f),
            Self::Step(mismatch) => mismatch.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

/// A step that came out otherwise than with a real Redis.
///
/// It is shown without the port, the directory and the time, so the same mistake reads the same.
#[derive(Debug, Clone)]
pub struct Mismatch {
    /// The transcript.
    pub transcript: Transcript,
    /// The step's index in it.
    pub step: usize,
    /// The lines that a real Redis gets here.
    pub expected: Vec<String>,
    /// What came.
    pub outcome: Outcome,
    /// How the play ended.
    pub ending: Ending,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(step) = self.transcript.steps.get(self.step) else { return Ok(()) };
        let outcome = self.outcome.culprit(&self.expected);
        let expected = Expected::read(step, &self.expected, outcome.protocol, &self.place());
        writeln!(f, "{}", self.transcript.prose())?;
        self.where_it_is(f, step)?;
        self.what_was_sent(f, outcome)?;
        match &expected.wire {
            Some(wire) => self.bytes_that_differ(f, wire, outcome)?,
            None => self.lines_that_differ(f, outcome)?,
        }
        let trouble = outcome.trouble.as_ref().filter(|trouble| match trouble {
            // Nothing more after nothing need not be said,
            Trouble::Silence => !outcome.received.is_empty(),
            // nor what the caret shows.
            Trouble::NoReply => expected.wire.is_none(),
            _ => true,
        });
        if let Some(trouble) = trouble {
            writeln!(f, "{INDENT}{}", words_for(trouble))?;
        } else if expected.closes && !outcome.printed.iter().any(|line| line == "(closed)") {
            writeln!(f, "{INDENT}and the connection is still open")?;
        }
        self.how_the_server_ended(f)?;
        if let Some(meaning) = self.meaning(step, &expected, outcome) {
            writeln!(f, "\n  Most likely: {}", wrapped(&meaning))?;
        }
        match where_to_look(&self.transcript.name) {
            Some(text) => write!(f, "\n  {text}"),
            None => write!(f, "\n  Chapter {} tells how it is done.", self.chapter()),
        }
    }
}

impl Mismatch {
    fn place(&self) -> Place {
        self.ending.place.clone().unwrap_or_default()
    }

    fn chapter(&self) -> &str {
        self.transcript.name.split('/').next().unwrap_or_default()
    }

    fn where_it_is(&self, f: &mut fmt::Formatter<'_>, step: &Step) -> fmt::Result {
        let file = self.transcript.path.to_string_lossy().replace('\\', "/");
        writeln!(f, "\n  {file}, line {}", step.line)?;
        if let Some((client, _)) = &self.ending.unasked {
            writeln!(f, "  after the last step of client '{client}':")?;
        }
        for line in step.source.iter().take(2 * LINES) {
            writeln!(f, "  > {line}")?;
        }
        if step.source.len() > 2 * LINES {
            writeln!(f, "  > … {} more lines", step.source.len() - 2 * LINES)?;
        }
        writeln!(f)
    }

    fn what_was_sent(&self, f: &mut fmt::Formatter<'_>, outcome: &Outcome) -> fmt::Result {
        if outcome.sent.is_empty() {
            return Ok(());
        }
        let place = self.place();
        let show = |bytes: &[u8]| Window::around(bytes, 0, &place).text;
        match outcome.cut.and_then(|cut| outcome.sent.split_at_checked(cut)) {
            Some((first, rest)) => {
                let first = Window::around(first, first.len(), &place).text;
                writeln!(f, "  sent      {first}\n  and later {}", show(rest))
            }
            None => writeln!(f, "  sent      {}", show(&outcome.sent)),
        }
    }

    /// Shows both replies around the first byte that differs, with a caret below it.
    fn bytes_that_differ(
        &self,
        f: &mut fmt::Formatter<'_>,
        expected: &[u8],
        outcome: &Outcome,
    ) -> fmt::Result {
        let place = self.place();
        let received = &outcome.received;
        let same = expected.iter().zip(received).take_while(|(one, other)| one == other).count();
        let wanted = Window::around(expected, same, &place);
        let came = Window::around(received, same, &place);
        writeln!(f, "  expected  {}", wanted.or_nothing())?;
        writeln!(f, "  received  {}", came.or_nothing())?;
        let byte = |byte: &u8| format!("'{}'", escape_byte(*byte));
        let at = same + 1;
        let text = match (expected.get(same), received.get(same)) {
            (Some(due), Some(came)) => {
                format!("byte {at} should be {}, not {}", byte(due), byte(came))
            }
            (Some(_), None) if received.is_empty() => return Ok(()),
            (Some(due), None) => format!("byte {at} should be {}, and is missing", byte(due)),
            (None, Some(_)) => "nothing should follow here".into(),
            (None, None) => return Ok(()),
        };
        writeln!(f, "{INDENT}{}^ {text}", " ".repeat(came.caret))
    }

    /// Shows the lines around the first that differs, where they are no bytes to compare.
    fn lines_that_differ(&self, f: &mut fmt::Formatter<'_>, outcome: &Outcome) -> fmt::Result {
        let (expected, received) = (&self.expected, &outcome.printed);
        let same = expected.iter().zip(received).take_while(|(one, other)| one == other).count();
        writeln!(f, "  expected  {}", lines_around(expected, same))?;
        writeln!(f, "  received  {}", lines_around(received, same))?;
        if outcome.received.is_empty() {
            return Ok(());
        }
        writeln!(f, "  in bytes  {}", Window::around(&outcome.received, 0, &self.place()).text)
    }

    fn how_the_server_ended(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let output = &self.ending.output;
        if let Some(status) = self.ending.status {
            return writeln!(f, "\n  The server exited ({status}).\n{}", Said(output));
        }
        if output.contains("panicked at") {
            return writeln!(f, "\n  The server panicked.\n{}", Said(output));
        }
        Ok(())
    }

    fn meaning(&self, step: &Step, expected: &Expected, outcome: &Outcome) -> Option<String> {
        let before = self.transcript.steps.iter().take(self.step).map(|step| &step.action);
        diagnose(&Symptoms {
            expected: expected.wire.as_deref(),
            received: &outcome.received,
            due: &self.expected,
            came: &outcome.printed,
            sent: &outcome.sent,
            closes: expected.closes,
            trouble: outcome.trouble.as_ref(),
            action: &step.action,
            before: &before.collect::<Vec<_>>(),
            is_cut: outcome.cut.is_some(),
        })
    }
}

impl Outcome {
    /// Returns the part of a `@split` that differs, or the outcome itself.
    fn culprit(&self, expected: &[String]) -> &Self {
        self.parts.iter().find(|part| part.printed != expected).unwrap_or(self)
    }
}

/// The reply of a real Redis, as bytes if the snapshot's lines contain them.
struct Expected {
    wire: Option<Vec<u8>>,
    closes: bool,
}

impl Expected {
    fn read(step: &Step, lines: &[String], protocol: Protocol, place: &Place) -> Self {
        let (lines, closes) = match lines.split_last() {
            Some((last, lines)) if last == "(closed)" => (lines, true),
            _ => (lines, false),
        };
        let plain = |command: &Command| command.view == View::Plain;
        let wire = || command_wire(lines, protocol, place);
        // The length before the directory's name is another on every machine.
        let is_elsewhere = lines.iter().any(|line| line.contains("{dir}"));
        let wire = match &step.action {
            _ if is_elsewhere => None,
            Action::Command(command) if plain(command) => wire(),
            Action::Pipeline(commands) if commands.iter().all(plain) => wire(),
            Action::Receive(_) | Action::Closed | Action::Split { .. } => raw_wire(lines, place),
            Action::Nothing => Some(Vec::new()),
            _ => None,
        };
        Self { wire, closes }
    }
}

fn command_wire(lines: &[String], protocol: Protocol, place: &Place) -> Option<Vec<u8>> {
    let replies = printed::parse_several(lines)?;
    let wires = replies.into_iter().map(|reply| reply.unmasked(place).wire(protocol));
    Some(wires.collect::<Option<Vec<_>>>()?.concat())
}

fn raw_wire(lines: &[String], place: &Place) -> Option<Vec<u8>> {
    let mut wire = Vec::new();
    for line in lines {
        let (one, times) = printed::repeated(line).unwrap_or((line, 1));
        let bytes = text::unquoted(one)?;
        let Reply::Bulk(bytes) = Reply::Bulk(bytes).unmasked(place) else { return None };
        wire.extend(bytes.repeat(times));
    }
    Some(wire)
}

/// A part of some bytes, escaped, and how far into it a certain byte is.
struct Window {
    text: String,
    caret: usize,
}

impl Window {
    /// Shows the bytes around the one at `index`.
    fn around(bytes: &[u8], index: usize, place: &Place) -> Self {
        let is_short = bytes.len() <= WHOLE;
        let start = if is_short { 0 } else { index.saturating_sub(BEFORE) };
        let end = if is_short { bytes.len() } else { bytes.len().min(index + AFTER) };
        let show = |from: usize, to: usize| {
            let part = bytes.get(from..to.max(from)).unwrap_or_default();
            mask(part, place).iter().map(|&byte| escape_byte(byte)).collect::<String>()
        };
        let head = if start > 0 { "…" } else { "" };
        let tail = match bytes.len() - end.min(bytes.len()) {
            0 => String::new(),
            rest => format!("… {rest} more bytes"),
        };
        let before = format!("{head}{}", show(start, index.min(bytes.len())));
        let text = format!("{before}{}{tail}", show(index.min(bytes.len()), end));
        Self { caret: before.chars().count(), text }
    }

    fn or_nothing(&self) -> &str {
        if self.text.is_empty() { "nothing" } else { &self.text }
    }
}

/// Shows the lines around the one at `index`.
fn lines_around(lines: &[String], index: usize) -> String {
    let start = index.saturating_sub(LINES);
    let end = lines.len().min(index + LINES);
    let mut shown: Vec<&str> = Vec::new();
    shown.extend((start > 0).then_some("…"));
    shown.extend(lines.get(start..end).unwrap_or_default().iter().map(String::as_str));
    shown.extend((end < lines.len()).then_some("…"));
    shown.join(&format!("\n{INDENT}"))
}

fn words_for(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Unreachable(error) => format!("no connection to the server: {error}"),
        Trouble::Silence => "then nothing more arrived, and the client gave up".into(),
        Trouble::Closed => "then the server closed the connection".into(),
        Trouble::StillOpen => "then the connection stayed open".into(),
        Trouble::NotReading => "the server did not read what was sent".into(),
        Trouble::NoReply => "which is not a reply that a client understands".into(),
        Trouble::Protocol(Protocol::Resp2) => "which is RESP3, and this client speaks RESP2".into(),
        Trouble::Protocol(Protocol::Resp3) => {
            "which is RESP2, and this client has chosen RESP3".into()
        }
        Trouble::Endless => "and the cursor is still not 0".into(),
        Trouble::Unasked => "which is more than was asked for".into(),
        Trouble::Flood => "and so on without end".into(),
    }
}

/// Breaks a text into lines that fit a terminal.
pub(crate) fn wrapped(text: &str) -> String {
    const WIDTH: usize = 72;
    let mut out = String::new();
    let mut width = "Most likely: ".len();
    for word in text.split_whitespace() {
        let length = word.chars().count() + 1;
        if width + length > WIDTH {
            out.push_str("\n  ");
            width = 0;
        } else if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        width += length;
    }
    out
}

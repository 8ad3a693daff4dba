//! What a learner reads when a server does not answer as Redis does.

use std::fmt;
use std::iter;

use crate::corpus;
use crate::diagnosis::{Symptoms, diagnose};
use crate::last_words::{Crash, Said, cut, ending, the_end};
use crate::player::{Ending, Outcome, PlayError, Trouble};
use crate::printed;
use crate::reply::Reply;
use crate::requests::{requests, typed};
use crate::resp::{Protocol, split_replies};
use crate::server::{CommandLine, StartError};
use crate::snapshot::SnapshotError;
use crate::solution::where_to_look;
use crate::text::{self, Place, escape_line};
use crate::transcript::{Action, Command, Step, Transcript, View};
use crate::window::{INDENT, ROOM, Window, lines_around, on_lines, wrapped};

/// This many of the lines that were typed are shown.
const TYPED: usize = 6;

/// And so many of those that were typed before.
const TYPED_BEFORE: usize = 4;

/// So long may the cause of a failure be.
const CAUSE: usize = 70;

/// The port of a server that is started by hand.
const PORT_BY_HAND: u16 = 6380;

/// Why a transcript does not pass.
#[derive(Debug)]
pub enum Failure {
    /// There is nothing to compare with.
    Snapshot(SnapshotError),
    /// There was no server to play against.
    Play(PlayError, Box<Setting>),
    /// A step came out otherwise than with a real Redis.
    Step(Box<Mismatch>),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Snapshot(error) => error.fmt(f),
            Self::Play(error, setting) => setting.not_played(f, error),
            Self::Step(mismatch) => mismatch.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

impl Failure {
    /// Returns the cause in a line, the same for all failures with this cause.
    #[must_use]
    pub fn cause(&self) -> String {
        let cause = match self {
            Self::Snapshot(error) => error.to_string(),
            Self::Play(PlayError::Start(StartError::Run { error, .. }), _) => {
                format!("the server's command cannot be run: {error}")
            }
            Self::Play(PlayError::Start(error), _) => {
                let crash = error.ran().and_then(|(_, output)| Crash::find(output));
                crash.map_or_else(|| error.cause(), |crash| crash.error)
            }
            Self::Play(error, _) => error.to_string(),
            Self::Step(mismatch) => mismatch.cause(),
        };
        cause_line(&cause)
    }
}

/// Makes one line of a cause, without addresses in memory, which are others in each run.
pub(crate) fn cause_line(cause: &str) -> String {
    let word = |word: &str| match word.find("0x") {
        Some(at) if word.len() > at + 8 => word.get(..at).unwrap_or_default().to_owned() + "0x…",
        _ => word.to_owned(),
    };
    let line = cause.lines().next().unwrap_or_default();
    // Python names the key that is missing, and nothing else.
    let line = if line.starts_with("KeyError: ") { "KeyError: …" } else { line };
    let words: Vec<String> = line.split(' ').map(word).collect();
    cut(&words.join(" "), CAUSE)
}

/// A transcript, and the server that it is played against.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The transcript.
    pub transcript: Transcript,
    /// What starts the server, if it is started for the transcript.
    pub command: Option<CommandLine>,
}

impl Setting {
    fn not_played(&self, f: &mut fmt::Formatter<'_>, error: &PlayError) -> fmt::Result {
        writeln!(f, "{}\n\n  {}", self.claim(), self.path())?;
        self.by_hand(f)?;
        let PlayError::Start(error) = error else {
            writeln!(f, "\n  {}", wrapped(&error.to_string(), 0, "  "))?;
            return self.read_on(f);
        };
        writeln!(f, "\n  {}.", wrapped(&with_capital(&error.in_short()), 0, "  "))?;
        if let Some((command, output)) = error.ran() {
            if !self.is_prepared() {
                writeln!(f, "  It was started with: {command}")?;
            }
            writeln!(f, "{}", Said(output))?;
            if let Some(text) = meaning_of_start(error, output) {
                hint(f, text)?;
            }
        }
        self.read_on(f)
    }

    /// Returns what the transcript claims, on lines that fit.
    fn claim(&self) -> String {
        wrapped(&self.transcript.prose(), 0, "")
    }

    fn path(&self) -> String {
        self.transcript.path.to_string_lossy().replace('\\', "/")
    }

    /// Returns how many lines the transcript has.
    fn lines(&self) -> usize {
        let last = self.transcript.steps.last();
        let end = last.map_or(0, |step| step.line + step.source.len() - 1);
        end + self.transcript.epilogue.len()
    }

    /// Whether the server needs files or arguments of the transcript's own.
    fn is_prepared(&self) -> bool {
        self.transcript.steps.iter().any(|step| step.action.is_preparation())
    }

    /// Shows how to start the server as the transcript does, if that needs more than its command.
    fn by_hand(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(command) = self.command.as_ref().filter(|_| self.is_prepared()) else {
            return Ok(());
        };
        let dir = "/tmp".to_owned();
        let place = Place { port: PORT_BY_HAND, dir, ..Place::default() };
        let mut files: Vec<Vec<String>> = Vec::new();
        let mut words = command.filled(&place);
        for step in &self.transcript.steps {
            match &step.action {
                Action::File { name, fixture } => {
                    let folder = name.rsplit_once('/').map(|(folder, _)| folder);
                    let folder = folder.map(|it| format!("mkdir -p /tmp/{it} &&"));
                    let copy = format!("cp tests/fixtures/{fixture}");
                    let copy = [copy, format!("/tmp/{name}")];
                    files.push(folder.into_iter().chain(copy).collect());
                }
                Action::ServerArguments(arguments) => {
                    let arguments = arguments.iter().map(|word| word.expand(&place, 0));
                    words.extend(arguments.map(|it| String::from_utf8_lossy(&it).into_owned()));
                }
                _ => {}
            }
        }
        let words = words.iter().map(|word| match shlex::try_quote(word) {
            Ok(word) => word.into_owned(),
            Err(_) => word.clone(),
        });
        let mut start: Vec<String> = ["(cd /tmp &&".into()].into_iter().chain(words).collect();
        start.last_mut().into_iter().for_each(|last| last.push(')'));
        let lines = files.iter().chain([&start]).map(|words| on_shell_lines(words));
        let lines: Vec<String> = lines.collect();
        writeln!(f, "\n  by hand   {}", lines.join(&format!("\n{INDENT}")))
    }

    fn read_on(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match where_to_look(&self.transcript.name) {
            Some(text) => write!(f, "\n  {}", wrapped(&text, 0, "  ")),
            None => write!(f, "\n  {}", read_on(&self.transcript.name)),
        }
    }
}

/// Where a command for a shell goes on in the next line.
const FOLD: &str = " \\\n              ";

/// Returns the text with each command for a shell on one line: where it is folded depends on how long
/// the path of the server is.
#[must_use]
pub fn unfolded(text: &str) -> String {
    text.replace(FOLD, " ")
}

/// Returns a command for a shell, on as many lines as it needs to fit. An option keeps its value.
fn on_shell_lines(words: &[String]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for word in words {
        match parts.last_mut() {
            Some(last) if last.starts_with("--") && !word.starts_with('-') => {
                *last += &format!(" {word}");
            }
            _ => parts.push(word.clone()),
        }
    }
    let mut out = String::new();
    let mut width = 0;
    for word in &parts {
        let length = word.chars().count() + 1;
        // Behind the last one there may be a backslash.
        if width > 0 && width + length > ROOM - 2 {
            out += FOLD;
            width = 2;
        } else if width > 0 {
            out.push(' ');
        }
        out += word;
        width += length;
    }
    out
}

/// Returns why a server may take no connection, where it does not say so itself.
fn meaning_of_start(error: &StartError, output: &str) -> Option<&'static str> {
    match error {
        _ if Crash::find(output).is_some() => None,
        StartError::Silent { .. } => {
            Some("Does it listen on the port that it is given, at 127.0.0.1?")
        }
        StartError::Ended { status, .. } if status.success() => Some(
            "A server listens at 127.0.0.1, on the port that it is given, and goes on running until \
            somebody ends it.",
        ),
        _ => None,
    }
}

/// Says where to read on about a stage, by the name of something that belongs to it.
pub(crate) fn read_on(name: &str) -> String {
    format!("Read on: book/src/stages/{}.md", name.split('/').next().unwrap_or_default())
}

pub(crate) fn with_capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// Shows what is most likely the cause.
pub(crate) fn hint(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    const HEAD: &str = "Most likely: ";
    writeln!(f, "\n  {HEAD}{}", wrapped(text, HEAD.len(), "  "))
}

/// A step that came out otherwise than with a real Redis.
#[derive(Debug, Clone)]
pub struct Mismatch {
    /// What was played.
    pub setting: Setting,
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
        let Some(told) = self.told() else { return Ok(()) };
        writeln!(f, "{}", self.setting.claim())?;
        self.where_it_is(f, &told)?;
        self.setting.by_hand(f)?;
        writeln!(f)?;
        self.what_was_sent(f, &told)?;
        match &told.expected.wire {
            Some(wire) => told.bytes_that_differ(f, wire)?,
            None => told.lines_that_differ(f)?,
        }
        self.what_the_server_printed(f, &told)?;
        if let Some(text) = self.meaning(&told) {
            hint(f, &text)?;
        }
        self.setting.read_on(f)
    }
}

/// What is told of a mismatch.
struct Told<'m> {
    step: &'m Step,
    outcome: &'m Outcome,
    expected: Expected,
    place: Place,
    asked: Option<Asked>,
    /// Whether there are two protocols at this stage.
    knows_resp3: bool,
}

/// The request whose reply differs.
struct Asked {
    /// As it is typed.
    typed: String,
    /// Its first word.
    name: String,
    index: usize,
    /// How many requests there are.
    of: usize,
}

impl Mismatch {
    fn told(&self) -> Option<Told<'_>> {
        let step = self.setting.transcript.steps.get(self.step)?;
        let outcome = self.outcome.culprit(&self.expected);
        let place = self.ending.place.clone().unwrap_or_default();
        let expected = Expected::read(step, &self.expected, outcome.protocol, &place);
        let stage = corpus::stage_of(&self.setting.transcript.name);
        let asks = |step: &Step| matches!(step.action, Action::Resp3);
        let knows_resp3 = stage.is_none_or(|stage| stage >= RESP3)
            || outcome.protocol == Protocol::Resp3
            || self.setting.transcript.steps.iter().any(asks);
        let mut told = Told { step, outcome, expected, place, asked: None, knows_resp3 };
        told.asked = told.asked(&self.expected);
        Some(told)
    }

    fn where_it_is(&self, f: &mut fmt::Formatter<'_>, told: &Told<'_>) -> fmt::Result {
        let (path, lines) = (self.setting.path(), self.setting.lines());
        let line = format!("line {} of {lines}", told.step.line);
        let fits = path.len() + line.len() + 4 <= ROOM + INDENT.len();
        writeln!(f, "\n  {path},{}{line}", if fits { " " } else { "\n  " })?;
        if let Some((client, _)) = &self.ending.unasked {
            writeln!(f, "  after the last step of client '{client}':")?;
        } else {
            self.what_was_before(f, told)?;
        }
        let typed = told.typed();
        for line in typed.iter().take(TYPED) {
            writeln!(f, "  > {}", cut(line, ROOM + INDENT.len() - 4))?;
        }
        if typed.len() > TYPED {
            writeln!(f, "  > … {} more lines", typed.len() - TYPED)?;
        }
        Ok(())
    }

    /// Shows the lines before, which are often the cause of what differs only later.
    fn what_was_before(&self, f: &mut fmt::Formatter<'_>, told: &Told<'_>) -> fmt::Result {
        let before = self.setting.transcript.steps.iter().take(self.step);
        let played = before.filter(|step| !step.action.is_preparation());
        let lines: Vec<&String> = played.flat_map(|step| &step.source).collect();
        let first = lines.len().saturating_sub(TYPED_BEFORE);
        if first > 0 {
            writeln!(f, "    …")?;
        }
        for line in lines.into_iter().skip(first) {
            let line = escape_line(&told.filled(line));
            writeln!(f, "    {}", cut(&line, ROOM + INDENT.len() - 4))?;
        }
        Ok(())
    }

    fn what_was_sent(&self, f: &mut fmt::Formatter<'_>, told: &Told<'_>) -> fmt::Result {
        let outcome = told.outcome;
        if !outcome.sent.is_empty() {
            match outcome.cut.and_then(|cut| outcome.sent.split_at_checked(cut)) {
                Some((first, rest)) => {
                    let (first, rest) = (Window::tail(first), on_lines(rest));
                    writeln!(f, "  sent      {first}\n  and later {rest}")?;
                }
                None => writeln!(f, "  sent      {}", on_lines(&outcome.sent))?,
            }
        }
        match &told.asked {
            Some(Asked { typed, index, of, .. }) if *of > 1 => {
                let what = format!(", the {} of {of}", ordinal(index + 1));
                writeln!(f, "  reply to  {}{what}", cut(typed, ROOM - what.len()))
            }
            _ => Ok(()),
        }
    }

    fn what_the_server_printed(&self, f: &mut fmt::Formatter<'_>, told: &Told<'_>) -> fmt::Result {
        let output = &self.ending.output;
        if let Some(status) = self.ending.status {
            return writeln!(f, "\n{}\n{}", the_end(status), Said(output));
        }
        let is_worth_it = told.is_cut_off() && !output.trim().is_empty();
        if is_worth_it || Crash::find(output).is_some() {
            return writeln!(f, "\n{}", Said(output));
        }
        Ok(())
    }

    /// Returns what the mistake may be. What the server itself says of that is better than a guess.
    fn meaning(&self, told: &Told<'_>) -> Option<String> {
        let steps = &self.setting.transcript.steps;
        let mut before = steps.iter().take(self.step).map(|step| &step.action);
        // It was to end, or to stay in spite of a signal: then the way of its end is no surprise.
        let is_about_ends = matches!(told.step.action, Action::Ended)
            || before.clone().any(|action| matches!(action, Action::Signal(_)));
        let has_ended = self.ending.status.is_some() && !is_about_ends;
        if told.is_cut_off() && Crash::find(&self.ending.output).is_some_and(|it| it.is_farewell())
        {
            return Some(LEFT.to_owned());
        }
        let has_said = told.is_cut_off() && Crash::find(&self.ending.output).is_some();
        if has_ended || has_said {
            return None;
        }
        diagnose(&Symptoms {
            expected: told.expected.wire.as_deref(),
            received: &told.outcome.received,
            due: &self.expected,
            came: &told.outcome.printed,
            sent: &told.outcome.sent,
            closes: told.expected.closes,
            trouble: told.outcome.trouble.as_ref(),
            action: &told.step.action,
            before: &before.by_ref().collect::<Vec<_>>(),
            is_cut: told.outcome.cut.is_some(),
            asked: told.asked.as_ref().map(|asked| asked.name.as_str()),
            knows_resp3: told.knows_resp3,
        })
    }

    fn cause(&self) -> String {
        let Some(told) = self.told() else { return String::new() };
        if let Some(crash) = Crash::find(&self.ending.output) {
            return crash.error;
        }
        if let Some(status) = self.ending.status {
            return format!("the server {}", ending(status));
        }
        self.meaning(&told).map_or_else(|| told.in_short(&self.expected), |text| first_part(&text))
    }
}

/// What an error means that comes from a connection whose other end is gone.
const LEFT: &str = "The server wrote to a client that has left, or read from it. Whenever a client \
    leaves, a read returns 0 bytes, or fails: then only its own connection is over. It need not be \
    this client: the checker also connects once to see whether the server is up, and leaves again.";

/// The stage from which on a client may choose RESP3.
const RESP3: u32 = 8;

/// Returns a text's first sentence, and of a long one what stands before its colon.
fn first_part(text: &str) -> String {
    let part = |marks: &[char]| {
        let ends = text.match_indices(marks).map(|(at, _)| at + 1);
        let mut ends = ends.filter(|end| text.get(*end..).is_some_and(|it| it.starts_with(' ')));
        text.get(..ends.next().unwrap_or(text.len())).unwrap_or_default()
    };
    let sentence = part(&['.', '?']);
    let short = if sentence.chars().count() > CAUSE { part(&['.', '?', ':']) } else { sentence };
    short.trim_end_matches(':').to_owned()
}

/// Returns the error that the byte at this place of the replies belongs to, if it is one.
fn error_at(replies: &[u8], at: usize) -> Option<&[u8]> {
    let mut end = 0;
    let (replies, _) = split_replies(replies);
    let reply = replies.into_iter().find(|reply| {
        end += reply.len();
        end > at
    })?;
    reply.starts_with(b"-").then_some(reply)
}

impl Told<'_> {
    /// Whether the connection closed, or a reply stayed out.
    fn is_cut_off(&self) -> bool {
        let is_dry = matches!(
            self.outcome.trouble,
            Some(
                Trouble::Unreachable(_)
                    | Trouble::Silence
                    | Trouble::Closed
                    | Trouble::StillOpen
                    | Trouble::NotReading
            )
        );
        is_dry || (self.is_closed() && (!self.expected.closes || self.outcome.received.is_empty()))
    }

    fn is_closed(&self) -> bool {
        self.outcome.printed.iter().any(|line| line == "(closed)")
    }

    /// Returns a line with what its placeholders stood for, but those of moments.
    fn filled(&self, line: &str) -> String {
        let mut line = line.replace("{port}", &self.place.port.to_string());
        if !self.place.dir.is_empty() {
            line = line.replace("{dir}", &self.place.dir);
        }
        // The number of a round is another in each.
        let kept = self.place.kept.iter().filter(|(name, _)| *name != "round");
        kept.fold(line, |line, (name, value)| line.replace(&format!("{{{name}}}"), value))
    }

    /// Returns the lines as one would type them, with what the placeholders stood for.
    fn typed(&self) -> Vec<String> {
        let mut lines: Vec<String> =
            self.step.source.iter().map(|line| self.filled(line)).collect();
        let commands = match &self.step.action {
            Action::Command(command) => std::slice::from_ref(command),
            Action::Pipeline(commands) => commands.as_slice(),
            _ => &[],
        };
        let head = lines.len().min(usize::from(commands.len() > 1));
        for (line, (command, words)) in
            lines.iter_mut().skip(head).zip(commands.iter().zip(requests(&self.outcome.sent)))
        {
            for (_, value) in iter::zip(&command.words, &words).filter(|(word, _)| word.is_moment())
            {
                *line = with_moment(line, &String::from_utf8_lossy(value));
            }
        }
        lines.iter().map(|line| escape_line(line)).collect()
    }

    /// Finds the request whose reply is the first that differs.
    fn asked(&self, due: &[String]) -> Option<Asked> {
        let name_of = |command: &Command| {
            command.words.first().and_then(text::Text::literal).unwrap_or_default().to_owned()
        };
        let known = |source: &[String], commands: &[Command]| -> Vec<(String, String)> {
            iter::zip(source.iter().cloned(), commands.iter().map(name_of)).collect()
        };
        let lines = self.typed();
        let all = match &self.step.action {
            Action::Command(command) => known(&lines, std::slice::from_ref(command)),
            Action::Pipeline(commands) => known(lines.get(1..)?, commands),
            Action::Scan { command, .. } => known(&lines, std::slice::from_ref(command)),
            Action::Resp3 => vec![("HELLO 3".into(), "HELLO".into())],
            _ => {
                let read = requests(&self.outcome.sent).into_iter();
                read.map(|words| {
                    let name = words.first().map(|name| String::from_utf8_lossy(name).into_owned());
                    (typed(&words), name.unwrap_or_default())
                })
                .collect()
            }
        };
        let of = all.len();
        let index = if of == 1 { 0 } else { self.first_that_differs(due, of)? };
        let (typed, name) = all.into_iter().nth(index)?;
        Some(Asked { typed, name, index, of })
    }

    /// Returns the index of the first reply that differs, if there is one for each request.
    fn first_that_differs(&self, due: &[String], requests: usize) -> Option<usize> {
        let came = &self.outcome.received;
        let (total, same) = match &self.expected.wire {
            Some(due) => {
                let same = iter::zip(due, came).take_while(|(one, other)| one == other).count();
                let head = due.get(..same)?;
                (split_replies(due).0.len(), split_replies(head).0.len())
            }
            None => {
                let due = printed::split_several(due)?;
                let came = printed::split_several(&self.outcome.printed)?;
                let same = iter::zip(&due, &came).take_while(|(one, other)| one == other).count();
                (due.len(), same)
            }
        };
        (total == requests && same < total).then_some(same)
    }

    /// Shows both replies around the first byte that differs, with a caret below it.
    fn bytes_that_differ(&self, f: &mut fmt::Formatter<'_>, expected: &[u8]) -> fmt::Result {
        let received = &self.outcome.received;
        let same = iter::zip(expected, received).take_while(|(one, other)| one == other).count();
        let (wanted, came) = Window::pair(expected, received, same);
        let shown = wanted.text.clone();
        let closing = self.what_closes();
        let wanted = match closing {
            Some((due, _)) if expected.is_empty() => due.to_owned(),
            Some((due, _)) => format!("{}\n{INDENT}then {due}", wanted.text),
            None if expected.is_empty() => "nothing".into(),
            None => wanted.text,
        };
        writeln!(f, "  expected  {wanted}")?;
        if received.is_empty() {
            let more = closing.map(|(_, came)| came).or(self.words());
            let more = more.map_or(String::new(), |more| format!(", and {more}"));
            return writeln!(f, "  received  nothing{more}");
        }
        writeln!(f, "  received  {}", came.text)?;
        let byte = |byte: &u8| format!("'{}'", text::escape_byte(*byte));
        let at = same + 1;
        let note = match (expected.get(same), received.get(same)) {
            (Some(due), Some(came)) => {
                Some(format!("byte {at} should be {}, not {}", byte(due), byte(came)))
            }
            (Some(due), None) => Some(format!("byte {at} should be {}, and is missing", byte(due))),
            (None, Some(_)) if same == 0 => Some("nothing should come here".into()),
            (None, Some(_)) => Some("nothing should follow here".into()),
            (None, None) => None,
        };
        if let Some(note) = note {
            // Where there is no room to the right, the words stand below.
            let room = ROOM.saturating_sub(came.caret + 2);
            let under = " ".repeat(came.caret);
            match note.len() <= room {
                true => writeln!(f, "{INDENT}{under}^ {note}")?,
                false => writeln!(f, "{INDENT}{under}^\n{INDENT}{note}")?,
            }
        }
        if let Some(words) = closing.map(|(_, came)| came).or(self.words()) {
            writeln!(f, "{INDENT}and {words}")?;
        }
        // A text that must match to the byte is guessed by nobody.
        match error_at(expected, same).filter(|error| !shown.contains(&text::escape(error))) {
            Some(error) if error.len() <= 3 * ROOM => {
                writeln!(f, "  in full   {}", on_lines(error))
            }
            _ => Ok(()),
        }
    }

    /// Shows the lines around the first that differs, where they are no bytes to compare.
    fn lines_that_differ(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fill = |lines: &[String]| -> Vec<String> {
            let place = &self.place;
            let fill = |line: &String| {
                let line = line.replace("{port}", &place.port.to_string());
                if place.dir.is_empty() { line } else { line.replace("{dir}", &place.dir) }
            };
            lines.iter().map(fill).collect()
        };
        let due = fill(
            &self.expected.lines.iter().map(|line| self.on_the_wire(line)).collect::<Vec<_>>(),
        );
        let mut came = fill(&self.outcome.printed);
        // What stands for trouble is told in words.
        if self.outcome.trouble.is_some() || self.is_closed() {
            came.pop();
        }
        let closing = self.what_closes();
        let (wanted, shown) = lines_around(&due, &came);
        match closing {
            Some((due, _)) if wanted.is_empty() => writeln!(f, "  expected  {due}")?,
            Some((due, _)) => writeln!(f, "  expected  {wanted}\n{INDENT}then {due}")?,
            None if wanted.is_empty() => writeln!(f, "  expected  a connection")?,
            None => writeln!(f, "  expected  {wanted}")?,
        }
        let more = closing.map(|(_, came)| came).or(self.words());
        let told_in_bytes =
            matches!(self.step.action, Action::HungUp) && !self.outcome.received.is_empty();
        match more {
            // What came is told in bytes, below.
            Some(more) if shown.is_empty() && told_in_bytes => {
                writeln!(f, "  received  {more}")?;
            }
            Some(more) if shown.is_empty() => {
                let is_endless = self.outcome.trouble == Some(Trouble::Endless);
                let what = if is_endless { "one reply after the other" } else { "nothing" };
                writeln!(f, "  received  {what}, and {more}")?;
            }
            Some(more) => writeln!(f, "  received  {shown}\n{INDENT}and {more}")?,
            None if shown.is_empty() => writeln!(f, "  received  nothing")?,
            None => writeln!(f, "  received  {shown}")?,
        }
        match self.outcome.received.as_slice() {
            [] => Ok(()),
            // Then the bytes are what is printed.
            _ if self.outcome.printed.first().is_some_and(|line| line.starts_with("\"%")) => Ok(()),
            received => writeln!(f, "  in bytes  {}", Window::head(received)),
        }
    }

    /// Returns a line as it is; an error of which only the kind is compared, as it is sent.
    fn on_the_wire(&self, line: &str) -> String {
        let is_kind =
            matches!(&self.step.action, Action::Command(command) if command.view == View::Kind);
        match line.strip_prefix("(error) ").filter(|_| is_kind) {
            Some(kind) => format!("an error: -{kind} …\\r\\n, with any text"),
            None => line.to_owned(),
        }
    }

    /// If a connection should have closed and has not, or the other way round, says both.
    fn what_closes(&self) -> Option<(&'static str, &'static str)> {
        match (self.expected.closes, self.is_closed()) {
            (true, false) => Some(("the connection closes", "the connection stays open")),
            (false, true) if matches!(self.step.action, Action::Nothing) => {
                Some(("nothing, and the connection stays open", "the server closed the connection"))
            }
            _ => None,
        }
    }

    /// Says what kept the step from its end, where the bytes do not show it.
    fn words(&self) -> Option<&'static str> {
        let received = !self.outcome.received.is_empty();
        Some(match self.outcome.trouble.as_ref() {
            None if self.is_closed() && (!self.expected.closes || !received) => {
                "the server closed the connection"
            }
            None => return None,
            Some(trouble) => match trouble {
                Trouble::Unreachable(_) => "the server accepts no connection",
                // Nothing more after nothing need not be said,
                Trouble::Silence if !received => return None,
                Trouble::Silence => "nothing more arrived in time",
                Trouble::Closed => "the server closed the connection",
                Trouble::StillOpen => "the connection stays open",
                Trouble::NotReading => "the server did not read what was sent",
                // nor what the caret shows.
                Trouble::NoReply if self.expected.wire.is_some() => return None,
                Trouble::NoReply => "is not a reply that a client understands",
                Trouble::Protocol(Protocol::Resp2) if !self.knows_resp3 => {
                    "is not a reply that this client understands"
                }
                Trouble::Protocol(Protocol::Resp2) => "is RESP3, while this client speaks RESP2",
                Trouble::Protocol(Protocol::Resp3) => {
                    "is RESP2, while this client has chosen RESP3"
                }
                Trouble::Endless => "the cursor is still not 0",
                Trouble::Unasked => "is more than was asked for",
                Trouble::Flood => "so on without end",
            },
        })
    }

    /// Says what was expected and received, in a line.
    fn in_short(&self, due: &[String]) -> String {
        const SHORT: usize = 20;
        let nothing = || "nothing".to_owned();
        let first = iter::zip(due, &self.outcome.printed).find(|(one, other)| one != other);
        let (due, came) = match first {
            Some((due, came)) => (Some(due), Some(came)),
            None => (due.get(self.outcome.printed.len()), self.outcome.printed.get(due.len())),
        };
        let short = |line: Option<&String>| line.map_or_else(nothing, |line| cut(line, SHORT));
        format!("expected {}, received {}", short(due), short(came))
    }
}

/// Puts a number in the place of the first `{now…}`.
fn with_moment(line: &str, value: &str) -> String {
    let found = line.find("{now").and_then(|at| Some((at, at + line.get(at..)?.find('}')? + 1)));
    match found {
        Some((from, to)) => {
            let (head, tail) = (line.get(..from), line.get(to..));
            format!("{}{value}{}", head.unwrap_or_default(), tail.unwrap_or_default())
        }
        None => line.to_owned(),
    }
}

fn ordinal(number: usize) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
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
    /// As it is printed, but for the end of the connection.
    lines: Vec<String>,
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
        Self { wire, lines: lines.to_vec(), closes }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_one_line_without_addresses() {
        let table = [
            ("ValueError: one\ntwo", "ValueError: one"),
            (
                "TypeError: <Client object at 0x7f2a1c0b1234> is bad",
                "TypeError: <Client object at 0x… is bad",
            ),
            ("length 0xc0 at 40", "length 0xc0 at 40"),
        ];
        for (text, cause) in table {
            assert_eq!(cause_line(text), cause);
        }
        assert_eq!(cause_line(&"x".repeat(99)).chars().count(), CAUSE);
    }

    #[test]
    fn the_first_sentence_of_a_hint_is_a_cause() {
        let table = [
            ("One. Two.", "One."),
            ("Is it 7.0? Yes: it is.", "Is it 7.0?"),
            ("Short: it is whole. Two.", "Short: it is whole."),
        ];
        for (text, part) in table {
            assert_eq!(first_part(text), part);
        }
        assert_eq!(first_part(&format!("Before: {}", "after ".repeat(20))), "Before");
    }

    #[test]
    fn a_moment_is_shown_as_it_was_sent() {
        assert_eq!(with_moment("SET k v EXAT {now_s-5} NX", "17"), "SET k v EXAT 17 NX");
        assert_eq!(with_moment("SET k v", "17"), "SET k v");
    }

    #[test]
    fn numbers_are_counted_as_people_do() {
        let counted: Vec<String> = [1, 2, 3, 4, 11, 22, 113].map(ordinal).into();
        assert_eq!(counted, ["1st", "2nd", "3rd", "4th", "11th", "22nd", "113th"]);
    }
}

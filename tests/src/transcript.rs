//! A transcript: a short session with a server, written down line by line.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::text::{self, Text};

/// The name of the client that speaks until the transcript switches.
pub const FIRST_CLIENT: &str = "first";

/// A session that holds one claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcript {
    /// `NN-stage/claim`, which is also the name of its test.
    pub name: String,
    /// The file that it was read from, as messages name it.
    pub path: PathBuf,
    /// Everything that is done, in order.
    pub steps: Vec<Step>,
    /// Prose after the last step.
    pub epilogue: Vec<String>,
}

/// One thing that is done, and the lines that say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The number of its first line in the file, counted from 1.
    pub line: usize,
    /// The prose and the blank lines before it, as written.
    pub before: Vec<String>,
    /// The line as written; several for a pipeline.
    pub source: Vec<String>,
    /// What it means.
    pub action: Action,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// `@server`: more arguments for the server.
    ServerArguments(Vec<Text>),
    /// `@file`: puts a fixture into the server's working directory.
    File {
        /// The name that the server will find.
        name: String,
        /// The file below `tests/fixtures`.
        fixture: String,
    },
    /// `@client`: switches to another client.
    Client(String),
    /// `@wait`: does nothing for a while.
    Wait(Duration),
    /// A command, sent through the `redis` crate.
    Command(Command),
    /// `@pipeline`: commands that go out in one write.
    Pipeline(Vec<Command>),
    /// `@send`: raw bytes in one write.
    Send(Text),
    /// `@send-bytewise`: raw bytes, one a write.
    SendBytewise(Text),
    /// `@split`: raw bytes, cut in two at every point, each time on a new connection.
    Split {
        /// How many replies each connection reads.
        replies: usize,
        /// What is sent.
        bytes: Text,
    },
    /// `@receive`: reads so many whole replies.
    Receive(usize),
    /// `@nothing`: no byte arrives for a moment.
    Nothing,
    /// `@half-close`: shuts down the sending side.
    HalfClose,
    /// `@closed`: reads until the server closes.
    Closed,
}

/// A command, and how its reply is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// How the reply is printed.
    pub view: View,
    /// The command's name and its arguments.
    pub words: Vec<Text>,
}

/// How a reply is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// As redis-cli does.
    Plain,
    /// `@sorted`: the elements in order.
    Sorted,
    /// `@sorted-pairs`: names and values, in the order of the names.
    SortedPairs,
    /// `@kind`: only the kind, and an error's first word.
    Kind,
    /// `@length`: only the kind and the length.
    Length,
}

/// A line that is not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The transcript's file.
    pub path: PathBuf,
    /// The line's number, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path.display(), self.line, self.reason)
    }
}

impl std::error::Error for SyntaxError {}

impl Transcript {
    /// Reads a transcript from the text of its file.
    ///
    /// # Errors
    /// Names the file and the line that is not understood.
    pub fn parse(name: &str, path: &Path, source: &str) -> Result<Self, SyntaxError> {
        let mut parser = Parser::default();
        for (index, line) in source.lines().enumerate() {
            parser.line(index + 1, line.trim_end()).map_err(|reason| SyntaxError {
                path: path.to_owned(),
                line: index + 1,
                reason,
            })?;
        }
        if let Some(open) = parser.pipeline {
            let (path, reason) = (path.to_owned(), "@pipeline has no @end".to_owned());
            return Err(SyntaxError { path, line: open.line, reason });
        }
        Ok(Self {
            name: name.to_owned(),
            path: path.to_owned(),
            steps: parser.steps,
            epilogue: parser.before,
        })
    }

    /// Returns the prose that heads the transcript, without its `#`, as one line.
    #[must_use]
    pub fn prose(&self) -> String {
        let head = self.steps.first().map_or(&self.epilogue, |step| &step.before);
        let lines = head.iter().map(|line| line.trim_start_matches(['#', ' ']));
        lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

impl Action {
    /// Whether a server that is already running can no longer be prepared for it.
    #[must_use]
    pub fn is_preparation(&self) -> bool {
        matches!(self, Self::ServerArguments(_) | Self::File { .. })
    }

    /// Whether it prints what the server says.
    #[must_use]
    pub fn prints(&self) -> bool {
        use Action::{Closed, Command, Nothing, Pipeline, Receive, Split};
        matches!(self, Command(_) | Pipeline(_) | Split { .. } | Receive(_) | Nothing | Closed)
    }

    /// Whether it needs a plain socket, or a connection of the `redis` crate; `None` for neither.
    fn wire(&self) -> Option<Wire> {
        match self {
            Self::Command(_) | Self::Pipeline(_) => Some(Wire::Commands),
            Self::Send(_)
            | Self::SendBytewise(_)
            | Self::Receive(_)
            | Self::Nothing
            | Self::HalfClose
            | Self::Closed => Some(Wire::Raw),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wire {
    Commands,
    Raw,
}

#[derive(Default)]
struct Parser {
    before: Vec<String>,
    steps: Vec<Step>,
    pipeline: Option<Open>,
    client: Option<String>,
    wires: BTreeMap<String, Wire>,
}

/// A pipeline whose end has not been read.
struct Open {
    line: usize,
    source: Vec<String>,
    commands: Vec<Command>,
}

impl Parser {
    fn line(&mut self, number: usize, line: &str) -> Result<(), String> {
        if let Some(open) = &mut self.pipeline {
            open.source.push(line.to_owned());
            if line.trim() != "@end" {
                open.commands.push(command_in_pipeline(line)?);
                return Ok(());
            }
            if open.commands.is_empty() {
                return Err("the pipeline is empty".into());
            }
            let (number, source) = (open.line, std::mem::take(&mut open.source));
            let action = Action::Pipeline(std::mem::take(&mut open.commands));
            self.pipeline = None;
            return self.step(number, source, action);
        }
        let trimmed = line.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            self.before.push(line.to_owned());
            return Ok(());
        }
        let source = vec![line.to_owned()];
        if trimmed == "@pipeline" {
            self.pipeline = Some(Open { line: number, source, commands: Vec::new() });
            return Ok(());
        }
        let words = text::words(line)?;
        let action = match trimmed.strip_prefix('@') {
            Some(_) => directive(&words)?,
            None => Action::Command(Command { view: View::Plain, words }),
        };
        self.step(number, source, action)
    }

    fn step(&mut self, line: usize, source: Vec<String>, action: Action) -> Result<(), String> {
        if action.is_preparation() && self.steps.iter().any(|step| !step.action.is_preparation()) {
            return Err("the server is running by then: @server and @file come first".into());
        }
        if let Action::Client(name) = &action {
            self.client = Some(name.clone());
        }
        if let Some(wire) = action.wire() {
            let client = self.client.as_deref().unwrap_or(FIRST_CLIENT);
            let known = *self.wires.entry(client.to_owned()).or_insert(wire);
            if known != wire {
                return Err(format!(
                    "client '{client}' has sent both raw bytes and commands; \
                     use @client to give one of them another name"
                ));
            }
        }
        let before = std::mem::take(&mut self.before);
        self.steps.push(Step { line, before, source, action });
        Ok(())
    }
}

fn command_in_pipeline(line: &str) -> Result<Command, String> {
    let trimmed = line.trim_start();
    if trimmed.is_empty() || trimmed.starts_with('#') {
        return Err("only commands stand between @pipeline and @end".into());
    }
    let words = text::words(line)?;
    if !trimmed.starts_with('@') {
        return Ok(Command { view: View::Plain, words });
    }
    match directive(&words)? {
        Action::Command(command) => Ok(command),
        _ => Err("only commands stand between @pipeline and @end".into()),
    }
}

fn directive(words: &[Text]) -> Result<Action, String> {
    let Some((name, arguments)) = words.split_first() else { return Err("an empty line".into()) };
    let name = name.literal().unwrap_or_default();
    let action = match (name, arguments) {
        ("@wait", [time]) => Action::Wait(duration(literal(time)?)?),
        ("@client", [client]) => Action::Client(literal(client)?),
        ("@server", [_, ..]) => Action::ServerArguments(arguments.to_vec()),
        ("@file", [name, fixture]) => Action::File {
            name: plain_path(literal(name)?)?,
            fixture: plain_path(literal(fixture)?)?,
        },
        ("@sorted", [_, ..]) => command(View::Sorted, arguments),
        ("@sorted-pairs", [_, ..]) => command(View::SortedPairs, arguments),
        ("@kind", [_, ..]) => command(View::Kind, arguments),
        ("@length", [_, ..]) => command(View::Length, arguments),
        ("@send", [_, ..]) => Action::Send(Text::concat(arguments)),
        ("@send-bytewise", [_, ..]) => Action::SendBytewise(Text::concat(arguments)),
        ("@split", [replies, bytes @ ..]) if !bytes.is_empty() => {
            Action::Split { replies: count(&literal(replies)?)?, bytes: Text::concat(bytes) }
        }
        ("@receive", [replies]) => Action::Receive(count(&literal(replies)?)?),
        ("@nothing", []) => Action::Nothing,
        ("@half-close", []) => Action::HalfClose,
        ("@closed", []) => Action::Closed,
        ("@end", []) => return Err("@end without @pipeline".into()),
        _ => return Err(misused(name)),
    };
    Ok(action)
}

fn command(view: View, words: &[Text]) -> Action {
    Action::Command(Command { view, words: words.to_vec() })
}

fn literal(word: &Text) -> Result<String, String> {
    word.literal().map(str::to_owned).ok_or_else(|| "no placeholder can stand here".to_owned())
}

fn duration(text: String) -> Result<Duration, String> {
    let (number, unit_ms) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(number), _) => (number, 1),
        (None, Some(number)) => (number, 1000),
        (None, None) => ("", 1),
    };
    let number: u64 = number.parse().map_err(|_| format!("'{text}' is no time: 150ms or 2s"))?;
    Ok(Duration::from_millis(number * unit_ms))
}

fn count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 1..) => Ok(count),
        _ => Err(format!("'{text}' is no number of replies")),
    }
}

/// A transcript writes nowhere but into its own server's directory.
fn plain_path(text: String) -> Result<String, String> {
    let stays = |part: &str| !part.is_empty() && part != ".." && part != ".";
    if text.split('/').all(stays) && !text.contains(['\\', ':']) {
        Ok(text)
    } else {
        Err(format!("'{text}' is no plain file name"))
    }
}

const DIRECTIVES: [(&str, &str); 17] = [
    ("@wait", "@wait 150ms"),
    ("@client", "@client NAME"),
    ("@server", "@server ARGUMENT…"),
    ("@file", "@file NAME FIXTURE"),
    ("@sorted", "@sorted COMMAND…"),
    ("@sorted-pairs", "@sorted-pairs COMMAND…"),
    ("@kind", "@kind COMMAND…"),
    ("@length", "@length COMMAND…"),
    ("@pipeline", "@pipeline, commands, @end, each on a line of its own"),
    ("@end", "@pipeline, commands, @end, each on a line of its own"),
    ("@send", "@send \"BYTES\"…"),
    ("@send-bytewise", "@send-bytewise \"BYTES\"…"),
    ("@split", "@split REPLIES \"BYTES\"…"),
    ("@receive", "@receive REPLIES"),
    ("@nothing", "@nothing"),
    ("@half-close", "@half-close"),
    ("@closed", "@closed"),
];

fn misused(name: &str) -> String {
    match DIRECTIVES.iter().find(|(known, _)| *known == name) {
        Some((_, usage)) => format!("the form is: {usage}"),
        None => format!("'{name}' is no directive"),
    }
}

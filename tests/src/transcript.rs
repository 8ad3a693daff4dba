//! A transcript: a short session with a server, written down line by line.
//!
//! It holds one claim, named by its file, and begins with a line or two of prose. Its replies are
//! in its [snapshot](crate::snapshot), so no line here says what should come.
//!
//! | line | what it does |
//! |---|---|
//! | `# …` | prose, which the book and a failure show |
//! | `SET key "a\x00b"` | a command with redis-cli's quoting, sent through the `redis` crate |
//! | `@wait 150ms` | a pause; `2s` is one too |
//! | `@client second` | switches the client, which connects at its first use; the first is `first` |
//! | `@server --dbfilename x.rdb` | more arguments for the server; before the first step only |
//! | `@file dump.rdb strings.rdb` | `fixtures/strings.rdb`, as `dump.rdb` where the server runs; likewise |
//! | `@sorted KEYS *` | prints the elements of the reply in order, where Redis gives none |
//! | `@sorted-pairs CONFIG GET *` | the same for names and values |
//! | `@fields role,run_id?,* INFO` | prints only these fields of a text or a map; `?` only the shape of a value, `*` all others |
//! | `@commands get,client\|id COMMAND` | prints only these commands of those that `COMMAND` lists, in this order |
//! | `@near 5000 PTTL k` | prints a number that is at most a tenth away from 5000 as `{near 5000}` |
//! | `@kind FOO` | prints only the kind of the reply, and of an error its first word |
//! | `@length GET big` | prints only the kind and the length |
//! | `@as me CLIENT ID` | keeps what the reply says, which is `{me}` from then on; so does `@as me @fields addr? CLIENT INFO` |
//! | `@scan SCAN 0 COUNT 3` | asks again with each new cursor until that is 0; prints all keys that came, in order, each once |
//! | `@scan-while SCAN 0` … `@end` | the same, and sends the commands between them after every reply; `{round}` counts these |
//! | `@pipeline` … `@end` | sends the commands between them in one write |
//! | `@send "PING\r\n" "…"` | raw bytes, on a plain socket |
//! | `@send-bytewise "…"` | the same, one byte a write |
//! | `@split 2 "…"` | cuts the bytes in two, at every point, each time on a new connection that reads 2 replies; all must be the same |
//! | `@resp3` | says `HELLO 3` on a plain socket, and prints only the kind and the length of what comes |
//! | `@receive 2` | reads 2 whole replies, printed as bytes |
//! | `@nothing` | no byte arrives for a moment |
//! | `@half-close` | shuts down the sending side |
//! | `@closed` | reads until the server closes |
//! | `@hung-up` | the same, and prints nothing of what comes before that |
//! | `@signal SIGTERM` | sends the server's process a signal; `SIGINT` and `SIGHUP` are others |
//! | `@ended` | the server ends, and how; the last step. Behind `@file`, the server need not come up at all |
//!
//! A client that sends commands has a connection of the `redis` crate, one that sends raw bytes a
//! plain socket, and none has both. A client whose last step reads must have read everything.
//!
//! Replies are printed as redis-cli prints them on a terminal, but for a text of several lines, which
//! stays on one with its line ends escaped, and for a big number and an attribute, at which redis-cli
//! gives up. Some print alike: nil is `(nil)` whether it came as `$-1` or `_`, so the player follows what
//! each client has chosen with `HELLO`, and a nil of the other protocol is an error. A status and a
//! verbatim text are told apart by `@fields`, and by bytes.
//!
//! A value's shape is one of `{number}`, `{decimal}`, `{percentage}`, `{size}` (`1.5M`), `{address}`,
//! `{40-hex-digits}` and `{text}`, or nothing for nothing. What is the same as something kept is printed
//! by its name instead. A field that is asked for and not there is printed as `(no field …)`.
//!
//! In any word, `{x*70000}` repeats what is before the star, `{now+5000}` is in Unix milliseconds
//! and `{now_s-5}` in seconds, and `{port}` and `{dir}` are the server's, in replies too.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::fields::Fields;
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
    /// `@scan`: a command that is sent again and again, with the cursor that its reply holds.
    Scan {
        /// The first command; its second word is the cursor.
        command: Command,
        /// What is sent after every reply.
        meanwhile: Vec<Command>,
    },
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
    /// `@resp3`: asks for RESP3, and reads the reply to that.
    Resp3,
    /// `@receive`: reads so many whole replies.
    Receive(usize),
    /// `@nothing`: no byte arrives for a moment.
    Nothing,
    /// `@half-close`: shuts down the sending side.
    HalfClose,
    /// `@closed`: reads until the server closes.
    Closed,
    /// `@hung-up`: reads until the server closes, whatever comes before that.
    HungUp,
    /// `@signal`: sends the server's process a signal.
    Signal(String),
    /// `@ended`: waits until the server's process has ended.
    Ended,
}

/// A command, and how its reply is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// How the reply is printed.
    pub view: View,
    /// `@as`: the name under which is kept what the reply says.
    pub keep: Option<String>,
    /// The command's name and its arguments.
    pub words: Vec<Text>,
}

/// How a reply is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// `@fields`: some fields, some of them by their shape.
    Fields(Fields),
    /// `@commands`: the entries of some commands.
    Commands(Vec<String>),
    /// `@near`: a number that need only be near this one.
    Near(i64),
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
        if let Some(open) = parser.open {
            let (path, reason) = (path.to_owned(), format!("{} has no @end", open.name()));
            return Err(SyntaxError { path, line: open.line, reason });
        }
        Ok(Self {
            name: name.to_owned(),
            path: path.to_owned(),
            steps: parser.steps,
            epilogue: parser.before,
        })
    }

    /// Says what is missing on this system to play it, if anything is.
    #[must_use]
    pub fn missing(&self) -> Option<&'static str> {
        let sends_signals = self.steps.iter().any(|step| matches!(step.action, Action::Signal(_)));
        (!cfg!(unix) && sends_signals).then_some("this system has no signals")
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

    /// Whether it is about the server's process, so that the player has to start that.
    #[must_use]
    pub fn needs_own_server(&self) -> bool {
        self.is_preparation() || matches!(self, Self::Signal(_) | Self::Ended)
    }

    /// Whether it prints what the server says, or how it ends.
    #[must_use]
    pub fn prints(&self) -> bool {
        match self {
            Self::ServerArguments(_) | Self::File { .. } | Self::Client(_) | Self::Wait(_) => false,
            Self::Send(_) | Self::SendBytewise(_) | Self::HalfClose | Self::Signal(_) => false,
            Self::Command(_) | Self::Pipeline(_) | Self::Scan { .. } | Self::Split { .. } => true,
            Self::Resp3 | Self::Receive(_) | Self::Nothing => true,
            Self::Closed | Self::HungUp | Self::Ended => true,
        }
    }

    /// Whether it needs a plain socket, or a connection of the `redis` crate; `None` for neither.
    fn wire(&self) -> Option<Wire> {
        match self {
            Self::Command(_) | Self::Pipeline(_) | Self::Scan { .. } => Some(Wire::Commands),
            Self::Send(_)
            | Self::SendBytewise(_)
            | Self::Resp3
            | Self::Receive(_)
            | Self::Nothing
            | Self::HalfClose
            | Self::Closed
            | Self::HungUp => Some(Wire::Raw),
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
    open: Option<Open>,
    client: Option<String>,
    wires: BTreeMap<String, Wire>,
}

/// A pipeline, or a scan with commands of its own, whose end has not been read.
struct Open {
    line: usize,
    source: Vec<String>,
    /// For a scan, its command.
    scan: Option<Command>,
    commands: Vec<Command>,
}

impl Open {
    fn name(&self) -> &'static str {
        if self.scan.is_some() { "@scan-while" } else { "@pipeline" }
    }

    /// Takes one more line; returns the action when that is the end.
    fn line(&mut self, line: &str) -> Result<Option<Action>, String> {
        self.source.push(line.to_owned());
        if line.trim() != "@end" {
            let command = command_within(line).map_err(|reason| match reason {
                Some(reason) => reason,
                None => format!("only commands stand between {} and @end", self.name()),
            });
            self.commands.push(command?);
            return Ok(None);
        }
        let commands = std::mem::take(&mut self.commands);
        match self.scan.take() {
            _ if commands.is_empty() => Err("there is nothing before @end".into()),
            Some(command) => Ok(Some(Action::Scan { command, meanwhile: commands })),
            None => Ok(Some(Action::Pipeline(commands))),
        }
    }
}

impl Parser {
    fn line(&mut self, number: usize, line: &str) -> Result<(), String> {
        if let Some(open) = &mut self.open {
            let Some(action) = open.line(line)? else { return Ok(()) };
            let (number, source) = (open.line, std::mem::take(&mut open.source));
            self.open = None;
            return self.step(number, source, action);
        }
        let trimmed = line.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            self.before.push(line.to_owned());
            return Ok(());
        }
        let source = vec![line.to_owned()];
        let words = text::words(line)?;
        let scan = match words.as_slice() {
            [first, scan @ ..] if first.literal() == Some("@scan-while") => Some(cursor_in(scan)?),
            _ => None,
        };
        if scan.is_some() || trimmed == "@pipeline" {
            self.open = Some(Open { line: number, source, scan, commands: Vec::new() });
            return Ok(());
        }
        let action = match trimmed.strip_prefix('@') {
            Some(_) => directive(&words)?,
            None => command(View::Plain, &words),
        };
        self.step(number, source, action)
    }

    fn step(&mut self, line: usize, source: Vec<String>, action: Action) -> Result<(), String> {
        if action.is_preparation() && self.steps.iter().any(|step| !step.action.is_preparation()) {
            return Err("the server is running by then: @server and @file come first".into());
        }
        if self.steps.last().is_some_and(|step| step.action == Action::Ended) {
            return Err("the server has ended by then: @ended comes last".into());
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

/// Reads a line within a pipeline or a scan; an error without a reason says that it is no command.
fn command_within(line: &str) -> Result<Command, Option<String>> {
    let trimmed = line.trim_start();
    if trimmed.is_empty() || trimmed.starts_with('#') {
        return Err(None);
    }
    let words = text::words(line).map_err(Some)?;
    if !trimmed.starts_with('@') {
        return Ok(Command { view: View::Plain, keep: None, words });
    }
    match directive(&words).map_err(Some)? {
        Action::Command(command) => Ok(command),
        _ => Err(None),
    }
}

/// Reads a command whose second word is a cursor.
fn cursor_in(words: &[Text]) -> Result<Command, String> {
    match words {
        [_, _, ..] => Ok(Command { view: View::Plain, keep: None, words: words.to_vec() }),
        _ => Err(misused("@scan")),
    }
}

/// Reads a command whose reply is kept; it may have a view of its own.
fn kept(name: &Text, words: &[Text]) -> Result<Action, String> {
    let name = literal(name)?;
    if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
        return Err(format!("'{name}' is no name: small letters and dashes"));
    }
    if ["port", "dir", "now", "round"].contains(&name.as_str()) {
        return Err(format!("{{{name}}} has a meaning of its own"));
    }
    let has_view = words.first().and_then(Text::literal).is_some_and(|word| word.starts_with('@'));
    let action = if has_view { directive(words)? } else { command(View::Plain, words) };
    match action {
        Action::Command(command) if command.keep.is_none() => {
            Ok(Action::Command(Command { keep: Some(name), ..command }))
        }
        _ => Err(misused("@as")),
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
        ("@fields", [list, command_words @ ..]) if !command_words.is_empty() => {
            command(View::Fields(Fields::parse(&literal(list)?)?), command_words)
        }
        ("@commands", [list, command_words @ ..]) if !command_words.is_empty() => {
            let names = literal(list)?.split(',').map(str::to_owned).collect();
            command(View::Commands(names), command_words)
        }
        ("@near", [number, command_words @ ..]) if !command_words.is_empty() => {
            let number = literal(number)?;
            let near = number.parse().map_err(|_| format!("'{number}' is no number"))?;
            command(View::Near(near), command_words)
        }
        ("@as", [name, command_words @ ..]) if !command_words.is_empty() => {
            kept(name, command_words)?
        }
        ("@scan", words) => Action::Scan { command: cursor_in(words)?, meanwhile: Vec::new() },
        ("@send", [_, ..]) => Action::Send(Text::concat(arguments)),
        ("@send-bytewise", [_, ..]) => Action::SendBytewise(Text::concat(arguments)),
        ("@split", [replies, bytes @ ..]) if !bytes.is_empty() => {
            Action::Split { replies: count(&literal(replies)?)?, bytes: Text::concat(bytes) }
        }
        ("@resp3", []) => Action::Resp3,
        ("@receive", [replies]) => Action::Receive(count(&literal(replies)?)?),
        ("@nothing", []) => Action::Nothing,
        ("@half-close", []) => Action::HalfClose,
        ("@closed", []) => Action::Closed,
        ("@hung-up", []) => Action::HungUp,
        ("@signal", [name]) => Action::Signal(signal(literal(name)?)?),
        ("@ended", []) => Action::Ended,
        ("@end", []) => return Err("@end without @pipeline".into()),
        _ => return Err(misused(name)),
    };
    Ok(action)
}

fn command(view: View, words: &[Text]) -> Action {
    Action::Command(Command { view, keep: None, words: words.to_vec() })
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

/// The signals that a transcript can send.
const SIGNALS: [&str; 3] = ["SIGTERM", "SIGINT", "SIGHUP"];

fn signal(name: String) -> Result<String, String> {
    if SIGNALS.contains(&name.as_str()) {
        Ok(name)
    } else {
        Err(format!("'{name}' is none of the signals {}", SIGNALS.join(", ")))
    }
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

const DIRECTIVES: [(&str, &str); 27] = [
    ("@wait", "@wait 150ms"),
    ("@client", "@client NAME"),
    ("@server", "@server ARGUMENT…"),
    ("@file", "@file NAME FIXTURE"),
    ("@sorted", "@sorted COMMAND…"),
    ("@sorted-pairs", "@sorted-pairs COMMAND…"),
    ("@kind", "@kind COMMAND…"),
    ("@length", "@length COMMAND…"),
    ("@fields", "@fields NAME,NAME?,* COMMAND…"),
    ("@commands", "@commands NAME,NAME COMMAND…"),
    ("@near", "@near NUMBER COMMAND…"),
    ("@as", "@as NAME COMMAND…"),
    ("@scan", "@scan COMMAND CURSOR…"),
    ("@scan-while", "@scan-while COMMAND CURSOR…, commands, @end, each on a line of its own"),
    ("@pipeline", "@pipeline, commands, @end, each on a line of its own"),
    ("@end", "@pipeline, commands, @end, each on a line of its own"),
    ("@send", "@send \"BYTES\"…"),
    ("@send-bytewise", "@send-bytewise \"BYTES\"…"),
    ("@split", "@split REPLIES \"BYTES\"…"),
    ("@resp3", "@resp3"),
    ("@receive", "@receive REPLIES"),
    ("@nothing", "@nothing"),
    ("@half-close", "@half-close"),
    ("@closed", "@closed"),
    ("@hung-up", "@hung-up"),
    ("@signal", "@signal NAME"),
    ("@ended", "@ended"),
];

fn misused(name: &str) -> String {
    match DIRECTIVES.iter().find(|(known, _)| *known == name) {
        Some((_, usage)) => format!("the form is: {usage}"),
        None => format!("'{name}' is no directive"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(source: &str) -> Result<Transcript, SyntaxError> {
        let path = Path::new("tests/transcripts/01-ping/a_claim.redis");
        Transcript::parse("01-ping/a_claim", path, source)
    }

    fn actions(source: &str) -> Vec<Action> {
        parse(source).expect(source).steps.into_iter().map(|step| step.action).collect()
    }

    fn command(view: View, line: &str) -> Command {
        Command { view, keep: None, words: text::words(line).expect(line) }
    }

    fn fields(list: &str) -> View {
        View::Fields(Fields::parse(list).expect(list))
    }

    #[test]
    fn every_form_is_understood() {
        let text = |line: &str| Text::concat(&text::words(line).expect(line));
        let table = [
            ("PING a", Action::Command(command(View::Plain, "PING a"))),
            ("  \"@x\" a", Action::Command(command(View::Plain, "@x a"))),
            ("@kind FOO", Action::Command(command(View::Kind, "FOO"))),
            ("@length GET k", Action::Command(command(View::Length, "GET k"))),
            ("@fields a?,* INFO x", Action::Command(command(fields("a?,*"), "INFO x"))),
            (
                "@commands a,a|b COMMAND",
                Action::Command(command(View::Commands(vec!["a".into(), "a|b".into()]), "COMMAND")),
            ),
            (
                "@as me CLIENT ID",
                Action::Command(Command {
                    keep: Some("me".into()),
                    ..command(View::Plain, "CLIENT ID")
                }),
            ),
            (
                "@as my-port @fields port CONFIG GET port",
                Action::Command(Command {
                    keep: Some("my-port".into()),
                    ..command(fields("port"), "CONFIG GET port")
                }),
            ),
            (
                "@scan SCAN 0",
                Action::Scan { command: command(View::Plain, "SCAN 0"), meanwhile: Vec::new() },
            ),
            (
                "@scan-while SCAN 0\nPING\n@end",
                Action::Scan {
                    command: command(View::Plain, "SCAN 0"),
                    meanwhile: vec![command(View::Plain, "PING")],
                },
            ),
            ("@sorted KEYS *", Action::Command(command(View::Sorted, "KEYS *"))),
            ("@sorted-pairs X", Action::Command(command(View::SortedPairs, "X"))),
            ("@wait 150ms", Action::Wait(Duration::from_millis(150))),
            ("@wait 2s", Action::Wait(Duration::from_secs(2))),
            ("@client second", Action::Client("second".into())),
            (
                "@server --dir {dir}",
                Action::ServerArguments(text::words("--dir {dir}").expect("it")),
            ),
            (
                "@file a.rdb b/c.rdb",
                Action::File { name: "a.rdb".into(), fixture: "b/c.rdb".into() },
            ),
            ("@send \"a\" \"b\"", Action::Send(text("ab"))),
            ("@send-bytewise \"a\"", Action::SendBytewise(text("a"))),
            ("@split 2 \"a\" \"b\"", Action::Split { replies: 2, bytes: text("ab") }),
            ("@near 500 TTL k", Action::Command(command(View::Near(500), "TTL k"))),
            ("@resp3", Action::Resp3),
            ("@receive 3", Action::Receive(3)),
            ("@nothing", Action::Nothing),
            ("@half-close", Action::HalfClose),
            ("@closed", Action::Closed),
            ("@hung-up", Action::HungUp),
            ("@signal SIGHUP", Action::Signal("SIGHUP".into())),
            ("@ended", Action::Ended),
        ];
        for (line, action) in table {
            assert_eq!(actions(line), [action], "{line}");
        }
    }

    #[test]
    fn a_pipeline_is_one_step() {
        let parsed =
            parse("# p\n\n@pipeline\nSET k v\n@kind GET k\n@end\nPING\n# end").expect("good");
        let [pipeline, ping] = parsed.steps.as_slice() else { panic!("{parsed:?}") };
        assert_eq!((pipeline.line, ping.line), (3, 7));
        assert_eq!(pipeline.before, ["# p", ""]);
        assert_eq!(pipeline.source, ["@pipeline", "SET k v", "@kind GET k", "@end"]);
        let commands = vec![command(View::Plain, "SET k v"), command(View::Kind, "GET k")];
        assert_eq!(pipeline.action, Action::Pipeline(commands));
        assert_eq!(parsed.epilogue, ["# end"]);
        assert_eq!(parsed.prose(), "p");
    }

    #[test]
    fn prose_is_what_stands_above_the_first_step() {
        let parsed = parse("# One line,\n# and another.\n\nPING\n# not this").expect("good");
        assert_eq!(parsed.prose(), "One line, and another.");
    }

    #[test]
    fn what_is_not_understood_is_named_with_file_and_line() {
        let table = [
            ("PING\nGET \"k", 2, "a quote is not closed"),
            ("@wait", 1, "the form is: @wait 150ms"),
            ("@wait 5", 1, "'5' is no time: 150ms or 2s"),
            ("@wait fivems", 1, "'fivems' is no time: 150ms or 2s"),
            ("@client", 1, "the form is: @client NAME"),
            ("@client a b", 1, "the form is: @client NAME"),
            ("@client {port}", 1, "no placeholder can stand here"),
            ("@server", 1, "the form is: @server ARGUMENT…"),
            ("@file a", 1, "the form is: @file NAME FIXTURE"),
            ("@file ../a b", 1, "'../a' is no plain file name"),
            ("@file a /b", 1, "'/b' is no plain file name"),
            (
                "PING\n@server --port 1",
                2,
                "the server is running by then: @server and @file come first",
            ),
            ("PING\n@file a b", 2, "the server is running by then: @server and @file come first"),
            ("@sorted", 1, "the form is: @sorted COMMAND…"),
            ("@sorted-pairs", 1, "the form is: @sorted-pairs COMMAND…"),
            ("@kind", 1, "the form is: @kind COMMAND…"),
            ("@length", 1, "the form is: @length COMMAND…"),
            ("@send", 1, "the form is: @send \"BYTES\"…"),
            ("@send-bytewise", 1, "the form is: @send-bytewise \"BYTES\"…"),
            ("@split 1", 1, "the form is: @split REPLIES \"BYTES\"…"),
            ("@split x \"a\"", 1, "'x' is no number of replies"),
            ("@receive", 1, "the form is: @receive REPLIES"),
            ("@receive 0", 1, "'0' is no number of replies"),
            ("@nothing x", 1, "the form is: @nothing"),
            ("@half-close x", 1, "the form is: @half-close"),
            ("@closed x", 1, "the form is: @closed"),
            ("@hung-up x", 1, "the form is: @hung-up"),
            ("@signal", 1, "the form is: @signal NAME"),
            ("@signal SIGKILL", 1, "'SIGKILL' is none of the signals SIGTERM, SIGINT, SIGHUP"),
            ("@ended x", 1, "the form is: @ended"),
            ("@ended\nPING", 2, "the server has ended by then: @ended comes last"),
            ("@end", 1, "@end without @pipeline"),
            ("\n@pipeline\nPING", 2, "@pipeline has no @end"),
            ("@pipeline\n@end", 2, "there is nothing before @end"),
            ("@scan-while SCAN 0\n@end", 2, "there is nothing before @end"),
            ("@scan-while SCAN 0\nPING", 1, "@scan-while has no @end"),
            ("@scan-while SCAN 0\n@wait 1s", 2, "only commands stand between @scan-while and @end"),
            ("@scan-while SCAN", 1, "the form is: @scan COMMAND CURSOR…"),
            ("@scan SCAN", 1, "the form is: @scan COMMAND CURSOR…"),
            ("@fields a", 1, "the form is: @fields NAME,NAME?,* COMMAND…"),
            ("@fields a,a INFO", 1, "'a,a' is no list of fields: name,name?,*"),
            ("@commands a", 1, "the form is: @commands NAME,NAME COMMAND…"),
            ("@near 5", 1, "the form is: @near NUMBER COMMAND…"),
            ("@near x TTL k", 1, "'x' is no number"),
            ("@resp3 x", 1, "the form is: @resp3"),
            ("@as me", 1, "the form is: @as NAME COMMAND…"),
            ("@as me @wait 1s", 1, "the form is: @as NAME COMMAND…"),
            ("@as me @as you PING", 1, "the form is: @as NAME COMMAND…"),
            ("@as Me PING", 1, "'Me' is no name: small letters and dashes"),
            ("@as port PING", 1, "{port} has a meaning of its own"),
            ("@pipeline\n# prose\n@end", 2, "only commands stand between @pipeline and @end"),
            ("@pipeline\n@wait 1s\n@end", 2, "only commands stand between @pipeline and @end"),
            ("@pipeline x", 1, "the form is: @pipeline, commands, @end, each on a line of its own"),
            ("@sleep 1s", 1, "'@sleep' is no directive"),
            (
                "PING\n@receive 1",
                2,
                "client 'first' has sent both raw bytes and commands; \
                 use @client to give one of them another name",
            ),
        ];
        for (source, line, reason) in table {
            let error = parse(source).expect_err(source).to_string();
            let file = Path::new("tests/transcripts/01-ping/a_claim.redis");
            assert_eq!(error, format!("{}:{line}: {reason}", file.display()), "{source}");
        }
    }
}

//! What each step of a transcript puts on the wire.
//!
//! A snapshot contains replies as they are printed, so their bytes are derived. Where the printed
//! form leaves some of them open, a piece of [`Role::Unsure`] is in their place.

use std::collections::BTreeMap;

use conformance::printed::{self, split_several};
use conformance::reply::Reply;
use conformance::resp::{self, Protocol};
use conformance::text::{self, Place, Text};
use conformance::transcript::{Action, Command, FIRST_CLIENT, Step, Transcript, View};

use crate::wire::{Line, Reader, Role, Side, describe};

/// The moment at which the book's sessions happen, in Unix milliseconds: early in 2027.
pub const NOW_MS: i64 = 1_800_000_000_000;

/// Returns where the book's server is.
#[must_use]
pub fn shown_place() -> Place {
    Place { port: 6379, dir: "/tmp/redis".into(), ..Place::default() }
}

/// What a step puts on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exchange {
    /// What the client sends.
    pub sent: Vec<Line>,
    /// What comes, in this order.
    pub received: Vec<Part>,
}

/// One thing that comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A reply, this many times in a row.
    Reply {
        /// Its elements.
        lines: Vec<Line>,
        /// How often it comes.
        times: usize,
        /// Whether the elements of its array may come in any order.
        is_unordered: bool,
    },
    /// No bytes: `(closed)`.
    Note(String),
}

/// The connections of one transcript.
pub struct Conversation {
    place: Place,
    /// The names under which replies are kept: what stands for them differs from run to run.
    kept: Vec<String>,
    current: String,
    clients: BTreeMap<String, Connection>,
}

struct Connection {
    protocol: Protocol,
    sent: Reader,
}

impl Conversation {
    /// A transcript that begins, with a server at `place`.
    #[must_use]
    pub fn new(transcript: &Transcript, place: Place) -> Conversation {
        let commands = transcript.steps.iter().flat_map(|step| commands(&step.action));
        let kept = commands.filter_map(|command| command.keep.clone());
        let kept = kept.chain(["round".to_owned()]).map(|name| format!("{{{name}}}")).collect();
        let current = FIRST_CLIENT.to_owned();
        Conversation { place, kept, current, clients: BTreeMap::new() }
    }

    /// Returns what the next step puts on the wire. Its replies are those of the snapshot.
    pub fn step(&mut self, step: &Step, replies: &[String]) -> Exchange {
        match &step.action {
            Action::Client(name) => {
                self.current.clone_from(name);
                Exchange::default()
            }
            Action::Command(command) => {
                let sent = self.request(command);
                Exchange { sent, received: vec![self.reply(command, &replies.join("\n"))] }
            }
            Action::Pipeline(all) => {
                let sent = all.iter().flat_map(|command| self.request(command)).collect();
                Exchange { sent, received: self.replies(all, replies) }
            }
            Action::Scan { command, meanwhile } => {
                let mut sent = self.request(command);
                sent.extend(meanwhile.iter().flat_map(|command| self.request(command)));
                let note = "… and so on, with each new cursor, until that is 0".to_owned();
                Exchange { sent, received: vec![Part::Note(note)] }
            }
            Action::Send(bytes) | Action::SendBytewise(bytes) => {
                let bytes = self.expand(bytes);
                let sent = self.connection().sent.read(&bytes);
                Exchange { sent, received: Vec::new() }
            }
            Action::Split { bytes, .. } => {
                let sent = Reader::new(Side::Client).read(&self.expand(bytes));
                Exchange { sent, received: self.raw(replies) }
            }
            Action::Resp3 => {
                let sent = Reader::new(Side::Client).read(&resp::request(&["HELLO", "3"]));
                let received = replies.iter().map(|line| reply_of(unsure(line))).collect();
                Exchange { sent, received }
            }
            Action::Receive(_) | Action::Nothing | Action::Closed => {
                Exchange { sent: Vec::new(), received: self.raw(replies) }
            }
            Action::ServerArguments(_)
            | Action::File { .. }
            | Action::Wait(_)
            | Action::HalfClose
            | Action::HungUp
            | Action::Signal(_)
            | Action::Ended => Exchange::default(),
        }
    }

    fn connection(&mut self) -> &mut Connection {
        self.clients.entry(self.current.clone()).or_insert_with(|| Connection {
            protocol: Protocol::Resp2,
            sent: Reader::new(Side::Client),
        })
    }

    fn expand(&self, text: &Text) -> Vec<u8> {
        text.expand(&self.place, NOW_MS)
    }

    /// Writes a command as clients do: an array of bulks.
    fn request(&mut self, command: &Command) -> Vec<Line> {
        let words: Vec<Vec<u8>> = command.words.iter().map(|word| self.expand(word)).collect();
        let mut lines = self.connection().sent.read(&resp::request(&words));
        for (word, line) in words.iter().zip(lines.iter_mut().skip(1)) {
            let text = String::from_utf8_lossy(word);
            if self.kept.iter().any(|name| text.contains(name)) {
                *line = bulk(None, Role::Unsure, &text);
                line.depth = 1;
            }
        }
        lines
    }

    fn replies(&mut self, commands: &[Command], replies: &[String]) -> Vec<Part> {
        let Some(all) = split_several(replies) else {
            return vec![Part::Note(replies.join("\n"))];
        };
        let mut parts: Vec<Part> = Vec::new();
        for (index, printed) in all.iter().enumerate() {
            let part = match commands.get(index) {
                Some(command) => self.reply(command, printed),
                None => Part::Note(printed.clone()),
            };
            match (parts.last_mut(), &part) {
                (Some(Part::Reply { lines, times, .. }), Part::Reply { lines: same, .. })
                    if lines == same =>
                {
                    *times += 1;
                }
                _ => parts.push(part),
            }
        }
        parts
    }

    fn reply(&mut self, command: &Command, printed: &str) -> Part {
        let place = self.place.clone();
        let words: Vec<Vec<u8>> = command.words.iter().map(|word| self.expand(word)).collect();
        let connection = self.connection();
        let sign: &[u8] = if printed.starts_with("(error)") { b"-" } else { b"+" };
        connection.protocol = connection.protocol.after(&words, sign);
        let protocol = connection.protocol;
        let is_refused = printed.starts_with("(error)") || printed == "(nil)";
        let is_whole = match &command.view {
            View::Plain => command.keep.is_none() || is_refused,
            View::Sorted | View::SortedPairs => true,
            View::Kind => false,
            View::Length | View::Fields(_) | View::Commands(_) | View::Near(_) => is_refused,
        };
        if !is_whole {
            return reply_of(unsure(printed));
        }
        let reply = Reply::parse_printed(printed).map(|reply| reply.unmasked(&place));
        let is_nil_array =
            protocol == Protocol::Resp2 && printed == "(nil)" && replies_with_an_array(&words);
        let wire = |reply: Reply| {
            if is_nil_array { Some(b"*-1\r\n".into()) } else { reply.wire(protocol) }
        };
        match reply.and_then(wire) {
            Some(bytes) => {
                let is_unordered = matches!(command.view, View::Sorted | View::SortedPairs);
                Part::Reply {
                    lines: Reader::new(Side::Server).read(&bytes),
                    times: 1,
                    is_unordered,
                }
            }
            None => Part::Note(printed.to_owned()),
        }
    }

    /// Reads what plain sockets received: a line of quoted bytes for each reply.
    fn raw(&self, replies: &[String]) -> Vec<Part> {
        let part = |line: &String| {
            let (line, times) = printed::repeated(line).unwrap_or((line, 1));
            match text::unquoted(line) {
                Some(bytes) => {
                    let Reply::Bulk(bytes) = Reply::Bulk(bytes).unmasked(&self.place) else {
                        return Part::Note(line.to_owned());
                    };
                    let lines = Reader::new(Side::Server).read(&bytes);
                    Part::Reply { lines, times, is_unordered: false }
                }
                None => Part::Note(line.to_owned()),
            }
        };
        replies.iter().map(part).collect()
    }
}

/// Returns whether the reply to a request is an array, so that in RESP2 its nil has bytes of its own.
fn replies_with_an_array(words: &[Vec<u8>]) -> bool {
    let [name, args @ ..] = words else { return false };
    match name.to_ascii_lowercase().as_slice() {
        b"lpop" | b"rpop" => args.len() == 2,
        b"lmpop" => true,
        _ => false,
    }
}

/// The commands of a step.
fn commands(action: &Action) -> Vec<&Command> {
    match action {
        Action::Command(command) => vec![command],
        Action::Pipeline(commands) => commands.iter().collect(),
        Action::Scan { command, meanwhile } => std::iter::once(command).chain(meanwhile).collect(),
        _ => Vec::new(),
    }
}

fn reply_of(lines: Vec<Line>) -> Part {
    Part::Reply { lines, times: 1, is_unordered: false }
}

/// Returns what is sure of a reply that is printed in part: its type, and its length if that is
/// printed.
fn unsure(printed: &str) -> Vec<Line> {
    let first = printed.lines().next().unwrap_or_default();
    let (name, length) = kind_and_length(first);
    let line = match name {
        "error" => {
            let word = first.strip_prefix("(error) ").unwrap_or_default();
            return vec![rest(Line::default().with(Role::Type, "-").with(Role::Value, word), b'-')];
        }
        "bulk" => return vec![bulk(length, Role::Unsure, "…")],
        "nil" | "closed" => Line::default().with(Role::Unsure, first),
        "integer" => rest(Line::default().with(Role::Type, ":"), b':'),
        "status" => rest(Line::default().with(Role::Type, "+"), b'+'),
        "array" => aggregate(b'*', length),
        "map" => aggregate(b'%', length),
        "set" => aggregate(b'~', length),
        "verbatim" => {
            // Its length counts the format and a colon, too.
            let length = length.and_then(|length| length.parse::<u64>().ok());
            let length = length.map(|length| (length + 4).to_string());
            let line = bulk(length.as_deref(), Role::Unsure, "…");
            Line { what: line.what.replace("bulk", "verbatim"), ..with_type(line, b'=') }
        }
        _ => Line::default().with(Role::Unsure, "…"),
    };
    let is_aggregate = ["array", "map", "set"].contains(&name);
    let inside = Line { depth: 1, ..Line::default() }.with(Role::Unsure, "…");
    std::iter::once(line).chain(is_aggregate.then_some(inside)).collect()
}

/// Finds the kind of a reply by what is printed of it, and its length if that is there.
fn kind_and_length(first: &str) -> (&str, Option<&str>) {
    if let Some(inside) = first.strip_prefix('(') {
        let (name, length) = inside.split_once(')').unwrap_or((inside, ""));
        let name = name.split(' ').next().unwrap_or_default();
        let length = length.trim_start().split_once(' ').map(|(length, _)| length);
        let is_number = |length: &&str| length.bytes().all(|byte| byte.is_ascii_digit());
        return (name, length.filter(is_number));
    }
    let mark = first.trim_start().trim_start_matches(|c: char| c.is_ascii_digit()).chars().next();
    let is_numbered = first.trim_start().starts_with(|c: char| c.is_ascii_digit());
    match mark {
        Some(')') if is_numbered => ("array", None),
        Some('#') if is_numbered => ("map", None),
        Some('~') if is_numbered => ("set", None),
        Some('"') => ("bulk", None),
        _ => ("", None),
    }
}

/// A line of which only the beginning is sure.
fn rest(line: Line, kind: u8) -> Line {
    line.with(Role::Unsure, "…").with(Role::Crlf, "\r\n").is(&describe(kind, None))
}

fn aggregate(kind: u8, length: Option<&str>) -> Line {
    let count = length.and_then(|length| length.parse().ok());
    let line = Line::default().with(Role::Type, [kind]);
    let line = match length {
        Some(length) => line.with(Role::Length, length),
        None => line.with(Role::Unsure, "…"),
    };
    let what = match (kind, count) {
        (b'*', None) => "array".to_owned(),
        (kind, count) => describe(kind, count),
    };
    line.with(Role::Crlf, "\r\n").is(&what)
}

/// A bulk whose bytes are not sure.
fn bulk(length: Option<&str>, role: Role, text: &str) -> Line {
    let line = Line::default().with(Role::Type, "$");
    let line = match length {
        Some(length) => line.with(Role::Length, length),
        None => line.with(Role::Unsure, "…"),
    };
    let line = line.with(Role::Crlf, "\r\n").with(role, text).with(Role::Crlf, "\r\n");
    let what = match length.and_then(|length| length.parse().ok()) {
        Some(length) => describe(b'$', Some(length)),
        None => "bulk string".to_owned(),
    };
    line.is(&what)
}

fn with_type(mut line: Line, kind: u8) -> Line {
    if let Some(first) = line.pieces.first_mut() {
        first.bytes = vec![kind];
    }
    line
}

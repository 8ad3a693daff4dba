//! Plays a transcript against a server, step by step.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitStatus;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use redis::{ConnectionAddr, IntoConnectionInfo as _, ProtocolVersion, RedisConnectionInfo};

use crate::corpus;
use crate::reply::{Reply, print_raw, print_several};
use crate::resp::{after_replies, is_resp3, split_replies};
use crate::server::{self, Server, StartError, Target};
use crate::tap::{KEPT, Tap};
use crate::text::{Place, Text, quoted};
use crate::transcript::{Action, Command, FIRST_CLIENT, Step, Transcript};

/// How long a step may take, unless its player is told otherwise.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// How long `@nothing` listens.
const QUIET: Duration = Duration::from_millis(100);

/// How long the server may be busy with the first part of a request that is cut in two.
const CUT_PAUSE: Duration = Duration::from_millis(20);

/// How many connections of one `@split` are open at once.
const CUTS_AT_ONCE: usize = 64;

/// How long a client waits for the server to close, when the client has closed.
const FAREWELL: Duration = Duration::from_millis(200);

/// A server may send so much more than all that it was sent; past that it floods.
const FLOOD: usize = 8 << 20;

/// What came of one step.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// The reply as the snapshot holds it, one line each.
    pub printed: Vec<String>,
    /// The bytes that were sent, or the head of very many.
    pub sent: Vec<u8>,
    /// The bytes that came, or the head of very many.
    pub received: Vec<u8>,
    /// Where `sent` was cut in two, if it was.
    pub cut: Option<usize>,
    /// For a `@split` whose cuts do not all come out the same: what came of each run of cuts.
    pub parts: Vec<Outcome>,
    /// What kept the step from its end.
    pub trouble: Option<Trouble>,
}

/// What keeps a step from its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The server took no connection.
    Unreachable(String),
    /// Nothing, or nothing whole, came in time.
    Silence,
    /// The server closed the connection.
    Closed,
    /// The server was to close the connection, and did not in time.
    StillOpen,
    /// The server did not read what it was sent in time.
    Deaf,
    /// What came is not a reply.
    NoReply,
    /// What came is RESP3, which the client has not asked for.
    Resp3,
    /// More came than was asked for.
    Unasked,
    /// The server sends without end.
    Flood,
}

/// How a play ended, for the failure that may be told of it.
#[derive(Debug, Clone, Default)]
pub struct Ending {
    /// How the server ended, if it did before it was told to.
    pub status: Option<ExitStatus>,
    /// The last that the server printed.
    pub output: String,
    /// A client that was sent more than it had asked for, found when all was over.
    pub unasked: Option<(String, Vec<u8>)>,
    /// What `{dir}` and `{port}` stood for.
    pub place: Option<Place>,
}

/// Why a transcript could not be played at all.
#[derive(Debug)]
pub enum PlayError {
    /// The server did not come up.
    Start(StartError),
    /// The transcript prepares its server, but this one is running already.
    NeedsOwnServer,
}

impl fmt::Display for PlayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(error) => error.fmt(f),
            Self::NeedsOwnServer => f.write_str(
                "this transcript starts the server with files or arguments of its own, \
                 so it can't be played against one that is running already",
            ),
        }
    }
}

impl std::error::Error for PlayError {}

/// Plays `transcript` against `target`, and shows `visit` each step as it ends.
///
/// The play is over when `visit` breaks it off, when a step meets trouble (other than a command's
/// connection that is closed), or after the last step. No step takes much longer than `patience`.
///
/// # Errors
/// When there is no server to play against.
pub fn play(
    transcript: &Transcript,
    target: &Target,
    patience: Duration,
    mut visit: impl FnMut(&Step, &Outcome) -> ControlFlow<()>,
) -> Result<Ending, PlayError> {
    let (server, address) = open(transcript, target, patience)?;
    let mut session = Session {
        place: server.place().clone(),
        address,
        patience,
        clients: BTreeMap::new(),
        current: FIRST_CLIENT.to_owned(),
        sent_total: 0,
    };
    let mut to_the_end = true;
    for step in &transcript.steps {
        let outcome = session.step(&step.action);
        let goes_on = matches!(outcome.trouble, None | Some(Trouble::Closed));
        if visit(step, &outcome).is_break() || !goes_on {
            to_the_end = false;
            break;
        }
    }
    let place = Some(session.place.clone());
    let unasked = if to_the_end { session.finish() } else { None };
    let mut server = server;
    let (status, output) = server.end();
    Ok(Ending { status, output, unasked, place })
}

fn open(
    transcript: &Transcript,
    target: &Target,
    patience: Duration,
) -> Result<(Server, SocketAddr), PlayError> {
    let preparations = || transcript.steps.iter().map(|step| &step.action);
    match target {
        Target::Address(_) if preparations().any(Action::is_preparation) => {
            Err(PlayError::NeedsOwnServer)
        }
        Target::Address(address) => Ok((Server::running_at(*address), *address)),
        Target::Spawn(command) => {
            let lines = transcript.steps.iter().flat_map(|step| &step.source);
            let avoid = lines.cloned().collect::<Vec<_>>().join("\n");
            let server = Server::start(command, &avoid, patience, |place| {
                let mut arguments = Vec::new();
                for action in preparations() {
                    prepare(action, place, &mut arguments)?;
                }
                Ok(arguments)
            });
            let server = server.map_err(PlayError::Start)?;
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, server.place().port));
            Ok((server, address))
        }
    }
}

fn prepare(action: &Action, place: &Place, arguments: &mut Vec<String>) -> io::Result<()> {
    match action {
        Action::ServerArguments(words) => {
            for word in words {
                let word = String::from_utf8(word.expand(place, now_ms()));
                arguments.push(word.map_err(io::Error::other)?);
            }
        }
        Action::File { name, fixture } => {
            let from = corpus::fixtures().join(fixture);
            let to = Path::new(&place.dir).join(name);
            fs::create_dir_all(to.parent().unwrap_or(&to))?;
            let explain = |error| {
                io::Error::other(format!("cannot copy the fixture {}: {error}", from.display()))
            };
            fs::copy(&from, to).map_err(explain)?;
        }
        _ => {}
    }
    Ok(())
}

/// The clients of one play.
struct Session {
    place: Place,
    address: SocketAddr,
    patience: Duration,
    clients: BTreeMap<String, Client>,
    current: String,
    sent_total: usize,
}

impl Session {
    fn step(&mut self, action: &Action) -> Outcome {
        match action {
            Action::ServerArguments(_) | Action::File { .. } => Outcome::default(),
            Action::Wait(time) => {
                thread::sleep(*time);
                Outcome::default()
            }
            Action::Client(name) => {
                self.current.clone_from(name);
                Outcome::default()
            }
            Action::Command(command) => self.commands(std::slice::from_ref(command)),
            Action::Pipeline(commands) => self.commands(commands),
            Action::Split { replies, bytes } => {
                let bytes = self.expand(bytes);
                self.split(*replies, &bytes)
            }
            Action::Send(bytes) => {
                let bytes = self.expand(bytes);
                self.raw(|raw, limits| raw.send(&bytes, bytes.len(), limits))
            }
            Action::SendBytewise(bytes) => {
                let bytes = self.expand(bytes);
                self.raw(|raw, limits| raw.send(&bytes, 1, limits))
            }
            Action::Receive(replies) => self.raw(|raw, limits| raw.receive(*replies, limits)),
            Action::Nothing => self.raw(|raw, limits| raw.nothing(limits)),
            Action::HalfClose => self.raw(|raw, _| raw.half_close()),
            Action::Closed => self.raw(|raw, limits| raw.closed(limits)),
        }
    }

    fn expand(&mut self, text: &Text) -> Vec<u8> {
        let bytes = text.expand(&self.place, now_ms());
        self.sent_total += bytes.len();
        bytes
    }

    fn limits(&self) -> Limits {
        let deadline = Instant::now() + self.patience;
        Limits { deadline, bytes: FLOOD + self.sent_total, place: self.place.clone() }
    }

    fn commands(&mut self, commands: &[Command]) -> Outcome {
        let mut packed = Vec::new();
        for command in commands {
            let mut cmd = redis::Cmd::new();
            for word in &command.words {
                cmd.arg(self.expand(word));
            }
            packed.extend(cmd.get_packed_command());
        }
        let limits = self.limits();
        match self.client(Client::commands) {
            Ok(Client::Commands(talker)) => talker.ask(commands, &packed, &limits),
            Ok(Client::Raw(_)) => mixed(),
            Err(error) => unreachable_server(&error),
        }
    }

    fn raw(&mut self, act: impl FnOnce(&mut Raw, &Limits) -> Outcome) -> Outcome {
        let limits = self.limits();
        match self.client(Client::raw) {
            Ok(Client::Raw(raw)) => act(raw, &limits),
            Ok(Client::Commands(_)) => mixed(),
            Err(error) => unreachable_server(&error),
        }
    }

    /// Returns the current client, connected by `connect` at its first use.
    fn client(
        &mut self,
        connect: fn(SocketAddr, Duration) -> io::Result<Client>,
    ) -> io::Result<&mut Client> {
        use std::collections::btree_map::Entry;
        match self.clients.entry(self.current.clone()) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(new) => Ok(new.insert(connect(self.address, self.patience)?)),
        }
    }

    /// Cuts `bytes` at every point, each time on a new connection.
    ///
    /// The connections of one batch share the pause between the parts.
    fn split(&mut self, replies: usize, bytes: &[u8]) -> Outcome {
        let limits = self.limits();
        let cuts: Vec<usize> = (1..bytes.len()).collect();
        let mut outcomes: Vec<(usize, Outcome)> = Vec::new();
        for batch in cuts.chunks(CUTS_AT_ONCE) {
            let mut open = Vec::new();
            for &cut in batch {
                let (first, rest) = bytes.split_at(cut);
                match Raw::connect(self.address, self.patience) {
                    Ok(mut raw) => {
                        raw.send(first, first.len(), &limits);
                        open.push((cut, raw, rest));
                    }
                    Err(error) => return Outcome { cut: Some(cut), ..unreachable_server(&error) },
                }
            }
            thread::sleep(CUT_PAUSE);
            for (_, raw, rest) in &mut open {
                raw.send(rest, rest.len(), &limits);
            }
            for (cut, mut raw, _) in open {
                outcomes.push((cut, raw.receive(replies, &limits)));
            }
            if outcomes.iter().any(|(_, outcome)| outcome.trouble.is_some()) {
                break;
            }
        }
        joined(outcomes, bytes)
    }

    /// Hangs up, and returns what a client was sent without having asked for it.
    fn finish(self) -> Option<(String, Vec<u8>)> {
        let mut clients = self.clients.into_iter();
        clients.find_map(|(name, client)| {
            let surplus = match client {
                Client::Commands(talker) => talker.finish(),
                Client::Raw(raw) => raw.finish(),
            };
            (!surplus.is_empty()).then_some((name, surplus))
        })
    }
}

/// What a step may cost, and what its replies are masked with.
struct Limits {
    deadline: Instant,
    bytes: usize,
    place: Place,
}

/// The parser lets no client be both, so this is never seen.
fn mixed() -> Outcome {
    unreachable_server(&io::Error::other("the client is in use for steps of the other kind"))
}

fn unreachable_server(error: &io::Error) -> Outcome {
    Outcome {
        printed: vec!["(no connection)".into()],
        trouble: Some(Trouble::Unreachable(error.to_string())),
        ..Outcome::default()
    }
}

/// Joins the outcomes of all cuts: one if they are the same, otherwise each with its first cut.
fn joined(outcomes: Vec<(usize, Outcome)>, bytes: &[u8]) -> Outcome {
    let mut parts: Vec<(usize, usize, Outcome)> = Vec::new();
    for (cut, outcome) in outcomes {
        match parts.last_mut() {
            Some((_, last, known)) if known.printed == outcome.printed => *last = cut,
            _ => parts.push((cut, cut, outcome)),
        }
    }
    let sent = bytes.to_vec();
    if let [(_, _, one)] = parts.as_slice() {
        let cut = one.trouble.as_ref().and(parts.first()).map(|(cut, _, _)| *cut);
        return Outcome { sent, cut, ..one.clone() };
    }
    let head = |first: &usize, last: &usize| match last - first {
        0 => format!("(cut after byte {first})"),
        _ => format!("(cut after byte {first} to {last})"),
    };
    let printed = parts.iter().flat_map(|(first, last, outcome)| {
        std::iter::once(head(first, last)).chain(outcome.printed.iter().cloned())
    });
    let printed = printed.collect();
    let trouble = parts.iter().find_map(|(_, _, outcome)| outcome.trouble.clone());
    let parts = parts.into_iter();
    let parts =
        parts.map(|(cut, _, o)| Outcome { cut: Some(cut), sent: sent.clone(), ..o }).collect();
    Outcome { printed, trouble, parts, ..Outcome::default() }
}

enum Client {
    Commands(Box<Talker>),
    Raw(Raw),
}

impl Client {
    fn commands(address: SocketAddr, patience: Duration) -> io::Result<Self> {
        Talker::connect(address, patience).map(|talker| Self::Commands(Box::new(talker)))
    }

    fn raw(address: SocketAddr, patience: Duration) -> io::Result<Self> {
        Raw::connect(address, patience).map(Self::Raw)
    }
}

/// A client that talks through the `redis` crate.
struct Talker {
    connection: redis::Connection,
    tap: Tap,
    asked: usize,
    speaks_resp3: bool,
}

impl Talker {
    /// Connects without a word: what the crate would say first, `CLIENT SETINFO`, is left out, so
    /// that a server that can't answer it fails in no other transcript than the one about that.
    fn connect(address: SocketAddr, patience: Duration) -> io::Result<Self> {
        let server = server::connect(address, patience)?;
        let (tap, connection) =
            Tap::between(server, FLOOD, Instant::now() + patience, |address| {
                let settings = RedisConnectionInfo::default()
                    .set_protocol(ProtocolVersion::RESP2)
                    .set_skip_set_lib_name();
                let address = ConnectionAddr::Tcp(address.ip().to_string(), address.port());
                let info = address.into_connection_info().map_err(io::Error::other)?;
                let client = redis::Client::open(info.set_redis_settings(settings));
                let client = client.map_err(io::Error::other)?;
                let connection =
                    client.get_connection_with_timeout(patience).map_err(io::Error::other)?;
                connection.set_read_timeout(Some(patience)).map_err(io::Error::other)?;
                connection.set_write_timeout(Some(patience)).map_err(io::Error::other)?;
                Ok(connection)
            })?;
        Ok(Self { connection, tap, asked: 0, speaks_resp3: false })
    }

    fn ask(&mut self, commands: &[Command], packed: &[u8], limits: &Limits) -> Outcome {
        self.tap.mark(self.asked, limits.bytes, limits.deadline);
        self.asked = commands.len();
        let mut replies = Vec::new();
        let mut trouble = None;
        if let Err(error) = self.connection.send_packed_command(packed) {
            trouble = Some(if error.is_timeout() { Trouble::Deaf } else { Trouble::Closed });
        }
        for command in commands {
            if trouble.is_some() {
                break;
            }
            match self.connection.recv_response() {
                Ok(value) => {
                    let reply = Reply::from(value).masked(&limits.place);
                    replies.push(reply.print(command.view));
                }
                Err(error) => trouble = Some(self.trouble(&error)),
            }
        }
        let exchange = self.tap.exchange();
        // The crate reads RESP3 without a word, while other clients of RESP2 would not.
        self.speaks_resp3 |= commands.iter().any(is_hello_3);
        if trouble.is_none() && !self.speaks_resp3 && is_resp3(&exchange.received) {
            trouble = Some(Trouble::Resp3);
        }
        if trouble.is_none() && !after_replies(&exchange.received, self.asked).is_empty() {
            trouble = Some(Trouble::Unasked);
        }
        let mut printed = print_several(&replies);
        printed.extend(trouble.as_ref().map(|trouble| marker(trouble, printed.len())));
        let sent = packed.get(..KEPT).unwrap_or(packed).to_vec();
        Outcome { printed, sent, received: exchange.received, trouble, ..Outcome::default() }
    }

    fn trouble(&self, error: &redis::RedisError) -> Trouble {
        if self.tap.exchange().flooded {
            Trouble::Flood
        } else if error.is_timeout() {
            Trouble::Silence
        } else if error.is_io_error() || error.is_connection_dropped() {
            Trouble::Closed
        } else {
            Trouble::NoReply
        }
    }

    fn finish(self) -> Vec<u8> {
        let exchange = self.tap.finish(FAREWELL);
        after_replies(&exchange.received, self.asked).to_vec()
    }
}

fn is_hello_3(command: &Command) -> bool {
    let is = |index: usize, text: &str| {
        let word = command.words.get(index).and_then(Text::literal);
        word.is_some_and(|word| word.eq_ignore_ascii_case(text))
    };
    is(0, "HELLO") && is(1, "3")
}

/// How trouble is printed where a reply would stand.
fn marker(trouble: &Trouble, printed: usize) -> String {
    match trouble {
        Trouble::Unreachable(_) => "(no connection)",
        Trouble::Silence if printed > 0 => "(nothing more)",
        Trouble::Silence => "(nothing)",
        Trouble::Closed => "(closed)",
        Trouble::StillOpen => "(still open)",
        Trouble::Deaf => "(not read)",
        Trouble::NoReply => "(not a reply)",
        Trouble::Resp3 => "(in RESP3)",
        Trouble::Unasked => "(and more)",
        Trouble::Flood => "(without end)",
    }
    .into()
}

/// A client with a plain socket.
struct Raw {
    stream: TcpStream,
    /// What has come and was not yet asked for.
    buffer: Vec<u8>,
    /// What was sent before its last step to read, or since, for a failure to show.
    sent: Vec<u8>,
    /// Whether its last step was to read, so that nothing more may come.
    has_read: bool,
}

/// Why no more bytes came.
enum Dry {
    Late,
    Ended,
    Flood,
}

impl Raw {
    fn connect(address: SocketAddr, patience: Duration) -> io::Result<Self> {
        let stream = server::connect(address, patience)?;
        stream.set_write_timeout(Some(patience))?;
        Ok(Self { stream, buffer: Vec::new(), sent: Vec::new(), has_read: false })
    }

    fn send(&mut self, bytes: &[u8], at_once: usize, limits: &Limits) -> Outcome {
        if std::mem::take(&mut self.has_read) {
            self.sent.clear();
        }
        self.sent.extend_from_slice(bytes);
        let mut outcome = Outcome { sent: bytes.to_vec(), ..Outcome::default() };
        for part in bytes.chunks(at_once.max(1)) {
            match self.stream.write_all(part) {
                Ok(()) if Instant::now() < limits.deadline => {}
                Err(error) if !is_timeout(&error) => {
                    // The server has closed, as it may when it has read enough. What it said
                    // before that is for the next step to see.
                    return outcome;
                }
                _ => {
                    outcome.printed.push(marker(&Trouble::Deaf, 0));
                    outcome.trouble = Some(Trouble::Deaf);
                    return outcome;
                }
            }
        }
        outcome
    }

    fn receive(&mut self, replies: usize, limits: &Limits) -> Outcome {
        self.has_read = true;
        let sent = self.sent.clone();
        let mut dry = None;
        while dry.is_none() && split_replies(&self.buffer).0.len() < replies {
            dry = self.fill(limits, limits.deadline);
        }
        let whole =
            split_replies(&self.buffer).0.iter().take(replies).map(|reply| reply.len()).sum();
        // Without all replies, the part of one that came is shown too.
        let taken = if dry.is_some() { self.buffer.len() } else { whole };
        let received: Vec<u8> = self.buffer.drain(..taken).collect();
        let mut printed = print_raw(&received, &limits.place);
        let trouble = dry.map(|dry| match dry {
            Dry::Late => Trouble::Silence,
            Dry::Ended => Trouble::Closed,
            Dry::Flood => Trouble::Flood,
        });
        printed.extend(trouble.as_ref().map(|trouble| marker(trouble, printed.len())));
        Outcome { printed, sent, received, trouble, ..Outcome::default() }
    }

    fn nothing(&mut self, limits: &Limits) -> Outcome {
        self.has_read = true;
        let sent = self.sent.clone();
        let until = Instant::now() + QUIET;
        let ended = loop {
            match self.fill(limits, until) {
                None => {}
                Some(dry) => break matches!(dry, Dry::Ended),
            }
        };
        let received = std::mem::take(&mut self.buffer);
        let mut printed = print_raw(&received, &limits.place);
        if ended {
            printed.push("(closed)".into());
        } else if printed.is_empty() {
            printed.push("(nothing)".into());
        }
        Outcome { printed, sent, received, ..Outcome::default() }
    }

    fn half_close(&mut self) -> Outcome {
        // An error says that the server has closed already, which the next step will see.
        let _ = self.stream.shutdown(Shutdown::Write);
        Outcome::default()
    }

    fn closed(&mut self, limits: &Limits) -> Outcome {
        self.has_read = true;
        let sent = self.sent.clone();
        let dry = loop {
            if let Some(dry) = self.fill(limits, limits.deadline) {
                break dry;
            }
        };
        let received = std::mem::take(&mut self.buffer);
        let mut printed = print_raw(&received, &limits.place);
        let trouble = match dry {
            Dry::Ended => None,
            Dry::Late => Some(Trouble::StillOpen),
            Dry::Flood => Some(Trouble::Flood),
        };
        printed.push(marker(trouble.as_ref().unwrap_or(&Trouble::Closed), 0));
        Outcome { printed, sent, received, trouble, ..Outcome::default() }
    }

    /// Reads some more; `None` when some came.
    fn fill(&mut self, limits: &Limits, until: Instant) -> Option<Dry> {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Some(Dry::Late);
        }
        if self.buffer.len() > limits.bytes {
            return Some(Dry::Flood);
        }
        let mut chunk = vec![0; 64 * 1024];
        let read =
            self.stream.set_read_timeout(Some(left)).and_then(|()| self.stream.read(&mut chunk));
        match read {
            Ok(0) => Some(Dry::Ended),
            Ok(length) => {
                self.buffer.extend_from_slice(chunk.get(..length).unwrap_or_default());
                None
            }
            Err(error) if is_timeout(&error) => Some(Dry::Late),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => None,
            // Reset: the server closed without having read everything.
            Err(_) => Some(Dry::Ended),
        }
    }

    /// Hangs up, and returns what came after the last reply that was asked for.
    fn finish(mut self) -> Vec<u8> {
        if !self.has_read {
            return Vec::new();
        }
        self.half_close();
        let place = Place { port: 0, dir: String::new() };
        let limits = Limits { deadline: Instant::now() + FAREWELL, bytes: 64 * 1024, place };
        while self.fill(&limits, limits.deadline).is_none() {}
        self.buffer
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Shows the bytes that a step was left with, for a message about a recording that went wrong.
#[must_use]
pub fn show_bytes(bytes: &[u8]) -> String {
    if bytes.is_empty() { "(nothing)".into() } else { quoted(bytes) }
}

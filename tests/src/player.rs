//! Plays a transcript against a server, step by step.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitStatus;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::corpus;
use crate::fields;
use crate::printed::print_several;
use crate::raw::Raw;
use crate::reply::Reply;
use crate::resp::Protocol;
use crate::scan::{MOST_ROUNDS, Scan, Turn};
use crate::server::{Server, StartError, Target};
use crate::talker::{Answer, Talker, packed};
use crate::tap::KEPT;
use crate::text::{Place, Text};
use crate::transcript::{Action, Command, FIRST_CLIENT, Step, Transcript, View};
use crate::waiting::{Patience, Waiting};

/// How long a step may take, unless its player is told otherwise.
pub const PATIENCE: Patience = Patience::new(Duration::from_secs(10), Duration::from_secs(3));

/// How long the server may be busy with the first part of a request that is cut in two.
const CUT_PAUSE: Duration = Duration::from_millis(20);

/// How many connections of one `@split` are open at once.
const CUTS_AT_ONCE: usize = 64;

/// How long a server that closed a connection is seen ending: until it has rested for so long.
const CRASH: Patience = Patience::new(Duration::from_secs(2), Duration::from_millis(100));

/// The same for what it prints of an error, where it replied all the same.
const PRINTED: Patience = Patience::new(Duration::from_secs(1), Duration::from_millis(50));

/// How long a client waits for the server to close, when the client has closed.
pub(crate) const FAREWELL: Duration = Duration::from_millis(200);

/// A server may send so much more than all that it was sent; past that it floods.
pub(crate) const FLOOD: usize = 4 << 20;

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
    /// What the client had chosen to speak.
    pub protocol: Protocol,
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
    /// The server should have closed the connection, and did not in time.
    StillOpen,
    /// The server did not read what it was sent in time.
    NotReading,
    /// What came is not a reply.
    NoReply,
    /// What came is not written in this protocol, which is what the client speaks.
    Protocol(Protocol),
    /// A scan that goes on and on.
    Endless,
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
    /// The transcript is about its server's process, but this server is running already.
    NeedsOwnServer,
}

impl fmt::Display for PlayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(error) => error.fmt(f),
            Self::NeedsOwnServer => f.write_str(
                "this transcript starts the server with files or arguments of its own, or ends it, \
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
    patience: Patience,
    mut visit: impl FnMut(&Step, &Outcome) -> ControlFlow<()>,
) -> Result<Ending, PlayError> {
    let (mut server, address) = match open(transcript, target, patience) {
        Err(PlayError::Start(error)) if ends_at_once(transcript) => {
            return unserved(transcript, error, visit);
        }
        opened => opened?,
    };
    let mut session = Session {
        place: server.place().clone(),
        process: server.process_id(),
        address,
        patience,
        clients: BTreeMap::new(),
        current: FIRST_CLIENT.to_owned(),
        sent_total: 0,
    };
    let mut to_the_end = true;
    let mut closed = false;
    for step in &transcript.steps {
        let outcome = match &step.action {
            Action::Signal(name) => match server.signal(name) {
                Ok(()) => Outcome::default(),
                Err(error) => unreachable_server(&error),
            },
            Action::Ended => ended(wait_for_end(&mut server, patience)),
            action => session.step(action),
        };
        closed = matches!(outcome.trouble, Some(Trouble::Closed | Trouble::Unreachable(_)));
        let goes_on = matches!(outcome.trouble, None | Some(Trouble::Closed));
        if visit(step, &outcome).is_break() || !goes_on {
            to_the_end = false;
            break;
        }
    }
    let place = Some(session.place.clone());
    let unasked = if to_the_end { session.finish() } else { None };
    // A server that crashes closes its connections before it has ended.
    let patience = match (closed, to_the_end) {
        (true, _) => CRASH,
        (false, true) => Duration::ZERO.into(),
        (false, false) => PRINTED,
    };
    let status = wait_for_end(&mut server, patience);
    let (_, output) = server.end(Duration::ZERO);
    Ok(Ending { status, output, unasked, place })
}

/// Whether it prepares a server only to see it end: the server need not take a connection before.
fn ends_at_once(transcript: &Transcript) -> bool {
    let mut actions = transcript.steps.iter().map(|step| &step.action);
    actions.find(|action| !action.is_preparation()) == Some(&Action::Ended)
}

/// Shows `visit` the steps of a server that takes no connection, where that is as it may be.
fn unserved(
    transcript: &Transcript,
    error: StartError,
    mut visit: impl FnMut(&Step, &Outcome) -> ControlFlow<()>,
) -> Result<Ending, PlayError> {
    let (status, output) = match error {
        StartError::Ended { status, output, .. } => (Some(status), output),
        StartError::Silent { output, .. } => (None, output),
        error => return Err(PlayError::Start(error)),
    };
    for step in &transcript.steps {
        let is_end = step.action == Action::Ended;
        let outcome = if is_end { ended(status) } else { Outcome::default() };
        if visit(step, &outcome).is_break() {
            break;
        }
    }
    Ok(Ending { status, output, ..Ending::default() })
}

/// Waits for the server's end as long as that makes sense.
fn wait_for_end(server: &mut Server, patience: Patience) -> Option<ExitStatus> {
    let mut waiting = Waiting::new(patience, server.process_id());
    loop {
        let (status, _) = server.end(waiting.next_look());
        if status.is_some() || waiting.is_over() {
            return status;
        }
    }
}

/// Returns the outcome of `@ended`. What is not 0 is all the same: Redis itself aborts sometimes.
fn ended(status: Option<ExitStatus>) -> Outcome {
    let printed = match status {
        Some(status) if status.success() => "(ends with exit code 0)",
        Some(_) => "(ends with an exit code that is not 0)",
        None => "(still runs)",
    };
    Outcome { printed: vec![printed.into()], ..Outcome::default() }
}

fn open(
    transcript: &Transcript,
    target: &Target,
    patience: Patience,
) -> Result<(Server, SocketAddr), PlayError> {
    let actions = || transcript.steps.iter().map(|step| &step.action);
    match target {
        Target::Address(_) if actions().any(Action::needs_own_server) => {
            Err(PlayError::NeedsOwnServer)
        }
        Target::Address(address) => Ok((Server::running_at(*address), *address)),
        Target::Spawn(command) => {
            let lines = transcript.steps.iter().flat_map(|step| &step.source);
            let avoid = lines.cloned().collect::<Vec<_>>().join("\n");
            let server = Server::start(command, &avoid, patience, |place| {
                let mut arguments = Vec::new();
                for action in actions() {
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
    process: Option<u32>,
    address: SocketAddr,
    patience: Patience,
    clients: BTreeMap<String, Client>,
    current: String,
    sent_total: usize,
}

impl Session {
    fn step(&mut self, action: &Action) -> Outcome {
        match action {
            // The server's process is the play's own.
            Action::ServerArguments(_)
            | Action::File { .. }
            | Action::Signal(_)
            | Action::Ended => Outcome::default(),
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
            Action::Scan { command, meanwhile } => self.scan(command, meanwhile),
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
            Action::Resp3 => self.raw(Raw::resp3),
            Action::Receive(replies) => self.raw(|raw, limits| raw.receive(*replies, limits)),
            Action::Nothing => self.raw(|raw, limits| raw.nothing(limits)),
            Action::HalfClose => self.raw(|raw, _| raw.half_close()),
            Action::Closed => self.raw(|raw, limits| raw.closed(limits)),
            Action::HungUp => {
                let mut outcome = self.raw(|raw, limits| raw.closed(limits));
                // The last line says how it ended.
                outcome.printed.drain(..outcome.printed.len().saturating_sub(1));
                outcome
            }
        }
    }

    fn expand(&mut self, text: &Text) -> Vec<u8> {
        let bytes = text.expand(&self.place, now_ms());
        self.sent_total += bytes.len();
        bytes
    }

    fn limits(&self) -> Limits {
        let (process, patience) = (self.process, self.patience);
        Limits { patience, process, bytes: FLOOD + self.sent_total, place: self.place.clone() }
    }

    fn commands(&mut self, commands: &[Command]) -> Outcome {
        let requests: Vec<_> = commands.iter().map(|command| self.request(command)).collect();
        let answer = match self.ask(&requests) {
            Ok(answer) => answer,
            Err(error) => return unreachable_server(&error),
        };
        let replies = commands.iter().zip(&answer.replies);
        let printed: Vec<_> = replies.map(|(command, reply)| self.print(command, reply)).collect();
        outcome(answer, &requests, print_several(&printed))
    }

    /// Sends a command with each new cursor, and others after every reply.
    fn scan(&mut self, command: &Command, meanwhile: &[Command]) -> Outcome {
        let mut scan = Scan::new(self.request(command));
        let until = Instant::now() + self.patience.most;
        let mut round = 0;
        loop {
            let request = scan.request.clone();
            let mut answer = match self.ask(std::slice::from_ref(&request)) {
                Ok(answer) => answer,
                Err(error) => return unreachable_server(&error),
            };
            let turn = answer.replies.first().map(|reply| scan.turn(reply));
            if turn == Some(Turn::GoesOn) && (round == MOST_ROUNDS || Instant::now() > until) {
                answer.trouble = Some(Trouble::Endless);
            }
            let printed = match &turn {
                Some(Turn::GoesOn) if answer.trouble.is_none() => {
                    round += 1;
                    self.place.kept.insert("round".into(), round.to_string());
                    for command in meanwhile {
                        let outcome = self.commands(std::slice::from_ref(command));
                        if outcome.trouble.is_some() {
                            return outcome;
                        }
                    }
                    continue;
                }
                Some(Turn::Over(found)) => vec![found.plain()],
                Some(Turn::Broken(mark)) => {
                    let replies = answer.replies.iter().map(Reply::plain);
                    mark.iter().map(|mark| (*mark).to_owned()).chain(replies).collect()
                }
                Some(Turn::GoesOn) | None => Vec::new(),
            };
            return outcome(answer, &[request], print_several(&printed));
        }
    }

    fn request(&mut self, command: &Command) -> Vec<Vec<u8>> {
        command.words.iter().map(|word| self.expand(word)).collect()
    }

    fn ask(&mut self, requests: &[Vec<Vec<u8>>]) -> io::Result<Answer> {
        let limits = self.limits();
        match self.client(Client::commands)? {
            Client::Commands(talker) => Ok(talker.ask(requests, &limits)),
            Client::Raw(_) => Err(mixed()),
        }
    }

    /// Prints a reply, and keeps what it says if the command is to.
    fn print(&mut self, command: &Command, reply: &Reply) -> String {
        let Some(name) = &command.keep else { return reply.print(&command.view, &self.place) };
        let content = match &command.view {
            View::Fields(fields) => fields.content(reply),
            _ => reply.content(),
        };
        match content {
            Some(content) => self.place.kept.insert(name.clone(), content),
            None => self.place.kept.remove(name),
        };
        let kept = if command.view == View::Plain && self.place.kept.contains_key(name) {
            &fields::shape_of(reply, &self.place)
        } else {
            reply
        };
        kept.print(&command.view, &self.place)
    }

    fn raw(&mut self, act: impl FnOnce(&mut Raw, &Limits) -> Outcome) -> Outcome {
        let limits = self.limits();
        match self.client(Client::raw) {
            Ok(Client::Raw(raw)) => act(raw, &limits),
            Ok(Client::Commands(_)) => unreachable_server(&mixed()),
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
            Entry::Vacant(new) => Ok(new.insert(connect(self.address, self.patience.most)?)),
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
                match Raw::connect(self.address, self.patience.most) {
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
            // All have the same time: a server that answers none need not be waited for at each.
            let mut waiting = limits.waiting();
            for (cut, mut raw, _) in open {
                outcomes.push((cut, raw.receive_within(replies, &limits, &mut waiting)));
            }
            if outcomes.iter().any(|(_, outcome)| outcome.trouble.is_some()) {
                break;
            }
        }
        joined(outcomes, bytes)
    }

    /// Closes the connection, and returns what the server sent unasked.
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
pub(crate) struct Limits {
    /// How long the server is waited for.
    pub(crate) patience: Patience,
    /// The server's process, if it is known.
    pub(crate) process: Option<u32>,
    /// How much the server may send.
    pub(crate) bytes: usize,
    /// Where the server is.
    pub(crate) place: Place,
}

impl Limits {
    /// Begins to wait.
    pub(crate) fn waiting(&self) -> Waiting {
        Waiting::new(self.patience, self.process)
    }
}

/// Returns the outcome of requests whose replies are printed already.
fn outcome(answer: Answer, requests: &[Vec<Vec<u8>>], mut printed: Vec<String>) -> Outcome {
    let Answer { received, protocol, trouble, .. } = answer;
    printed.extend(trouble.as_ref().map(|trouble| marker(trouble, printed.len())));
    let mut sent = packed(requests);
    sent.truncate(KEPT);
    Outcome { printed, sent, received, protocol, trouble, ..Outcome::default() }
}

/// The parser lets no client be both, so this is never seen.
fn mixed() -> io::Error {
    io::Error::other("the client is in use for steps of the other kind")
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

/// How trouble is printed in place of a reply.
pub(crate) fn marker(trouble: &Trouble, printed: usize) -> String {
    match trouble {
        Trouble::Unreachable(_) => "(no connection)",
        Trouble::Silence if printed > 0 => "(nothing more)",
        Trouble::Silence => "(nothing)",
        Trouble::Closed => "(closed)",
        Trouble::StillOpen => "(still open)",
        Trouble::NotReading => "(not read)",
        Trouble::NoReply => "(not a reply)",
        Trouble::Protocol(Protocol::Resp2) => "(in RESP3)",
        Trouble::Protocol(Protocol::Resp3) => "(in RESP2)",
        Trouble::Endless => "(and never the cursor 0)",
        Trouble::Unasked => "(and more)",
        Trouble::Flood => "(without end)",
    }
    .into()
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

//! Redis and the server that is compared with it, playing the same session.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::counters::{self, Counters, Extent};
use super::documented::{Vocabulary, comparable};
use super::peer::{Bytes, Peer, Received};
use super::request::{self, Asked, Request, Rest};
use super::session::Session;
use crate::last_words::{Said, ending};
use crate::server::{CommandLine, Server, StartError};
use crate::workspace::number_of;

/// How much Redis reads at once. With more behind a fault, it closes without having read it.
const READ_AT_ONCE: usize = 16 * 1024;

/// How long a server may take to start.
const START: Duration = Duration::from_secs(20);

/// Two servers that get the same bytes.
#[derive(Debug)]
pub struct Pair {
    redis: Side,
    ours: Side,
    /// How long a reply may take.
    pub patience: Duration,
    /// Whether replies are compared as they are, and nothing is granted.
    pub strict: bool,
    /// Whether the counters of INFO are compared as well, after each session.
    pub has_counters: bool,
    books: Books,
}

/// What Redis and the other server have counted.
#[derive(Debug, Default)]
struct Books {
    /// When the session began.
    start: [Counters; 2],
    /// When nothing was on its way that they would read.
    level: [Counters; 2],
    /// What the session was like until now.
    extent: Extent,
}

#[derive(Debug)]
struct Side {
    command: CommandLine,
    server: Server,
    /// A client of its own, which is always served.
    control: Peer,
    /// What all its clients have sent and received.
    bytes: Rc<Cell<Bytes>>,
}

/// How a session came out differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The step at which it showed.
    pub step: usize,
    /// The request whose reply differs, if it is a request's.
    pub request: Option<Request>,
    /// What differs.
    pub kind: Kind,
    /// What came from Redis, and what from the other server, in the form that is compared.
    pub replies: [Vec<u8>; 2],
}

/// What differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The bytes of a reply.
    Bytes,
    /// The reply does not come, or not all of it.
    Silence,
    /// The server hangs up instead.
    HungUp,
    /// The server does not hang up.
    StillOpen,
    /// More comes than is due.
    Surplus,
    /// What INFO counts.
    Counters,
    /// The server does not read what is sent.
    NotReading,
    /// The server serves nobody any more.
    Gone(String),
    /// Redis itself does not do what the differ takes for right.
    Misjudged(&'static str),
}

/// What was compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Sessions.
    pub sessions: u64,
    /// Writes.
    pub steps: u64,
    /// Bytes of replies, from one server.
    pub bytes: u64,
    /// Replies, by the first byte of each: `+`, `-`, `$`, `$-1`, `*`.
    pub replies: [u64; 5],
    /// Errors after which the connection was closed.
    pub faults: u64,
    /// Connections that were left in the middle of a request.
    pub parts: u64,
    /// Sessions after which all counters of INFO were compared.
    pub counted: u64,
}

/// What one client has on both servers.
struct Client {
    redis: Peer,
    ours: Peer,
    /// All that it has sent.
    stream: Vec<u8>,
    /// How many replies it has got.
    answered: usize,
}

impl Pair {
    /// Starts both servers, each empty.
    ///
    /// # Errors
    /// When one does not start.
    pub fn start(redis: &CommandLine, ours: &CommandLine) -> Result<Self, StartError> {
        let patience = Duration::from_secs(10);
        let (redis, ours) = (Side::start(redis)?, Side::start(ours)?);
        let books = Books::default();
        Ok(Self { redis, ours, patience, strict: false, has_counters: false, books })
    }

    /// Starts both anew.
    ///
    /// # Errors
    /// When one does not start.
    pub fn restart(&mut self) -> Result<(), StartError> {
        self.ours = Side::start(&self.ours.command)?;
        // Quicker than another Redis.
        if self.redis.ask(b"FLUSHALL\r\n", self.patience) != b"+OK\r\n" {
            self.redis = Side::start(&self.redis.command)?;
        }
        Ok(())
    }

    /// Returns the commands that Redis has, with which the stage's are compared.
    pub fn vocabulary(&mut self, stage: u32) -> Vocabulary {
        let reply = self.redis.ask(b"COMMAND LIST\r\n", self.patience);
        let lines = reply.split(|byte| *byte == b'\n').map(|line| line.trim_ascii().to_vec());
        let names = lines.filter(|line| line.first().is_some_and(u8::is_ascii_lowercase));
        Vocabulary { stage, redis: names.collect::<BTreeSet<_>>() }
    }

    /// Plays a session on both, and compares what comes, and what INFO counts.
    ///
    /// # Errors
    /// With the first difference.
    pub fn play(&mut self, session: &Session) -> Result<Tally, Box<Difference>> {
        let mut tally = Tally { sessions: 1, ..Tally::default() };
        self.begin();
        let mut clients: Vec<Option<Client>> = (0..session.clients()).map(|_| None).collect();
        for (index, step) in session.steps.iter().enumerate() {
            let Some(slot) = clients.get_mut(step.client) else { continue };
            let outcome = match slot {
                Some(client) => Ok(client),
                None => self.connect().map(|client| slot.insert(client)),
            };
            let outcome = outcome.and_then(|client| self.step(client, &step.bytes, &mut tally));
            let is_closed = outcome.map_err(|found| found.at(index))?;
            tally.steps += 1;
            let is_last = !session.steps.iter().skip(index + 1).any(|s| s.client == step.client);
            if is_closed {
                *slot = None;
            } else if is_last && let Some(client) = slot.take() {
                self.farewell(client, &mut tally).map_err(|found| found.at(index))?;
            }
        }
        if self.has_counters {
            let last = session.steps.len().saturating_sub(1);
            self.compare_counters().map_err(|found| found.at(last))?;
            tally.counted += u64::from(self.books.extent.decides_all());
        }
        Ok(tally)
    }

    /// Opens the books for a session. A server that has just started may still be at work on the
    /// connection that asked whether it was there.
    fn begin(&mut self) {
        self.books = Books::default();
        let until = Instant::now() + self.patience;
        while self.has_counters {
            self.books.start = self.look();
            self.books.level.clone_from(&self.books.start);
            let are_alone = self.books.start.iter().all(Counters::are_of_one_client);
            if are_alone || Instant::now() > until {
                break;
            }
        }
    }

    /// Returns what both count. Asking counts as well, so both are always asked.
    fn look(&mut self) -> [Counters; 2] {
        [self.redis.look(self.patience), self.ours.look(self.patience)]
    }

    fn compare_counters(&mut self) -> Result<(), Found> {
        let [redis, ours] = self.look();
        let ([redis_start, ours_start], extent) = (&self.books.start, self.books.extent);
        let (redis, ours) = (redis.since(redis_start), ours.since(ours_start));
        if !redis.count_what_went(extent) {
            return Err(Found::of(Kind::Misjudged("Redis counts other bytes than come and go")));
        }
        match Counters::differences(&redis, &ours, extent) {
            Some(replies) => Err(Found { kind: Kind::Counters, request: None, replies }),
            None => Ok(()),
        }
    }

    fn connect(&mut self) -> Result<Client, Found> {
        let refused = |side: &mut Side, error: io::Error| {
            Found::of(Kind::Gone(format!("it takes no connection: {error}{}", side.end())))
        };
        let redis =
            self.redis.connect(self.patience).map_err(|error| refused(&mut self.redis, error))?;
        let ours =
            self.ours.connect(self.patience).map_err(|error| refused(&mut self.ours, error))?;
        Ok(Client { redis, ours, stream: Vec::new(), answered: 0 })
    }

    /// Sends the same to both, and compares the replies. Returns whether both have hung up.
    fn step(
        &mut self,
        client: &mut Client,
        bytes: &[u8],
        tally: &mut Tally,
    ) -> Result<bool, Found> {
        client.stream.extend_from_slice(bytes);
        let asked = request::read(&client.stream);
        if client.redis.send(bytes).is_err() {
            return Err(Found::of(Kind::Misjudged("Redis does not read")));
        }
        if client.ours.send(bytes).is_err() {
            return Err(Found::of(Kind::NotReading));
        }
        let due = asked.replies() - client.answered;
        let closes = asked.rest == Rest::Fault;
        let until = Instant::now() + self.patience;
        let redis = client.redis.receive(due, closes, until);
        // If Redis was slow, the machine is: the other one gets its time, too.
        let until = Instant::now() + self.patience;
        let ours = client.ours.receive(due, closes, until);
        let may_lose = closes && bytes.len() > READ_AT_ONCE;
        let largest = client.stream.len().max(redis.size()).max(ours.size());
        self.books.extent.add(Extent {
            is_large: largest > READ_AT_ONCE,
            may_join: due == 0 && !asked.ends_unheard(),
            may_lose,
            walks: asked.walks(client.answered),
            flushes: asked.flushes(),
        });
        let is_short = |received: &Received| received.ended && received.replies.len() < due;
        let found = if may_lose && !self.strict && (is_short(&redis) || is_short(&ours)) {
            let both = redis.replies.len().min(ours.replies.len());
            self.compare_replies(&asked, client.answered, both, &redis, &ours)
        } else {
            self.compare(&asked, client.answered, closes, &redis, &ours)
        };
        if let Err(found) = found {
            return Err(self.explained(found));
        }
        client.answered += due;
        tally.count(&redis.replies);
        tally.faults += u64::from(closes);
        if may_lose && self.has_counters {
            // What they have not read, they never will.
            self.books.level = self.look();
        } else if asked.ends_unheard() {
            self.wait_until_read()?;
        } else if due == 0 {
            // Time to read what waits for more, and the proof that others are served meanwhile.
            self.ping()?;
        }
        Ok(closes)
    }

    fn compare(
        &self,
        asked: &Asked,
        answered: usize,
        closes: bool,
        redis: &Received,
        ours: &Received,
    ) -> Result<(), Found> {
        let due = asked.replies() - answered;
        self.compare_replies(asked, answered, due, redis, ours)?;
        let surplus = |received: &Received| {
            let more = received.replies.get(due..).unwrap_or_default().concat();
            [more, received.rest.clone()].concat()
        };
        let replies = [surplus(redis), surplus(ours)];
        let [more_from_redis, more_from_ours] = &replies;
        let kind = match () {
            () if !more_from_redis.is_empty() => Kind::Misjudged("Redis replies more than is due"),
            () if closes && !redis.ended => Kind::Misjudged("Redis does not hang up"),
            () if !more_from_ours.is_empty() => Kind::Surplus,
            () if closes && !ours.ended => Kind::StillOpen,
            () => return Ok(()),
        };
        Err(Found { kind, request: None, replies })
    }

    /// Compares so many replies.
    fn compare_replies(
        &self,
        asked: &Asked,
        answered: usize,
        due: usize,
        redis: &Received,
        ours: &Received,
    ) -> Result<(), Found> {
        for index in 0..due {
            let request = asked.request(answered + index);
            let found = |kind, replies| Found { kind, request: request.cloned(), replies };
            let Some(expected) = redis.replies.get(index) else {
                let came = ours.replies.get(index).unwrap_or(&ours.rest);
                let replies = [redis.rest.clone(), came.clone()];
                return Err(found(Kind::Misjudged("Redis does not reply"), replies));
            };
            let form = |reply: &[u8], side: &Side| match self.strict {
                true => reply.to_vec(),
                false => comparable(request, reply, side.server.place()),
            };
            let expected = form(expected, &self.redis);
            let Some(reply) = ours.replies.get(index) else {
                let kind = if ours.ended { Kind::HungUp } else { Kind::Silence };
                return Err(found(kind, [expected, ours.rest.clone()]));
            };
            let reply = form(reply, &self.ours);
            if expected != reply {
                return Err(found(Kind::Bytes, [expected, reply]));
            }
        }
        Ok(())
    }

    /// Sees that nothing more comes, says that nothing more will be sent, and sees that both hang
    /// up, and not before.
    fn farewell(&mut self, mut client: Client, tally: &mut Tally) -> Result<(), Found> {
        self.ping()?;
        let rest = request::read(&client.stream).rest;
        tally.parts += u64::from(rest == Rest::Part);
        let (redis, has_redis_ended) = client.redis.surplus();
        let (ours, has_ended) = client.ours.surplus();
        let kind = match () {
            () if !redis.is_empty() => Some(Kind::Misjudged("Redis replies more than is due")),
            () if has_redis_ended => Some(Kind::Misjudged("Redis hangs up")),
            () if !ours.is_empty() => Some(Kind::Surplus),
            () if has_ended => Some(Kind::HungUp),
            () => None,
        };
        if let Some(kind) = kind {
            return Err(self.explained(Found { kind, request: None, replies: [redis, ours] }));
        }
        client.redis.half_close();
        client.ours.half_close();
        let redis = client.redis.receive(0, true, Instant::now() + self.patience);
        let ours = client.ours.receive(0, true, Instant::now() + self.patience);
        let found = self.compare(&request::read(b""), 0, true, &redis, &ours);
        found.map_err(|found| self.explained(found))
    }

    /// Waits until both have done what has no reply, by what they count as read. Others may ask
    /// about it.
    fn wait_until_read(&mut self) -> Result<(), Found> {
        let until = Instant::now() + self.patience;
        while self.has_counters {
            let [redis, ours] = self.look();
            let [redis_level, ours_level] = &self.books.level;
            let has_redis_read = redis.since(redis_level).count_all_sent();
            if has_redis_read && ours.since(ours_level).count_all_sent() {
                break;
            }
            if Instant::now() > until {
                let misjudged = Kind::Misjudged("Redis does not read");
                return Err(Found::of(if has_redis_read { Kind::NotReading } else { misjudged }));
            }
        }
        Ok(())
    }

    /// Sees that both still serve a client that has nothing to do with all this.
    fn ping(&mut self) -> Result<(), Found> {
        if self.redis.ask(b"PING\r\n", self.patience) != b"+PONG\r\n" {
            return Err(Found::of(Kind::Misjudged("Redis serves nobody any more")));
        }
        if self.ours.ask(b"PING\r\n", self.patience) != b"+PONG\r\n" {
            let said = self.ours.end();
            let text = format!("another client's PING is not answered{said}");
            return Err(Found::of(Kind::Gone(text)));
        }
        Ok(())
    }

    /// Adds to a difference that the server has ended, if it has.
    fn explained(&mut self, mut found: Found) -> Found {
        if matches!(found.kind, Kind::HungUp | Kind::Silence) {
            let said = self.ours.end();
            if !said.is_empty() {
                found.kind = Kind::Gone(format!("instead of a reply{said}"));
            }
        }
        found
    }
}

impl Side {
    fn start(command: &CommandLine) -> Result<Self, StartError> {
        let server = Server::start(command, "", START, |_| Ok(Vec::new()))?;
        let port = server.place().port;
        let bytes = Rc::default();
        let control = Peer::connect(port, START, &bytes)
            .map_err(|error| StartError::Run { command: command.to_string(), error })?;
        Ok(Self { command: command.clone(), server, control, bytes })
    }

    fn connect(&self, patience: Duration) -> io::Result<Peer> {
        Peer::connect(self.server.place().port, patience, &self.bytes)
    }

    /// Returns what the server counts.
    fn look(&mut self, patience: Duration) -> Counters {
        let received = self.bytes.get().received;
        let reply = self.ask(counters::REQUEST, patience);
        Counters::read(&reply, Bytes { received, ..self.bytes.get() })
    }

    /// Returns the reply to one request; less if the server does not give one.
    fn ask(&mut self, request: &[u8], patience: Duration) -> Vec<u8> {
        if self.control.send(request).is_err() {
            return Vec::new();
        }
        let received = self.control.receive(1, false, Instant::now() + patience);
        received.replies.into_iter().next().unwrap_or(received.rest)
    }

    /// Tells how the server ended; nothing if it runs.
    fn end(&mut self) -> String {
        match self.server.end(Duration::from_millis(100)) {
            (Some(status), output) => {
                format!("; it {}\n{}", ending(status), Said(&output))
            }
            (None, _) => String::new(),
        }
    }
}

/// A difference of which it is not said yet where it showed.
struct Found {
    kind: Kind,
    request: Option<Request>,
    replies: [Vec<u8>; 2],
}

impl Found {
    fn of(kind: Kind) -> Self {
        Self { kind, request: None, replies: [Vec::new(), Vec::new()] }
    }

    fn at(self, step: usize) -> Box<Difference> {
        let Self { kind, request, replies } = self;
        Box::new(Difference { step, request, kind, replies })
    }
}

impl Tally {
    /// Whether enough happened in so many sessions of a stage. A comparison in which nothing happens
    /// proves nothing.
    #[must_use]
    pub fn is_rich(&self, stage: u32, sessions: u64) -> bool {
        let enough = sessions / 4;
        // Nil comes with GET, arrays come with CONFIG GET, counters with INFO.
        let [echo, set_get] = [number_of("02-echo"), number_of("03-set-get")];
        let since = [echo, echo, echo, set_get, number_of("05-config")];
        let are_rich = self.replies.iter().zip(since);
        self.sessions == sessions
            && self.faults >= enough
            && self.parts >= enough / 4
            && are_rich.filter(|(_, since)| stage >= *since).all(|(count, _)| *count >= enough)
            && (stage < counters::STAGE || self.counted >= enough / 2)
    }

    /// Adds another's counts.
    pub fn add(&mut self, other: &Self) {
        self.sessions += other.sessions;
        self.steps += other.steps;
        self.bytes += other.bytes;
        self.faults += other.faults;
        self.parts += other.parts;
        self.counted += other.counted;
        self.replies.iter_mut().zip(other.replies).for_each(|(sum, more)| *sum += more);
    }

    fn count(&mut self, replies: &[Vec<u8>]) {
        for reply in replies {
            self.bytes += reply.len() as u64;
            let kind = match reply.as_slice() {
                [b'+', ..] => 0,
                [b'-', ..] => 1,
                [b'$', b'-', ..] => 3,
                [b'$', ..] => 2,
                _ => 4,
            };
            if let Some(count) = self.replies.get_mut(kind) {
                *count += 1;
            }
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [simple, errors, bulks, nils, arrays] = self.replies;
        let Self { sessions, steps, faults, parts, counted, .. } = self;
        let replies: u64 = self.replies.iter().sum();
        let mib = self.bytes / (1024 * 1024);
        write!(
            f,
            "{sessions} sessions, {steps} writes, {replies} replies ({simple} simple, {bulks} \
             bulks, {nils} nil, {arrays} arrays, {errors} errors), {mib} MiB, {faults} hung up \
             after a fault, {parts} left in mid-request, all counters compared after {counted}"
        )
    }
}

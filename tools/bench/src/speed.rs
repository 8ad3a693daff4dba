//! Requests per second, and the CPU time that they cost the server.

use std::fmt::{self, Display};
use std::time::{Duration, Instant};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::client::Exchange;
use crate::contender::{Running, Skill, able, names};
use crate::redis_benchmark::{Load, RANDOM_KEY, Request};
use crate::shape::Shape;
use crate::turns::in_turns;
use crate::{Comparison, Contender, Cores, Progress};

/// What redis-benchmark sends in one cell of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The command.
    pub command: Command,
    /// Bytes of a value; 0 for PING.
    pub value: usize,
    /// Requests that a client sends at once.
    pub pipeline: usize,
    /// Connections.
    pub clients: usize,
    /// How many different keys it asks for.
    pub keys: usize,
}

/// A command that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Command {
    /// As an array, as clients send it.
    Ping,
    /// Replaces the value of a key that is there.
    Set,
    /// Finds the key.
    Get,
    /// Replaces the value, and gives the key a hundred seconds to live.
    #[serde(rename = "SET PX")]
    SetPx,
    /// Removes one of a million keys, most of which are there.
    Del,
    /// Adds one to a number.
    Incr,
    /// Replaces the values of ten keys.
    Mset,
    /// Finds ten keys.
    Mget,
    /// Gives the key another deadline.
    Expire,
}

/// A cell of the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// What was sent.
    #[serde(flatten)]
    pub subject: Subject,
    /// How many requests every server was sent in one round.
    pub requests: usize,
    /// How many rounds there were.
    pub rounds: usize,
    /// Requests per second.
    pub rate: Comparison,
    /// The server's CPU time, in microseconds a request, over all rounds. None if it was too short
    /// to say anything.
    pub cpu: Option<Comparison>,
}

/// How much is measured.
pub struct Plan {
    /// The cells.
    pub subjects: Vec<Subject>,
    /// What all cells together may take, unless that is too little for the fewest rounds.
    pub time: Duration,
    /// How long one server is loaded in one round.
    pub time_per_run: Duration,
    /// The least and the most rounds of a cell.
    pub rounds: (usize, usize),
}

/// The kernel counts in steps of 10 ms, so a shorter time is mostly rounding.
const LEAST_CPU: Duration = Duration::from_millis(100);

/// The columns of pipelines and clients.
pub const PIPELINES: [usize; 3] = [1, 16, 64];
const CLIENTS: [usize; 3] = [1, 50, 500];
/// So many keys that the processor's caches hold some of them, and so many that they hold hardly
/// any.
const KEYS: usize = 100_000;
const MANY_KEYS: usize = 5_000_000;
/// So many that few are asked for twice in a round of DEL.
const KEYS_TO_DELETE: usize = 1_000_000;
/// The sizes of values, in bytes.
pub const VALUES: [usize; 2] = [16, 1024];

impl Command {
    /// Those that are measured with 50 clients only.
    const LATER: [Self; 6] =
        [Self::SetPx, Self::Del, Self::Incr, Self::Mset, Self::Mget, Self::Expire];

    /// Returns what it is called, without its value's size.
    fn name(self) -> &'static str {
        match self {
            Self::Ping => "PING",
            Self::Set => "SET",
            Self::Get => "GET",
            Self::SetPx => "SET PX",
            Self::Del => "DEL",
            Self::Incr => "INCR",
            Self::Mset => "MSET, 10 keys",
            Self::Mget => "MGET, 10 keys",
            Self::Expire => "EXPIRE",
        }
    }

    fn skill(self) -> Skill {
        match self {
            Self::Ping => Skill::Ping,
            Self::Set | Self::Get => Skill::SetGet,
            Self::SetPx => Skill::Expiry,
            Self::Del => Skill::Delete,
            Self::Incr | Self::Mset | Self::Mget => Skill::Count,
            Self::Expire => Skill::Deadlines,
        }
    }

    fn request(self) -> Request<'static> {
        const VALUE: &str = "vvvvvvvvvvvvvvvv";
        match self {
            Self::Ping => Request::Test("ping_mbulk"),
            Self::Set => Request::Test("set"),
            Self::Get => Request::Test("get"),
            Self::SetPx => Request::Words(&["SET", RANDOM_KEY, VALUE, "PX", "100000"]),
            Self::Del => Request::Words(&["DEL", RANDOM_KEY]),
            Self::Incr => Request::Words(&["INCR", RANDOM_KEY]),
            Self::Mset => Request::Test("mset"),
            Self::Mget => Request::Words(&MGET),
            Self::Expire => Request::Words(&["EXPIRE", RANDOM_KEY, "100"]),
        }
    }

    /// Returns what the server holds before it is asked.
    fn shape(self, value: usize) -> Shape {
        match self {
            Self::Incr => Shape::of_counters(),
            _ => Shape::of_redis_benchmark(value),
        }
    }
}

const MGET: [&str; 11] = {
    let mut words = [RANDOM_KEY; 11];
    words[0] = "MGET";
    words
};

impl Subject {
    /// Every cell of the table: all combinations, some with more keys than the caches hold, and the
    /// commands of later stages with as many clients as redis-benchmark has by itself.
    pub fn all() -> Vec<Self> {
        let commands = [(Command::Ping, 0)].into_iter();
        let values = [Command::Set, Command::Get]
            .into_iter()
            .flat_map(|command| VALUES.map(|value| (command, value)));
        let commands: Vec<_> = commands.chain(values).collect();
        let places =
            PIPELINES.into_iter().flat_map(|pipeline| CLIENTS.map(|clients| (pipeline, clients)));
        places
            .flat_map(|(pipeline, clients)| {
                commands.iter().map(move |&(command, value)| Self {
                    command,
                    value,
                    pipeline,
                    clients,
                    keys: KEYS,
                })
            })
            .chain([Command::Set, Command::Get].map(Self::of_many_keys))
            .chain(PIPELINES.into_iter().flat_map(|pipeline| {
                Command::LATER.map(|command| Self::of_later(command, pipeline))
            }))
            .collect()
    }

    fn of_later(command: Command, pipeline: usize) -> Self {
        let keys = if command == Command::Del { KEYS_TO_DELETE } else { KEYS };
        Self { command, value: 16, pipeline, clients: 50, keys }
    }

    /// Where a server waits for memory most: there is much to look up at once, and nearly all of it
    /// is in no cache.
    fn of_many_keys(command: Command) -> Self {
        Self { command, value: 16, pipeline: 64, clients: 50, keys: MANY_KEYS }
    }

    /// One cell for every command, and for PING, SET and GET one for every pipeline.
    pub fn few() -> Vec<Self> {
        let all = Self::all().into_iter();
        all.filter(|subject| subject.clients == 50 && subject.value <= 16)
            .filter(|subject| subject.keys != MANY_KEYS)
            .filter(|subject| subject.pipeline == 16 || !Command::LATER.contains(&subject.command))
            .map(|subject| Self { keys: KEYS, ..subject })
            .collect()
    }

    /// Says the command with its value's size, and with how many millions of keys if they are many.
    pub fn request(&self) -> String {
        let command = self.command.name();
        let value = match (self.command, self.value) {
            (Command::Set | Command::Get, 1024) => " 1 KiB".to_owned(),
            (Command::Set | Command::Get, value) => format!(" {value} B"),
            _ => String::new(),
        };
        match self.keys {
            KEYS => format!("{command}{value}"),
            keys => format!("{command}{value}, {}M keys", keys / 1_000_000),
        }
    }

    fn load(&self, requests: usize) -> Load<'static> {
        let &Self { value, pipeline, clients, keys, command } = self;
        Load { request: command.request(), value: value.max(1), pipeline, clients, requests, keys }
    }

    /// So few that every client still sends several batches, and the first run is a short one.
    fn fewest_requests(&self) -> usize {
        4000.max(4 * self.clients * self.pipeline)
    }
}

impl Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (request, clients) = (self.request(), self.clients);
        write!(f, "{request}, pipeline {}, {clients} client", self.pipeline)?;
        if clients == 1 { Ok(()) } else { f.write_str("s") }
    }
}

/// Measures every cell of the plan.
pub fn measure(
    plan: &Plan,
    contenders: &[Contender],
    cores: Cores,
    progress: &mut Progress,
) -> anyhow::Result<Vec<Cell>> {
    let mut cells = Vec::new();
    let mut time = plan.time;
    // What only Redis can do has nothing to be compared with.
    let is_shared = |subject: &&Subject| able(contenders, subject.command.skill()).len() > 1;
    let subjects: Vec<&Subject> = plan.subjects.iter().filter(is_shared).collect();
    for (subject, left) in subjects.iter().zip((1..=subjects.len()).rev()) {
        progress.say(&subject.to_string());
        // What a cell takes too long or too short, the others make up for.
        let started = Instant::now();
        let end = started + time / u32::try_from(left).unwrap_or(u32::MAX);
        let cell = measure_cell(**subject, plan, end, contenders, cores);
        cells.push(cell.with_context(|| subject.to_string())?);
        progress.advance(time.min(started.elapsed()));
        time = time.saturating_sub(started.elapsed());
    }
    progress.advance(time);
    Ok(cells)
}

/// Returns those that can do it, and the ceiling, which answers every command that is measured.
fn measured(contenders: &[Contender], command: Command) -> Vec<&Contender> {
    let can = |contender: &&Contender| contender.is_ceiling() || contender.can(command.skill());
    contenders.iter().filter(can).collect()
}

/// A server with the CPU time that all its runs have cost.
struct Loaded {
    server: Running,
    /// Whether it keeps the keys that it is given.
    keeps: bool,
    cpu: Duration,
}

fn measure_cell(
    subject: Subject,
    plan: &Plan,
    end: Instant,
    contenders: &[Contender],
    cores: Cores,
) -> anyhow::Result<Cell> {
    let contenders = measured(contenders, subject.command);
    let load_core = cores.load(subject.pipeline);
    let mut servers = Vec::new();
    for contender in &contenders {
        let server = start(contender, subject, cores)?;
        let keeps = !contender.is_ceiling();
        servers.push(Loaded { server, keeps, cpu: Duration::ZERO });
    }
    let requests = requests_a_run(subject, plan, &servers, load_core)?;
    let load = subject.load(requests);
    let (least, most) = plan.rounds;
    let mut last = Instant::now();
    let enough = |done| {
        // A round that would end too late is not begun.
        let now = Instant::now();
        let over = now + (now - last) > end;
        last = now;
        done >= most || done >= least && over
    };
    let rounds = in_turns(&mut servers, enough, |Loaded { server, keeps, cpu }| {
        if *keeps && subject.command == Command::Del {
            fill(server, subject)?;
        }
        let before = server.meter.cpu()?;
        let rate = load.run(server.port(), load_core).with_context(|| server.name.clone())?;
        *cpu += server.meter.cpu()?.saturating_sub(before);
        Ok(rate)
    })?;
    let names = names(&contenders);
    let times: Vec<Duration> = servers.iter().map(|server| server.cpu).collect();
    Ok(Cell {
        subject,
        requests,
        rounds: rounds.len(),
        rate: Comparison::of_rounds(&names, &rounds),
        cpu: cpu_per_request(&names, &times, requests * rounds.len()),
    })
}

fn cpu_per_request(names: &[&str], times: &[Duration], requests: usize) -> Option<Comparison> {
    let micros = |time: &Duration| time.as_secs_f64() * 1e6 / requests as f64;
    let micros: Vec<f64> = times.iter().map(micros).collect();
    let enough = times.first().is_some_and(|&redis| redis >= LEAST_CPU);
    enough.then(|| Comparison::of_totals(names, &micros))
}

/// Starts a server of its own for the cell, which holds the keys that it will be asked for.
fn start(contender: &Contender, subject: Subject, cores: Cores) -> anyhow::Result<Running> {
    let value = subject.value.to_string();
    let arguments = ["--value", &value];
    let arguments = if contender.is_ceiling() { &arguments[..] } else { &[] };
    let server = contender.start(cores.server(), arguments)?;
    if subject.command != Command::Ping && !contender.is_ceiling() {
        fill(&server, subject)?;
    }
    Ok(server)
}

/// Gives every key that may be asked for a value.
fn fill(server: &Running, subject: Subject) -> anyhow::Result<()> {
    let shape = subject.command.shape(subject.value);
    let fill = || -> anyhow::Result<()> {
        server.connect()?.fill(shape, 0..subject.keys)?;
        server.connect()?.exchange(&Exchange::get(shape, subject.keys - 1))
    };
    fill().with_context(|| format!("cannot fill {}", server.name))
}

/// Has every server warm up, and returns how many requests keep Redis busy for a run's time.
fn requests_a_run(
    subject: Subject,
    plan: &Plan,
    servers: &[Loaded],
    core: Option<usize>,
) -> anyhow::Result<usize> {
    let fewest = subject.fewest_requests();
    let mut rates = Vec::new();
    for Loaded { server, .. } in servers {
        let rate = subject.load(fewest).run(server.port(), core);
        rates.push(rate.with_context(|| server.name.clone())?);
    }
    let redis = rates.first().copied().unwrap_or_default();
    let requests = (redis * plan.time_per_run.as_secs_f64()) as usize;
    Ok(requests.max(fewest).next_multiple_of(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_cell_for_every_combination_and_none_twice() {
        let all: Vec<String> = Subject::all().iter().map(ToString::to_string).collect();
        let mut distinct = all.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!((all.len(), distinct.len()), (5 * 3 * 3 + 2 + 6 * 3, 5 * 3 * 3 + 2 + 6 * 3));
        assert_eq!(all[0], "PING, pipeline 1, 1 client");
        assert_eq!(all[44], "GET 1 KiB, pipeline 64, 500 clients");
        assert_eq!(all[46], "GET 16 B, 5M keys, pipeline 64, 50 clients");
        assert_eq!(all[48], "DEL, 1M keys, pipeline 1, 50 clients");
        assert_eq!(all[64], "EXPIRE, pipeline 64, 50 clients");
    }

    #[test]
    fn cpu_time_is_told_for_each_request_unless_it_is_mere_rounding() {
        let cpu = |redis, other| {
            let times = [redis, other].map(Duration::from_millis);
            cpu_per_request(&["redis", "other"], &times, 1000)
        };
        let told = cpu(100, 40).unwrap();
        assert_eq!((told.redis, told.of("other").unwrap().value), (100.0, 40.0));
        assert_eq!(told.of("other").unwrap().ratio, 0.4);
        assert_eq!(cpu(90, 40), None);
        assert_eq!(cpu(0, 40), None);
    }

    #[test]
    fn a_few_cells_still_have_every_command() {
        let few: Vec<String> = Subject::few().iter().map(ToString::to_string).collect();
        assert_eq!(few.len(), 3 * 3 + 6);
        assert_eq!(few[0], "PING, pipeline 1, 50 clients");
        assert_eq!(few[8], "GET 16 B, pipeline 64, 50 clients");
        assert_eq!(few[10], "DEL, pipeline 16, 50 clients");
    }
}

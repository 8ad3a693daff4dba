//! The running program: what it owes its clients, what its command line takes, and what it loads
//! when it starts.
//!
//! Each [`Claim`] is a test of its own, and holds from a stage on. Most hold for any server; some
//! are about texts that only the course's own servers print, and are left out for others.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Error, Result};

use crate::failure::with_capital;
use crate::gate::{Check, Fault};
use crate::last_words::{Crash, Said};
use crate::load::{self, Bytes, Meter, Peer};
use crate::server::Server;
use crate::subject::Subject;
use crate::window::wrapped;

mod clients;
mod command_line;
mod connection;
mod dump_at_start;
mod expiry;
mod keepalive;
mod keys;
mod large_values;
mod own;

pub(crate) use keepalive::timer as keepalive_timer;

/// How long anything is waited for. Nothing takes nearly as long.
const PATIENCE: Duration = Duration::from_secs(30);

/// The claims by their topics.
const TOPICS: [(&str, &[Claim]); 8] = [
    ("command_line", command_line::CLAIMS),
    ("connection", connection::CLAIMS),
    ("large_values", large_values::CLAIMS),
    ("keepalive", keepalive::CLAIMS),
    ("dump_at_start", dump_at_start::CLAIMS),
    ("keys", keys::CLAIMS),
    ("clients", clients::CLAIMS),
    ("expiry", expiry::CLAIMS),
];

/// One test.
#[derive(Clone, Copy)]
struct Claim {
    /// What is claimed.
    name: &'static str,
    /// The first stage for which it holds, and the first after that for which it does not.
    from: u32,
    before: u32,
    /// Whether it is about what only the course's own servers print.
    is_ours: bool,
    /// Whether it needs what only Linux reports.
    needs_linux: bool,
    /// What to look at first in a server that fails.
    likely: Option<&'static str>,
    run: fn(&Subject) -> Result<()>,
}

/// Makes a claim of a function: `claim!("02-echo".., a_function)`.
macro_rules! claim {
    ($from:literal.., $run:ident) => {
        $crate::program::Claim { before: u32::MAX, ..claim!($from..$from, $run) }
    };
    ($from:literal..$before:literal, $run:ident) => {
        $crate::program::Claim {
            name: stringify!($run),
            from: $crate::workspace::number_of($from),
            before: $crate::workspace::number_of($before),
            is_ours: false,
            needs_linux: false,
            likely: None,
            run: $run,
        }
    };
}
use claim;

impl Claim {
    const fn of_ours(self) -> Self {
        Self { is_ours: true, ..self }
    }

    const fn on_linux(self) -> Self {
        Self { needs_linux: true, ..self }
    }

    const fn likely(self, likely: &'static str) -> Self {
        Self { likely: Some(likely), ..self }
    }

    /// Whether it is held against a server of this stage.
    fn concerns(&self, subject: &Subject) -> bool {
        (self.from..self.before).contains(&subject.stage)
            && (subject.is_ours() || !self.is_ours)
            && (cfg!(target_os = "linux") || !self.needs_linux)
    }
}

impl Subject {
    /// Starts the server in an empty directory, with more options than its port.
    fn start(&self, options: &[&str]) -> Result<Running> {
        let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
        let server = Server::start(&self.command, "", PATIENCE, |_| Ok(options.clone()))?;
        Ok(Running { server, printed: Arc::clone(&self.printed) })
    }
}

/// A server that takes connections. It ends when this is dropped, and what it printed is kept.
struct Running {
    server: Server,
    printed: Arc<Mutex<String>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let (_, output) = self.server.end(Duration::ZERO);
        *self.printed.lock().unwrap_or_else(PoisonError::into_inner) = output;
    }
}

impl Running {
    fn connect(&self) -> Result<Peer> {
        let address = ([127, 0, 0, 1], self.server.place().port).into();
        Ok(Peer::connect(address, PATIENCE)?)
    }

    /// Returns how many bytes of memory it takes up, if the kernel reports it.
    fn memory(&self) -> Option<u64> {
        // However far it grows: each test has its own bound.
        Some(Meter::watch(self.server.process_id()?, u64::MAX / 2, Duration::MAX)?.now()?.resident)
    }

    /// Checks its memory against a bound, if the kernel reports it.
    fn takes_less_than(&self, most: u64) -> Result<()> {
        let memory = self.memory().unwrap_or_default();
        check(memory < most, || {
            (format!("a server of less than {}", Bytes(most)), format!("{}", Bytes(memory)))
        })
    }
}

/// Fails with what was expected and what was received, unless they are equal.
fn equal<A, B>(received: A, expected: B) -> Result<()>
where
    A: PartialEq<B> + fmt::Debug,
    B: fmt::Debug,
{
    check(received == expected, || (format!("{expected:?}"), format!("{received:?}")))
}

/// Fails with what was expected and what was received, unless something holds.
fn check(holds: bool, texts: impl FnOnce() -> (String, String)) -> Result<()> {
    if holds {
        return Ok(());
    }
    let (expected, received) = texts();
    Err(anyhow::anyhow!("expected {expected}, received {received}"))
}

/// Returns what a learner reads of a claim that does not hold.
fn fault(claim: &Claim, subject: &Subject, error: &Error) -> Fault {
    let command = &subject.command;
    let sentence = wrapped(&with_capital(&claim.name.replace('_', " ")), 0, "");
    let label = |text: &str| wrapped(text, 10, "            ");
    let printed = subject.printed.lock().unwrap_or_else(PoisonError::into_inner);
    let said = match printed.trim() {
        "" => String::new(),
        printed => format!("\n\n{}", Said(printed)),
    };
    let what = match error.downcast_ref::<load::Fault>() {
        Some(fault) => {
            format!("expected  {}\n  happened  {}", label(&fault.expected), label(&fault.happened))
        }
        None => wrapped(&format!("{error:#}"), 0, "  "),
    };
    let likely = claim.likely.filter(|_| Crash::find(&printed).is_none());
    let likely = likely.map_or_else(String::new, |likely| {
        const HEAD: &str = "Most likely: ";
        format!("\n\n  {HEAD}{}", wrapped(likely, HEAD.len(), "  "))
    });
    let text = format!("{sentence}.\n\n  server    {command}\n\n  {what}{said}{likely}");
    Fault { cause: format!("{error:#}"), ..Fault::new(&text) }
}

/// Returns a check for every claim of these stages that holds for the server.
pub(crate) fn checks(subject: &Subject, stages: RangeInclusive<u32>) -> Vec<Check<'static>> {
    let claims = TOPICS.into_iter().flat_map(|(topic, claims)| {
        claims.iter().map(move |claim| (format!("program/{topic}/{}", claim.name), *claim))
    });
    let claims =
        claims.filter(|(_, claim)| claim.concerns(subject) && stages.contains(&claim.from));
    let checks = claims.map(|(name, claim)| {
        let subject = Subject { printed: Arc::default(), ..subject.clone() };
        let run =
            move || (claim.run)(&subject).map_err(|error| fault(&claim, &subject, &error)).into();
        Check { name, part: format!("stage {:02}, the program", claim.from), run: Box::new(run) }
    });
    checks.collect()
}

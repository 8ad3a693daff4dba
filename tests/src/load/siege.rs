//! A server under load: what the scenarios do to it and ask from it.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitStatus;
use std::thread;
use std::time::{Duration, Instant};

use super::bystander::Bystander;
use super::fault::Fault;
use super::meter::{Bytes, MIB, Meter, Usage, be_busy};
use super::peer::Peer;
use super::report::Report;
use super::{Needs, Scenario, Size, Terms};
use crate::server::{CommandLine, Output, Server};

/// How many descriptors are asked for: connections of a full load, and some for the rest.
const DESCRIPTORS: u64 = 12_000;

/// This many descriptors are left to everything else in this process, other scenarios above all.
const SPARE: u64 = 600;

const ALONE: &str = "the next connection is accepted only when the one before has closed. Serve each in \
                     a thread or the like of its own.";

const START: &str = "it does not accept one of its options, or needs more than these few files and \
                     sockets to start. Run the command by hand.";

/// A server, the clients that do it no harm, and what it takes of the machine.
#[derive(Debug)]
pub struct Siege {
    /// How much load there is to be.
    pub size: Size,
    /// The stage that the server has reached.
    pub stage: u32,
    /// What its clients do, in a sentence, for a failure to say.
    pub scene: String,
    /// How long any reply is waited for.
    pub patience: Duration,
    scenario: Scenario,
    address: SocketAddr,
    bystander: Bystander,
    meter: Option<Meter>,
    server: Server,
    time: Duration,
}

/// How long a server that breaks off all connections may take to end.
const END: Duration = Duration::from_millis(300);

/// What a server did wrong, and what became of it.
#[derive(Debug)]
pub(super) struct Defeat {
    pub(super) fault: Fault,
    /// How it ended, if it has.
    pub(super) ended: Option<ExitStatus>,
    /// The last that it printed.
    pub(super) output: String,
}

impl Defeat {
    fn of(fault: Fault, server: &mut Server, patience: Duration) -> Self {
        let (ended, output) = server.end(patience);
        Self { fault, ended, output }
    }
}

impl From<Fault> for Defeat {
    fn from(fault: Fault) -> Self {
        Self { fault, ended: None, output: String::new() }
    }
}

impl Siege {
    /// Starts a server, and the other client.
    pub(super) fn begin(
        scenario: &Scenario,
        command: &CommandLine,
        terms: Terms,
    ) -> Result<Self, Defeat> {
        descriptors()?;
        let Terms { stage, size, patience, time } = terms;
        let limited = match scenario.needs {
            Needs::Descriptors(most) => command.with_descriptors(most),
            _ => None,
        };
        let command = limited.unwrap_or_else(|| command.clone()).with_output(scenario.output);
        let options: Vec<String> = scenario.options.iter().map(|&word| word.to_owned()).collect();
        let server = Server::start(&command, "", patience, |_| Ok(options.clone()));
        let mut server = server.map_err(|error| {
            let fault = Fault::new("the server starts", error.to_string());
            // Otherwise it is about where the server prints to.
            if scenario.output == Output::Kept { fault.likely(START) } else { fault }
        })?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, server.place().port));
        let bystander = Bystander::ask(address, patience, b"PING\r\n", b"+PONG\r\n")
            .map_err(|fault| Defeat::of(fault, &mut server, END))?;
        let growth = (scenario.growth)(size);
        let meter = server.process_id().and_then(|process| Meter::watch(process, growth, time));
        let mut siege = Self {
            size,
            stage,
            scene: String::new(),
            patience,
            scenario: *scenario,
            address,
            bystander,
            meter,
            server,
            time,
        };
        match siege.others_are_served() {
            Ok(()) => Ok(siege),
            Err(fault) => {
                if let Some(reason) = siege.killed_for() {
                    return Err(siege.ended_for(reason));
                }
                let mut defeat = Defeat::of(fault, &mut siege.server, END);
                if defeat.ended.is_none() {
                    defeat.fault = defeat.fault.likely(ALONE);
                }
                Err(defeat)
            }
        }
    }

    /// Returns the fault for which the meter has killed the server: it grew too far, or its time
    /// was over.
    fn killed_for(&self) -> Option<Fault> {
        let meter = self.meter.as_ref()?;
        let growth = meter.growth();
        if growth.is_over {
            let bound = Bytes((self.scenario.growth)(self.size));
            let (base, grown) = (Bytes(growth.base.resident), Bytes(growth.resident()));
            return Some(Fault::new(
                format!("its memory grows by less than {bound}"),
                format!("it grew from {base} by {grown}, and was ended for that"),
            ));
        }
        let expected = format!("all of this takes less than {:?}", self.time);
        let happened = "it was not over, and the server was ended for that";
        meter.is_late().then(|| Fault::new(expected, happened))
    }

    /// Connects a client.
    ///
    /// # Errors
    /// When the server does not let it in.
    pub fn connect(&self) -> Result<Peer, Fault> {
        Peer::connect(self.address, self.patience)
    }

    /// Connects this many clients.
    ///
    /// # Errors
    /// When the server does not let one in.
    pub fn connect_many(&self, count: usize) -> Result<Vec<Peer>, Fault> {
        (0..count).map(|_| self.connect()).collect()
    }

    /// Returns the address of the server, for clients of a thread of their own.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns how many connections this process can have.
    ///
    /// # Errors When the kernel does not report it.
    pub fn most_connections(&self) -> Result<usize, Fault> {
        Ok(usize::try_from(descriptors()?.saturating_sub(SPARE)).unwrap_or(usize::MAX))
    }

    /// Checks that the server serves the client that was there before the load, and a new one.
    ///
    /// # Errors
    /// When one of them waits in vain.
    pub fn others_are_served(&self) -> Result<(), Fault> {
        self.bystander_is_served()?;
        let newcomer = self.connect().and_then(|mut newcomer| newcomer.ping());
        newcomer.map_err(|fault| unserved(&fault, "a client that has just connected"))
    }

    /// Checks that the server serves the client that was there before the load.
    ///
    /// # Errors
    /// When it waits in vain.
    pub fn bystander_is_served(&self) -> Result<(), Fault> {
        let served = self.bystander.is_served();
        served.map_err(|fault| unserved(&fault, "a client that was there before the load"))
    }

    /// Checks that the server serves another client that asks this, again and again, while the load
    /// goes on.
    ///
    /// # Errors
    /// When it does not reply so.
    pub fn another_asks(&self, request: &[u8], due: &[u8]) -> Result<Bystander, Fault> {
        Bystander::ask(self.address, self.patience, request, due)
    }

    /// Returns what the server takes now, if the kernel reports it.
    #[must_use]
    pub fn usage(&self) -> Option<Usage> {
        self.meter.as_ref().and_then(Meter::now)
    }

    /// Waits until the server has done its worst: until its memory has not grown for a while.
    pub fn settles(&self) {
        let deadline = Instant::now() + self.patience;
        let resident = || self.usage().map_or(0, |usage| usage.resident);
        let mut before = resident();
        let mut quiet = 0;
        // On a busy machine it may get no turn for a while.
        while quiet < 4 && Instant::now() < deadline {
            be_busy(Duration::from_millis(100));
            let now = resident();
            quiet = if now < before + MIB { quiet + 1 } else { 0 };
            before = now;
        }
    }

    /// Does something while the client that was there before the load asks for nothing.
    pub fn rest_while(&self, work: impl FnOnce()) {
        self.bystander.rest(true);
        work();
        self.bystander.rest(false);
    }

    /// Returns how much CPU time the server has taken since `before` when it has done all that it
    /// was asked for.
    pub fn work_of(&self, before: Option<Usage>) -> Duration {
        let deadline = Instant::now() + self.patience;
        let cpu = || self.usage().map_or(Duration::ZERO, |usage| usage.cpu);
        let (mut last, mut quiet) = (cpu(), 0);
        while quiet < 4 && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(50));
            let now = cpu();
            quiet = if now == last { quiet + 1 } else { 0 };
            last = now;
        }
        last.saturating_sub(before.map_or(Duration::ZERO, |before| before.cpu))
    }

    /// Checks that the server has taken no more CPU time than this since `before`.
    ///
    /// # Errors
    /// When it takes more.
    pub fn has_worked_less_than(&self, most: Duration, before: Option<Usage>) -> Result<(), Fault> {
        let (Some(before), Some(now)) = (before, self.usage()) else { return Ok(()) };
        let took = now.cpu.saturating_sub(before.cpu);
        if took < most {
            return Ok(());
        }
        let expected = format!("it takes less than {most:?} of the processor's time for this");
        Err(Fault::new(expected, format!("it took {took:?}")))
    }

    /// Checks that the server has reserved no more addresses than this since the beginning.
    ///
    /// # Errors
    /// When it has.
    pub fn has_reserved_less_than(&self, most: u64) -> Result<(), Fault> {
        let reserved = self.meter.as_ref().map_or(0, |meter| meter.growth().reserved());
        if reserved < most {
            return Ok(());
        }
        let expected = format!("it asks the system for less than {} of addresses", Bytes(most));
        Err(Fault::new(expected, format!("it asked for {}", Bytes(reserved))))
    }

    /// Checks that the server frees memory: soon, no more than this is left of what it took.
    ///
    /// # Errors
    /// When it keeps more.
    pub fn gives_back_all_but(&self, most: u64) -> Result<(), Fault> {
        let Some(meter) = &self.meter else { return Ok(()) };
        if Needs::FreedMemory.missing(self.size).is_some() {
            return Ok(());
        }
        let base = meter.growth().base.resident;
        let deadline = Instant::now() + self.patience;
        loop {
            let Some(now) = meter.now() else { return Ok(()) };
            let kept = now.resident.saturating_sub(base);
            if kept < most {
                return Ok(());
            }
            if Instant::now() > deadline {
                let expected =
                    format!("less than {} of the memory that it took stay with it", Bytes(most));
                let happened = format!(
                    "after {} seconds it still has {}",
                    self.patience.as_secs(),
                    Bytes(kept)
                );
                return Err(Fault::new(expected, happened));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Lets the server's process have no more than this many files and sockets open from now on.
    ///
    /// # Errors When the kernel does not allow it.
    #[cfg(target_os = "linux")]
    pub(super) fn take_descriptors(&self, most: u32) -> Result<(), Fault> {
        use rlimit::{Resource, prlimit};
        let limit = Some((u64::from(most), u64::from(most)));
        let processes = self.meter.as_ref().map_or(Vec::new(), Meter::processes);
        let mut processes = processes.into_iter().filter_map(|id| i32::try_from(id).ok());
        let taken = processes.try_for_each(|id| prlimit(id, Resource::NOFILE, limit, None));
        taken.map_err(|error| Fault::of(&error, "a limit for the server", self.patience))
    }

    /// No scenario that needs that is played here.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn take_descriptors(&self, most: u32) -> Result<(), Fault> {
        let error = io::Error::from(io::ErrorKind::Unsupported);
        Err(Fault::of(&error, format!("a limit of {most} descriptors"), self.patience))
    }

    /// Sends the server's process SIGTERM, SIGINT or SIGHUP.
    ///
    /// # Errors
    /// When it is not there any more.
    #[cfg(unix)]
    pub(super) fn signal(&self, name: &str) -> Result<(), Fault> {
        let sent = self.server.signal(name);
        sent.map_err(|error| Fault::of(&error, "a server to send a signal to", self.patience))
    }

    /// Returns how the server ended, if it does so in time.
    pub(super) fn ended(&mut self, patience: Duration) -> Option<ExitStatus> {
        self.server.end(patience).0
    }

    /// Stops the load and the server, and returns what was measured.
    pub(super) fn end(mut self, outcome: Result<(), Fault>) -> Result<Report, Defeat> {
        let ends = self.scenario.needs == Needs::Signals;
        let outcome = outcome.and_then(|()| match ends {
            true => Ok(()),
            false => self.bystander_is_served(),
        });
        if let Some(reason) = self.killed_for() {
            return Err(self.ended_for(reason));
        }
        match outcome {
            Ok(()) => {
                let growth = self.meter.as_ref().map(Meter::growth);
                let bound = (self.scenario.growth)(self.size);
                let latency = self.bystander.leave();
                Ok(Report { scenario: self.scenario, growth, bound, latency })
            }
            Err(fault) => Err(Defeat::of(fault, &mut self.server, END)),
        }
    }

    /// Returns the defeat of a server that was ended for this: its end is none of its own.
    fn ended_for(mut self, fault: Fault) -> Defeat {
        Defeat { ended: None, ..Defeat::of(fault, &mut self.server, Duration::ZERO) }
    }
}

/// Returns the fault of a server that does not serve others, and names who that was.
fn unserved(fault: &Fault, client: &str) -> Fault {
    let happened = format!("{}, to {client}", fault.happened);
    Fault::new("others are served meanwhile, PING with PONG", happened)
}

/// Returns how many descriptors this process, and so the server that it starts, can have open.
fn descriptors() -> Result<u64, Fault> {
    rlimit::increase_nofile_limit(DESCRIPTORS).map_err(|error| {
        Fault::new("the kernel reports how many files can be open", error.to_string())
    })
}

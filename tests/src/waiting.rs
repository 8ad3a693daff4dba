//! How long a server is waited for.
//!
//! A server that still computes may answer yet, on a busy machine seconds later. One that rests has
//! nothing more to say: what it owes then never comes, and a learner need not wait for it.

use std::time::{Duration, Instant};

use sysinfo::{Pid, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System};

/// How often it is seen whether a server rests.
pub(crate) const LOOK: Duration = Duration::from_millis(50);

/// How long a server is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// At most so long, whatever the server does.
    pub most: Duration,
    /// Only so long when it has rested all the while.
    pub rest: Duration,
}

impl Patience {
    /// Returns a patience with this much for a server that rests.
    #[must_use]
    pub const fn new(most: Duration, rest: Duration) -> Self {
        Self { most, rest }
    }
}

impl From<Duration> for Patience {
    /// Whether the server rests is not asked.
    fn from(most: Duration) -> Self {
        Self { most, rest: most }
    }
}

/// One wait for a server, from now on.
#[derive(Debug)]
pub(crate) struct Waiting {
    patience: Patience,
    began: Instant,
    server: Option<Watched>,
    is_over: bool,
}

impl Waiting {
    /// Begins to wait for the server of this process, if it is known.
    pub(crate) fn new(patience: Patience, process: Option<u32>) -> Self {
        let server = process.filter(|_| patience.rest < patience.most).map(Watched::new);
        Self { patience, began: Instant::now(), server, is_over: false }
    }

    /// Returns how long to wait until [`Self::is_over`] is worth another look: never zero, so that
    /// what has arrived already can be read when all is over.
    pub(crate) fn next_look(&self) -> Duration {
        let left = self.patience.most.saturating_sub(self.began.elapsed());
        match (&self.server, self.is_over) {
            (_, true) => Duration::from_millis(1),
            (Some(_), false) => left.clamp(Duration::from_millis(1), LOOK),
            (None, false) => left.max(Duration::from_millis(1)),
        }
    }

    /// Returns how long it took so far.
    pub(crate) fn waited(&self) -> Duration {
        self.began.elapsed()
    }

    /// Whether the time is over, or the server has rested for so long that it says no more.
    pub(crate) fn is_over(&mut self) -> bool {
        let Patience { most, rest } = self.patience;
        self.is_over = self.is_over
            || self.began.elapsed() >= most
            || self.server.as_mut().is_some_and(|server| server.has_rested_for(rest));
        self.is_over
    }
}

/// The processes of a server, and since when they rest.
#[derive(Debug)]
struct Watched {
    process: Pid,
    /// Empty until the first look, so that an answer that comes at once costs none.
    family: Vec<Pid>,
    system: System,
    /// Milliseconds of CPU time at the last look.
    used: Option<u64>,
    resting_since: Instant,
}

impl Watched {
    fn new(process: u32) -> Self {
        let (family, system) = (Vec::new(), System::new());
        let process = Pid::from_u32(process);
        Self { process, family, system, used: None, resting_since: Instant::now() }
    }

    /// Whether no process of the server has used any CPU time or asked for some for so long, as far
    /// as the kernel reports it.
    fn has_rested_for(&mut self, time: Duration) -> bool {
        if self.family.is_empty() {
            self.family = family(&mut self.system, self.process);
        }
        if self.looks_at_rest() < time {
            return false;
        }
        // A script may have started the server since.
        let family = family(&mut self.system, self.process);
        if family != self.family {
            self.family = family;
            self.resting_since = Instant::now();
        }
        self.resting_since.elapsed() >= time
    }

    /// Returns for how long the processes that are known have rested.
    fn looks_at_rest(&mut self) -> Duration {
        let kind = ProcessRefreshKind::nothing().with_cpu().without_tasks();
        let pids = ProcessesToUpdate::Some(&self.family);
        self.system.refresh_processes_specifics(pids, true, kind);
        let running = || self.family.iter().filter_map(|id| self.system.process(*id));
        let used = running().map(sysinfo::Process::accumulated_cpu_time).sum();
        let is_busy = running().any(|process| {
            matches!(process.status(), ProcessStatus::Run | ProcessStatus::UninterruptibleDiskSleep)
        });
        if is_busy || self.used.is_some_and(|before| before != used) {
            self.resting_since = Instant::now();
        }
        self.used = Some(used);
        self.resting_since.elapsed()
    }
}

/// Returns a process and all that it has started, since a server may be started by a script.
pub(crate) fn family(system: &mut System, first: Pid) -> Vec<Pid> {
    let kind = ProcessRefreshKind::nothing().without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, kind);
    let mut family = vec![first];
    let mut at = 0;
    while let Some(&parent) = family.get(at) {
        let children = system.processes().values().filter(|child| child.parent() == Some(parent));
        family.extend(children.map(sysinfo::Process::pid));
        at += 1;
    }
    // The first one stays the first, and the others are in one order at every look.
    if let [_, others @ ..] = family.as_mut_slice() {
        others.sort_unstable();
    }
    family
}

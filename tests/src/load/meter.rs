//! What a server takes of the machine, as the kernel counts it.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use crate::waiting::family;

/// How often the memory is read. Nothing that takes long enough to hurt is gone before.
const INTERVAL: Duration = Duration::from_millis(10);

/// So many bytes.
pub const KIB: u64 = 1024;
/// So many bytes.
pub const MIB: u64 = 1024 * KIB;
/// So many bytes.
pub const GIB: u64 = 1024 * MIB;

/// What the processes of a server have taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes of memory that are really there.
    pub resident: u64,
    /// Bytes of addresses, whether there is memory at them or not.
    pub reserved: u64,
    /// CPU time, since the start.
    pub cpu: Duration,
}

/// Watches a server, and kills one that takes more memory or more time than it may: a test that
/// fails must take neither the machine with it nor the evening.
#[derive(Debug)]
pub struct Meter {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    ended: AtomicBool,
}

#[derive(Debug)]
struct State {
    system: System,
    /// The server's process and those that it has started.
    processes: Vec<Pid>,
    base: Usage,
    peak: Usage,
    /// By how many bytes the memory may grow.
    growth: u64,
    is_over: bool,
    /// When it is to be over.
    deadline: Option<Instant>,
    is_late: bool,
}

/// How far a server's memory has grown.
#[derive(Debug, Clone, Copy)]
pub struct Growth {
    /// What the server took when the load began.
    pub base: Usage,
    /// The most that it took since.
    pub peak: Usage,
    /// Whether it was ended for that.
    pub is_over: bool,
}

impl Growth {
    /// By how many bytes the memory has grown, at most.
    #[must_use]
    pub fn resident(&self) -> u64 {
        self.peak.resident.saturating_sub(self.base.resident)
    }

    /// By how many bytes the addresses have grown, at most.
    #[must_use]
    pub fn reserved(&self) -> u64 {
        self.peak.reserved.saturating_sub(self.base.reserved)
    }
}

impl Meter {
    /// Begins to watch a process with all that it has started, which may grow by this many bytes,
    /// and take this time. Returns nothing if the kernel does not report it.
    pub fn watch(process: u32, growth: u64, time: Duration) -> Option<Self> {
        let mut system = System::new();
        let processes = family(&mut system, Pid::from_u32(process));
        let base = sample(&mut system, &processes).filter(|usage| usage.resident > 0)?;
        let deadline = Instant::now().checked_add(time);
        let (peak, is_over, is_late) = (base, false, false);
        let state = State { system, processes, base, peak, growth, is_over, deadline, is_late };
        let shared = Arc::new(Shared { state: Mutex::new(state), ended: AtomicBool::new(false) });
        let watched = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            while !watched.ended.load(Ordering::Relaxed) {
                watched.lock().look();
                thread::sleep(INTERVAL);
            }
        });
        Some(Self { shared, thread: Some(thread) })
    }

    /// Returns the IDs of the processes that are watched.
    #[must_use]
    pub fn processes(&self) -> Vec<u32> {
        self.shared.lock().processes.iter().map(|process| process.as_u32()).collect()
    }

    /// Returns what the server takes now, or nothing if it has ended.
    #[must_use]
    pub fn now(&self) -> Option<Usage> {
        self.shared.lock().look()
    }

    /// Whether the server was killed because it took too long.
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.shared.lock().is_late
    }

    /// Returns how far it has grown so far.
    #[must_use]
    pub fn growth(&self) -> Growth {
        let state = self.shared.lock();
        Growth { base: state.base, peak: state.peak, is_over: state.is_over }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Relaxed);
        // A panic of the thread has been printed already, and no thread waits for what it found.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn look(&mut self) -> Option<Usage> {
        let usage = sample(&mut self.system, &self.processes)?;
        self.peak.resident = self.peak.resident.max(usage.resident);
        self.peak.reserved = self.peak.reserved.max(usage.reserved);
        self.peak.cpu = usage.cpu;
        let was_killed = self.is_over || self.is_late;
        self.is_over |= usage.resident > self.base.resident + self.growth;
        self.is_late |= self.deadline.is_some_and(|deadline| Instant::now() > deadline);
        if (self.is_over || self.is_late) && !was_killed {
            for process in self.processes.iter().filter_map(|id| self.system.process(*id)) {
                process.kill();
            }
        }
        Some(usage)
    }
}

fn sample(system: &mut System, processes: &[Pid]) -> Option<Usage> {
    let kind = ProcessRefreshKind::nothing().with_memory().with_cpu().without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(processes), true, kind);
    let running = processes.iter().filter_map(|id| system.process(*id));
    let usages = running.map(|process| Usage {
        resident: process.memory(),
        reserved: process.virtual_memory(),
        cpu: Duration::from_millis(process.accumulated_cpu_time()),
    });
    usages.reduce(|one, other| Usage {
        resident: one.resident + other.resident,
        reserved: one.reserved + other.reserved,
        cpu: one.cpu + other.cpu,
    })
}

/// Takes this much CPU time, so that all other threads get some, too.
#[cfg(unix)]
pub(super) fn be_busy(work: Duration) {
    use rustix::time::{ClockId, clock_gettime};
    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
    };
    let end = now() + work;
    while now() < end {
        std::hint::spin_loop();
    }
}

/// Waits: here a thread does not know how much CPU time it has had.
#[cfg(not(unix))]
pub(super) fn be_busy(work: Duration) {
    thread::sleep(4 * work);
}

/// Shows a number of bytes as people say it.
#[derive(Debug, Clone, Copy)]
pub struct Bytes(pub u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, name) = match self.0 {
            ..KIB => return write!(f, "{} bytes", self.0),
            KIB..MIB => (KIB, "KiB"),
            MIB..GIB => (MIB, "MiB"),
            _ => (GIB, "GiB"),
        };
        let tenths = self.0 * 10 / unit;
        match (tenths / 10, tenths % 10) {
            (whole, tenth) if whole < 100 && tenth > 0 => write!(f, "{whole}.{tenth} {name}"),
            (whole, _) => write!(f, "{whole} {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_in_the_unit_that_fits() {
        for (bytes, shown) in [
            (0, "0 bytes"),
            (1023, "1023 bytes"),
            (KIB, "1 KiB"),
            (1600, "1.5 KiB"),
            (64 * MIB, "64 MiB"),
            (150 * MIB + MIB / 2, "150 MiB"),
            (3 * GIB / 2, "1.5 GiB"),
        ] {
            assert_eq!(Bytes(bytes).to_string(), shown);
        }
    }

    #[test]
    fn this_process_takes_memory() {
        let Some(meter) = Meter::watch(std::process::id(), u64::MAX / 2, Duration::MAX) else {
            panic!("the system does not tell, so no scenario's memory is held to its bound here");
        };
        let memory = vec![1_u8; 64 * MIB as usize];
        assert!(meter.now().is_some_and(|usage| usage.resident > 32 * MIB), "{:?}", meter.now());
        assert!(meter.growth().resident() > 32 * MIB, "{:?}", meter.growth());
        assert_eq!(memory.iter().max(), Some(&1));
    }
}

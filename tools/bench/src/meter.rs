//! What the kernel reports of a process.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use sysinfo::{Pid, Process, ProcessRefreshKind, ProcessesToUpdate, System};

/// How long memory must not change to count as settled.
const CALM: Duration = Duration::from_millis(500);
/// How long that is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// Less than this is no change.
const NOISE: u64 = 64 * 1024;

/// Reads the CPU time and the memory of one process.
pub(crate) struct Meter {
    system: System,
    pid: Pid,
}

impl Meter {
    pub(crate) fn new(id: u32) -> Self {
        Self { system: System::new(), pid: Pid::from_u32(id) }
    }

    /// Returns the CPU time that it has used since it started, as precise as the kernel keeps it:
    /// on Linux to 10 ms.
    pub(crate) fn cpu(&mut self) -> anyhow::Result<Duration> {
        Ok(Duration::from_millis(self.process()?.accumulated_cpu_time()))
    }

    /// Returns how many bytes of it are in memory now.
    pub(crate) fn resident(&mut self) -> anyhow::Result<u64> {
        Ok(self.process()?.memory())
    }

    /// Returns how many bytes of it are in memory once that does not change any more. What still
    /// changes after five seconds is taken as it is.
    pub(crate) fn settled(&mut self) -> anyhow::Result<u64> {
        let started = Instant::now();
        let mut since = Instant::now();
        let mut last = self.resident()?;
        while since.elapsed() < CALM && started.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(50));
            let now = self.resident()?;
            if now.abs_diff(last) > NOISE {
                (last, since) = (now, Instant::now());
            }
        }
        self.resident()
    }

    fn process(&mut self) -> anyhow::Result<&Process> {
        let what = ProcessRefreshKind::nothing().with_cpu().with_memory().without_tasks();
        self.system.refresh_processes_specifics(ProcessesToUpdate::Some(&[self.pid]), true, what);
        self.system.process(self.pid).context("the server has ended while it was measured")
    }
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;

    #[test]
    fn a_process_is_seen_to_work_and_to_grow() {
        let mut meter = Meter::new(std::process::id());
        let (cpu, memory) = (meter.cpu().unwrap(), meter.resident().unwrap());
        let started = Instant::now();
        let mut bytes = vec![1u8; 32 << 20];
        while started.elapsed() < Duration::from_millis(100) {
            bytes.iter_mut().for_each(|byte| *byte = byte.wrapping_mul(3));
        }
        black_box(&bytes);
        assert!(meter.cpu().unwrap() > cpu);
        assert!(meter.resident().unwrap() > memory + (16 << 20));
    }
}

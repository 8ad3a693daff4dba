//! On which of the machine's cores servers and load run.

/// A core of their own for server and load, where the kernel allows a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cores {
    server: Option<usize>,
    load: Option<usize>,
}

impl Cores {
    /// Chooses two, and not the two halves of one core if there are others.
    pub fn choose() -> Self {
        let allowed = system::allowed();
        let server = allowed.first().copied();
        let siblings = server.map(system::siblings).unwrap_or_default();
        let mut others = allowed.iter().copied().skip(1);
        let load = others.clone().find(|core| !siblings.contains(core)).or_else(|| others.next());
        Self { server, load: load.or(server) }
    }

    pub(crate) fn server(self) -> Option<usize> {
        self.server
    }

    /// At one request at a time, server and load only ever wait for each other. On two cores one
    /// measures how fast these wake up, and pairs swing by a factor of three.
    pub(crate) fn load(self, pipeline: usize) -> Option<usize> {
        if pipeline == 1 { self.server } else { self.load }
    }

    /// Says it to a reader.
    pub fn describe(self) -> String {
        match (self.server, self.load) {
            (Some(server), Some(load)) if server != load => format!(
                "without pipelining, server and load share CPU {server}; with it, the server has \
                 CPU {server} and the load CPU {load}"
            ),
            (Some(server), _) => format!("server and load share CPU {server}, the only one"),
            (None, _) => "not pinned to cores, which this system does not offer: \
                          expect more noise at pipeline 1"
                .to_owned(),
        }
    }
}

/// Runs `start`, and what that starts stays on the core from its first moment on.
pub(crate) fn pinned<T>(core: Option<usize>, start: impl FnOnce() -> T) -> anyhow::Result<T> {
    let Some(core) = core else { return Ok(start()) };
    system::pinned(core, start)
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs;

    use anyhow::Context;
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    pub(super) fn allowed() -> Vec<usize> {
        let Ok(set) = sched_getaffinity(None) else { return Vec::new() };
        (0..CpuSet::MAX_CPU).filter(|&core| set.is_set(core)).collect()
    }

    /// Returns the CPUs that share one core with this one, itself among them.
    pub(super) fn siblings(cpu: usize) -> Vec<usize> {
        let path = format!("/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list");
        // Without the file there are none that one could know of.
        numbers(&fs::read_to_string(path).unwrap_or_default())
    }

    /// A process inherits the cores of the thread that starts it.
    pub(super) fn pinned<T>(core: usize, start: impl FnOnce() -> T) -> anyhow::Result<T> {
        let before = sched_getaffinity(None).context("cannot ask for this thread's cores")?;
        let mut one = CpuSet::new();
        one.set(core);
        sched_setaffinity(None, &one).with_context(|| format!("cannot pin to CPU {core}"))?;
        let started = start();
        sched_setaffinity(None, &before).context("cannot go back to all cores")?;
        Ok(started)
    }

    /// Reads a list as Linux writes it: `0-2,8`.
    pub(super) fn numbers(list: &str) -> Vec<usize> {
        let ranges = list.trim().split(',').filter_map(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            Some(first.parse().ok()?..=last.parse().ok()?)
        });
        ranges.flatten().collect()
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    pub(super) fn allowed() -> Vec<usize> {
        Vec::new()
    }

    pub(super) fn siblings(_: usize) -> Vec<usize> {
        Vec::new()
    }

    pub(super) fn pinned<T>(_: usize, start: impl FnOnce() -> T) -> anyhow::Result<T> {
        Ok(start())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_list_of_cpus_holds_numbers_and_ranges() {
        assert_eq!(system::numbers("0-2,8\n"), [0, 1, 2, 8]);
        assert_eq!(system::numbers("3"), [3]);
        assert_eq!(system::numbers(""), [0; 0]);
    }

    #[test]
    fn only_a_pipeline_gives_the_load_a_core_of_its_own() {
        let cores = Cores { server: Some(0), load: Some(1) };
        assert_eq!([1, 16, 64].map(|pipeline| cores.load(pipeline)), [Some(0), Some(1), Some(1)]);
        assert!(cores.describe().contains("the load CPU 1"));
        assert!(Cores { load: Some(0), ..cores }.describe().contains("the only one"));
        assert!(Cores { server: None, load: None }.describe().starts_with("not pinned"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_started_pinned_stays_there_and_the_starter_does_not() {
        let all = system::allowed();
        let last = *all.last().unwrap();
        let inner = pinned(Some(last), || std::thread::spawn(system::allowed)).unwrap();
        assert_eq!(inner.join().unwrap(), [last]);
        assert_eq!(system::allowed(), all);
    }
}

//! The machine and the process that the server runs in.

use std::hash::{BuildHasher, RandomState};

use stage_08::process::{Process, Resources};

use crate::connection::now;

/// Returns what INFO tells of the process.
pub fn process() -> Process {
    Process {
        id: std::process::id(),
        run_id: random_id(),
        replication_id: random_id(),
        executable: std::env::current_exe().unwrap_or_default(),
        started_at: now(),
        resources,
    }
}

/// Returns 40 hexadecimal digits drawn by lot: every hasher of std begins with others.
fn random_id() -> String {
    (0..5).map(|_| format!("{:08x}", RandomState::new().hash_one(()) as u32)).collect()
}

/// Returns what the process uses of the machine now.
#[cfg(unix)]
fn resources() -> Resources {
    use std::time::Duration;

    use nix::sys::resource::{Usage, UsageWho, getrusage};
    use nix::sys::time::TimeVal;
    use stage_08::process::CpuTimes;

    let time = |time: TimeVal| {
        let (seconds, micros) = (time.tv_sec() as u64, time.tv_usec() as u64);
        Duration::from_secs(seconds) + Duration::from_micros(micros)
    };
    let own = getrusage(UsageWho::RUSAGE_SELF).ok();
    let children = getrusage(UsageWho::RUSAGE_CHILDREN).ok();
    let cpu = own.zip(children).map(|(own, children)| CpuTimes {
        system: time(own.system_time()),
        user: time(own.user_time()),
        children_system: time(children.system_time()),
        children_user: time(children.user_time()),
    });
    // Apple counts bytes, all others KiB.
    let unit = if cfg!(target_vendor = "apple") { 1 } else { 1024 };
    let peak = |own: Usage| own.max_rss() as u64 * unit;
    Resources { memory: memory(), peak_memory: own.map(peak), system_memory: system_memory(), cpu }
}

/// Returns what the process uses of the machine now. The rest is not measured here.
#[cfg(not(unix))]
fn resources() -> Resources {
    Resources { memory: memory(), ..Resources::default() }
}

fn memory() -> Option<u64> {
    memory_stats::memory_stats().map(|stats| stats.physical_mem as u64)
}

#[cfg(target_os = "linux")]
fn system_memory() -> Option<u64> {
    use nix::unistd::{SysconfVar, sysconf};

    let pages = sysconf(SysconfVar::_PHYS_PAGES).ok()??;
    let size = sysconf(SysconfVar::PAGE_SIZE).ok()??;
    Some(pages as u64 * size as u64)
}

#[cfg(all(unix, not(target_os = "linux")))]
fn system_memory() -> Option<u64> {
    None
}

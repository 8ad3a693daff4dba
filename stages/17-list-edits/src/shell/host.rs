//! The machine and the process that the server runs in.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};

use stage_17::server::process::{Process, Resources};
#[cfg(unix)]
use tokio::signal::unix::{self, SignalKind};

use crate::shell::log;
use crate::shell::wall_clock::now;

/// The most files that are open besides the clients' sockets (Redis: `CONFIG_MIN_RESERVED_FDS`).
const OTHER_FILES: u64 = 32;

/// Lets the server outlive its terminal, as Redis does: a signal that has a handler does not kill
/// the process.
#[cfg(unix)]
pub fn ignore_hangup() -> io::Result<()> {
    unix::signal(SignalKind::hangup()).map(drop)
}

/// Does nothing: there is no such signal here.
#[cfg(not(unix))]
pub fn ignore_hangup() -> io::Result<()> {
    Ok(())
}

/// Returns a future that completes when the server is to stop: at Ctrl-C, or at SIGTERM, which
/// `kill`, service managers and containers send.
#[cfg(unix)]
pub fn shutdown_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = unix::signal(SignalKind::interrupt())?;
    let mut terminate = unix::signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Returns a future that completes when the server is to stop: at Ctrl-C.
#[cfg(windows)]
pub fn shutdown_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move { drop(interrupt.recv().await) })
}

/// Asks the kernel for as many open files as there may be clients, and returns how many clients the
/// granted number suffices for. Mirrors `adjustOpenFilesLimit`.
pub fn open_files_limit(maxclients: u32) -> io::Result<u32> {
    let wanted = u64::from(maxclients) + OTHER_FILES;
    let limit = rlimit::increase_nofile_limit(wanted)?;
    if limit >= wanted {
        return Ok(maxclients);
    }
    let maxclients = limit.saturating_sub(OTHER_FILES).max(1) as u32;
    log::warn(format_args!(
        "the system allows {limit} open files, so --maxclients is {maxclients}"
    ));
    Ok(maxclients)
}

/// Makes this the working directory, and returns its path as CONFIG GET shows it: absolute, without
/// links. Mirrors `setConfigDirOption` and `getConfigDirOption`.
pub fn enter_dir(dir: &Path) -> io::Result<PathBuf> {
    std::env::set_current_dir(dir)?;
    std::env::current_dir()
}

/// Returns what INFO reports of the process.
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

/// Returns 40 random hexadecimal digits: every hasher of std has another random seed.
fn random_id() -> String {
    (0..5).map(|_| format!("{:08x}", RandomState::new().hash_one(()) as u32)).collect()
}

/// Returns what the process uses of the machine now.
#[cfg(unix)]
fn resources() -> Resources {
    use std::time::Duration;

    use nix::sys::resource::{Usage, UsageWho, getrusage};
    use nix::sys::time::TimeVal;
    use stage_17::server::process::CpuTimes;

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

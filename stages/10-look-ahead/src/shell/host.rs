//! The machine and the process that the server runs in.

use std::io;
use std::path::{Path, PathBuf};

#[cfg(unix)]
use tokio::signal::unix::{self, SignalKind};

use crate::shell::log;

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

//! The server's shell: a socket, and a task for every client.

mod connection;
mod host;
mod listener;
mod log;

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, anyhow};
use connection::now;
use stage_08::Server;
use stage_08::config::{Action, Config, HELP};
use stage_08::db::Databases;
use stage_08::rdb;
use tokio::runtime::Builder;
#[cfg(unix)]
use tokio::signal::unix::{self, SignalKind};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// How many bytes of a dump are read at once.
const READ_SIZE: usize = 64 * 1024;

/// How many files are open besides the clients' sockets, at most (Redis:
/// `CONFIG_MIN_RESERVED_FDS`).
const OTHER_FILES: u64 = 32;

const NAME: &str = env!("CARGO_PKG_NAME");

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::warn(format_args!("{NAME}: {error:#}"));
            ExitCode::from(2)
        }
    }
}

fn start() -> anyhow::Result<()> {
    // One thread, as in Redis: most requests take less time than to wake a second one would. And
    // one for those that take long.
    let runtime = Builder::new_current_thread().enable_all().max_blocking_threads(1).build()?;
    runtime.block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let action = Action::from_args(std::env::args_os().skip(1));
    match action.map_err(|error| anyhow!("{error}, see --help"))? {
        Action::Serve(config) => serve(config).await?,
        Action::Help => writeln!(io::stdout(), "{NAME} [option ...]\n\n{HELP}")?,
        Action::Version => writeln!(io::stdout(), "{NAME} {}", env!("CARGO_PKG_VERSION"))?,
    }
    Ok(())
}

async fn serve(mut config: Config) -> anyhow::Result<()> {
    // A signal that has a handler ends nothing by itself: the server outlives its terminal.
    #[cfg(unix)]
    drop(unix::signal(SignalKind::hangup())?);
    config.dir =
        enter_dir(&config.dir).with_context(|| format!("cannot use --dir {:?}", config.dir))?;
    open_files_limit(&mut config)?;
    let listeners = listener::bind(&mut config).await?;
    let databases = load(&config)?;
    let permits = Arc::new(Semaphore::new(config.maxclients as usize));
    let process = host::process();
    let server = Arc::new(Server { config, databases, process, ..Server::default() });
    // From here on: whoever reads that the server is ready may end it at once.
    let shutdown = shutdown_signal()?;
    let mut tasks = JoinSet::new();
    for listener in listeners {
        log::info(format_args!("ready to accept connections on {}", listener.local_addr()?));
        tasks.spawn(listener::accept(listener, Arc::clone(&server), Arc::clone(&permits)));
    }
    shutdown.await;
    // At once: to free millions of keys one by one would take longer than to let go of them all.
    process::exit(0)
}

/// Returns the databases with which the server starts. Mirrors `loadDataFromDisk`.
fn load(config: &Config) -> anyhow::Result<Databases> {
    let databases = Databases::default();
    let path = config.dir.join(&config.dbfilename);
    // By its name alone, from the working directory: an empty name is that of no file.
    let file = match File::open(&config.dbfilename) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(databases),
        Err(error) => return Err(error).context(format!("cannot open {}", path.display())),
    };
    let start = Instant::now();
    let loaded = rdb::load(BufReader::with_capacity(READ_SIZE, file), &databases, now())
        .with_context(|| format!("cannot load {}", path.display()))?;
    let seconds = start.elapsed().as_secs_f64();
    log::info(format_args!("loaded {}: {loaded}, {seconds:.3} seconds", path.display()));
    Ok(databases)
}

/// Returns what to await for the moment when somebody asks the server to end: with Ctrl-C, or with
/// the signal that `kill`, service managers and containers send.
#[cfg(unix)]
fn shutdown_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = unix::signal(SignalKind::interrupt())?;
    let mut terminate = unix::signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Returns what to await for the moment when somebody asks the server to end with Ctrl-C.
#[cfg(windows)]
fn shutdown_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move { drop(interrupt.recv().await) })
}

/// Asks the system for as many open files as there may be clients, or takes fewer clients.
/// Mirrors `adjustOpenFilesLimit`.
fn open_files_limit(config: &mut Config) -> io::Result<()> {
    let wanted = u64::from(config.maxclients) + OTHER_FILES;
    let limit = rlimit::increase_nofile_limit(wanted)?;
    if limit < wanted {
        config.maxclients = limit.saturating_sub(OTHER_FILES).max(1) as u32;
        let maxclients = config.maxclients;
        log::warn(format_args!(
            "the system allows {limit} open files, so --maxclients is {maxclients}"
        ));
    }
    Ok(())
}

/// Makes this the working directory, and returns its path as CONFIG GET shows it: absolute, without
/// links. Mirrors `setConfigDirOption` and `getConfigDirOption`.
fn enter_dir(dir: &Path) -> io::Result<PathBuf> {
    std::env::set_current_dir(dir)?;
    std::env::current_dir()
}

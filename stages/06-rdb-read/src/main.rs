//! The server's shell: a socket, and a task for every client.

mod connection;
mod host;
mod listener;
mod log;
mod wall_clock;

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::process::{self, ExitCode};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use anyhow::{Context, anyhow};
use stage_06::Server;
use stage_06::config::{Action, Config, HELP};
use stage_06::db::Db;
use stage_06::rdb;
use tokio::sync::Semaphore;

/// How many bytes of a dump are read at once.
const READ_SIZE: usize = 64 * 1024;

const NAME: &str = env!("CARGO_PKG_NAME");

// One thread, as in Redis: most requests take less time than waking a second one.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::warn(format_args!("{NAME}: {error:#}"));
            ExitCode::from(2)
        }
    }
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

async fn serve(config: Config) -> anyhow::Result<()> {
    host::ignore_hangup()?;
    let dir = host::enter_dir(&config.dir);
    let dir = dir.with_context(|| format!("cannot use --dir {:?}", config.dir))?;
    let maxclients = host::open_files_limit(config.maxclients)?;
    let (listeners, port) = listener::bind(&config)?;
    let config = Config { dir, maxclients, port, ..config };
    let db = load(&config)?;
    let permits = Arc::new(Semaphore::new(config.maxclients as usize));
    let server = Arc::new(Mutex::new(Server { config, db }));
    // From here on: a script that sees the ready line may send SIGTERM.
    let shutdown = host::shutdown_signal()?;
    for listener in listeners {
        log::info(format_args!("ready to accept connections on {}", listener.local_addr()?));
        tokio::spawn(listener::accept(listener, Arc::clone(&server), Arc::clone(&permits)));
    }
    shutdown.await;
    // At once: freeing millions of keys one by one would take longer than exiting.
    process::exit(0)
}

/// Returns the keyspace with which the server starts. Mirrors `loadDataFromDisk`.
fn load(config: &Config) -> anyhow::Result<Db> {
    let mut db = Db::default();
    let path = config.dir.join(&config.dbfilename);
    // By its name alone, from the working directory: an empty name is that of no file.
    let file = File::open(&config.dbfilename);
    let opened = file.and_then(|file| Ok((file.metadata()?.len(), file)));
    let (size, file) = match opened {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(db),
        Err(error) => return Err(error).context(format!("cannot open {}", path.display())),
    };
    let start = Instant::now();
    let loaded =
        rdb::load(BufReader::with_capacity(READ_SIZE, file), size, &mut db, wall_clock::now())
            .with_context(|| format!("cannot load {}", path.display()))?;
    let seconds = start.elapsed().as_secs_f64();
    log::info(format_args!("loaded {}: {loaded}, {seconds:.3} seconds", path.display()));
    Ok(db)
}

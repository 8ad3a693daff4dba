//! The server's shell: a socket, and a task for every client.

mod shell;

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::process::{self, ExitCode};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Instant;

use anyhow::{Context, anyhow};
use stage_17::command::table::Table;
use stage_17::commands;
use stage_17::dump::rdb;
use stage_17::keyspace::db::Databases;
use stage_17::server::Server;
use stage_17::server::config::{Action, Config, HELP};

use crate::shell::connection::lock;
use crate::shell::{cleaner, expiry, host, listener, log, wall_clock};

/// How many bytes of a dump are read at once.
const READ_SIZE: usize = 64 * 1024;

const NAME: &str = env!("CARGO_PKG_NAME");

/// All commands that the server knows.
static TABLE: LazyLock<Table> = LazyLock::new(|| Table::new(commands::ALL));

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
    let databases = load(&config)?;
    let process = host::process();
    let server = Server { config, databases, process, ..Server::default() };
    let server = Arc::new(Mutex::new(server));
    // From here on: a script that sees the ready line may send SIGTERM.
    let shutdown = host::shutdown_signal()?;
    let shared = Arc::clone(&server);
    tokio::spawn(cleaner::run(move || lock(&shared).free_garbage()));
    let shared = Arc::clone(&server);
    tokio::spawn(async move { expiry::run(&shared).await });
    for listener in listeners {
        log::info(format_args!("ready to accept connections on {}", listener.local_addr()?));
        tokio::spawn(listener::accept(listener, Arc::clone(&server), &TABLE));
    }
    shutdown.await;
    // At once: freeing millions of keys one by one would take longer than exiting.
    process::exit(0)
}

/// Returns the databases with which the server starts. Mirrors `loadDataFromDisk`.
fn load(config: &Config) -> anyhow::Result<Databases> {
    let mut databases = Databases::default();
    let path = config.dir.join(&config.dbfilename);
    // By its name alone, from the working directory: an empty name is that of no file.
    let file = match File::open(&config.dbfilename) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(databases),
        Err(error) => return Err(error).context(format!("cannot open {}", path.display())),
    };
    let start = Instant::now();
    let loaded =
        rdb::load(BufReader::with_capacity(READ_SIZE, file), &mut databases, wall_clock::now())
            .with_context(|| format!("cannot load {}", path.display()))?;
    let seconds = start.elapsed().as_secs_f64();
    log::info(format_args!("loaded {}: {loaded}, {seconds:.3} seconds", path.display()));
    Ok(databases)
}

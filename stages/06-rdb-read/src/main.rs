//! The server's shell: a socket, and a task for every client.

mod connection;

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, ensure};
use connection::now;
use stage_06::Server;
use stage_06::config::{Config, HELP, Task};
use stage_06::db::Db;
use stage_06::rdb;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// How many bytes of a dump are read at once.
const READ_SIZE: usize = 64 * 1024;

const NAME: &str = env!("CARGO_PKG_NAME");

// One thread, as in Redis: most requests take less time than to wake a second one would.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{NAME}: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn run() -> anyhow::Result<()> {
    let task = Task::from_args(std::env::args_os().skip(1));
    match task.map_err(|error| anyhow!("{error}, see --help"))? {
        Task::Serve(config) => serve(config).await?,
        Task::Help => println!("{NAME} [option ...]\n\n{HELP}"),
        Task::Version => println!("{NAME} {}", env!("CARGO_PKG_VERSION")),
    }
    Ok(())
}

async fn serve(mut config: Config) -> anyhow::Result<()> {
    config.dir =
        open_dir(&config.dir).with_context(|| format!("cannot use --dir {:?}", config.dir))?;
    let listeners = bind(&mut config).await?;
    let db = load(&config)?;
    let server = Arc::new(Server { config, db });
    let mut tasks = JoinSet::new();
    for listener in listeners {
        println!("ready to accept connections on {}", listener.local_addr()?);
        tasks.spawn(accept(listener, Arc::clone(&server)));
    }
    tasks.join_all().await;
    Ok(())
}

/// Returns the keyspace with which the server starts. Mirrors `loadDataFromDisk`.
fn load(config: &Config) -> anyhow::Result<Db> {
    let db = Db::default();
    let path = config.dir.join(&config.dbfilename);
    let opened = File::open(&path).and_then(|file| Ok((file.metadata()?.len(), file)));
    let (size, file) = match opened {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(db),
        Err(error) => return Err(error).context(format!("cannot open {}", path.display())),
    };
    let start = Instant::now();
    let loaded = rdb::load(BufReader::with_capacity(READ_SIZE, file), size, &db, now())
        .with_context(|| format!("cannot load {}", path.display()))?;
    let seconds = start.elapsed().as_secs_f64();
    println!("loaded {}: {loaded}, {seconds:.3} seconds", path.display());
    Ok(db)
}

/// Returns the directory's path as CONFIG GET shows it: absolute, without links.
fn open_dir(dir: &Path) -> io::Result<PathBuf> {
    std::fs::read_dir(dir)?;
    dir.canonicalize()
}

/// Listens on all addresses, and fills in the port that the system has chosen.
async fn bind(config: &mut Config) -> anyhow::Result<Vec<TcpListener>> {
    let mut listeners = Vec::new();
    for address in &config.bind {
        let host = address.strip_prefix('-').unwrap_or(address);
        match TcpListener::bind((host, config.port)).await {
            Ok(listener) => {
                config.port = listener.local_addr()?.port();
                listeners.push(listener);
            }
            Err(error) if host != address && error.kind() != io::ErrorKind::AddrInUse => {
                eprintln!("not listening on {host}: {error}");
            }
            Err(error) => {
                let place = format!("{host}:{}", config.port);
                return Err(error)
                    .context(format!("cannot listen on {place}, try another --port or --bind"));
            }
        }
    }
    ensure!(!listeners.is_empty(), "none of the addresses of --bind is one of this machine");
    Ok(listeners)
}

async fn accept(listener: TcpListener, server: Arc<Server>) {
    loop {
        match listener.accept().await {
            Ok((stream, client)) => {
                let server = Arc::clone(&server);
                tokio::spawn(async move {
                    let served = connection::serve(stream, &server).await;
                    served.unwrap_or_else(|error| eprintln!("lost {client}: {error}"));
                });
            }
            // Out of file descriptors, most likely: wait for a client to leave.
            Err(error) => {
                eprintln!("cannot accept a client: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

//! The server's shell: a socket, and a task for every client.

mod connection;

use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, ensure};
use connection::now;
use stage_08::Server;
use stage_08::clients::Connection;
use stage_08::config::{Config, HELP, Task};
use stage_08::db::Databases;
use stage_08::process::Process;
use stage_08::rdb;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
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
    let databases = load(&config)?;
    let process = describe_process();
    let server = Arc::new(Server { config, databases, process, ..Server::default() });
    let mut tasks = JoinSet::new();
    for listener in listeners {
        println!("ready to accept connections on {}", listener.local_addr()?);
        tasks.spawn(accept(listener, Arc::clone(&server)));
    }
    tasks.join_all().await;
    Ok(())
}

/// Returns the databases with which the server starts. Mirrors `loadDataFromDisk`.
fn load(config: &Config) -> anyhow::Result<Databases> {
    let databases = Databases::default();
    let path = config.dir.join(&config.dbfilename);
    let opened = File::open(&path).and_then(|file| Ok((file.metadata()?.len(), file)));
    let (size, file) = match opened {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(databases),
        Err(error) => return Err(error).context(format!("cannot open {}", path.display())),
    };
    let start = Instant::now();
    let loaded = rdb::load(BufReader::with_capacity(READ_SIZE, file), size, &databases, now())
        .with_context(|| format!("cannot load {}", path.display()))?;
    let seconds = start.elapsed().as_secs_f64();
    println!("loaded {}: {loaded}, {seconds:.3} seconds", path.display());
    Ok(databases)
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
            Ok((stream, address)) => {
                tokio::spawn(serve_client(stream, address, Arc::clone(&server)));
            }
            // Out of file descriptors, most likely: wait for a client to leave.
            Err(error) => {
                eprintln!("cannot accept a client: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Serves one client until it leaves or somebody ends its connection.
async fn serve_client(stream: TcpStream, address: SocketAddr, server: Arc<Server>) {
    let (close, closed) = oneshot::channel::<()>();
    let connection = Connection {
        address: address.to_string(),
        local_address: stream.local_addr().map_or_else(|_| "?:0".into(), |own| own.to_string()),
        fd: descriptor(&stream),
        close: Box::new(|| drop(close)),
    };
    let client = server.clients.add(connection, now());
    server.stats.connections.add(1);
    tokio::select! {
        biased;
        served = connection::serve(stream, &server, client) => {
            served.unwrap_or_else(|error| eprintln!("lost {address}: {error}"));
        }
        // Dropped without a word: what it says is that it is gone.
        _ = closed => {}
    }
    server.clients.remove(client.id);
}

/// Returns the number by which the system knows a socket, where sockets have small numbers.
#[cfg(unix)]
fn descriptor(stream: &TcpStream) -> Option<i32> {
    Some(std::os::fd::AsRawFd::as_raw_fd(stream))
}

#[cfg(not(unix))]
fn descriptor(_: &TcpStream) -> Option<i32> {
    None
}

fn describe_process() -> Process {
    // Every hasher of std begins with other random numbers.
    let digits = |_| format!("{:08x}", RandomState::new().hash_one(()) as u32);
    Process {
        id: std::process::id(),
        run_id: (0..5).map(digits).collect(),
        executable: std::env::current_exe().unwrap_or_default(),
        started_at: now(),
        resident_memory: || Some(memory_stats::memory_stats()?.physical_mem),
    }
}

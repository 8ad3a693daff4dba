//! A server that is started, and what comes of it.

use std::env;
use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::io::{self, Read, Seek, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use conformance::resp::reply_length;
use conformance::text::quoted;

use crate::network::{Listener, PROBES, listening};
use crate::start::{PORT, Start};

/// What Redis is told besides, so that it serves strangers and saves nothing.
const REDIS: [&str; 4] = ["--save", "", "--protected-mode", "no"];

/// The user and the group to whom no file belongs.
const NOBODY: u32 = 65534;

/// How long a connection on this machine may take.
const MOMENT: Duration = Duration::from_millis(500);

/// How long it may take while the machine is busy. Nobody waits for it: where nothing listens, the
/// kernel says so at once.
const BUSY_MOMENT: Duration = Duration::from_secs(10);

/// A server's program.
#[derive(Clone, Debug)]
pub struct Program {
    /// Where it is.
    pub path: PathBuf,
    /// Whether it is a Redis.
    pub is_redis: bool,
}

/// What a server does.
enum State {
    Ended(ExitStatus),
    /// The connection was the first of all: there may be room for no other.
    Answers(TcpStream),
    Listens,
    Nothing,
}

impl Program {
    /// Starts the server in this process's network and directory, and returns what came of it, in
    /// words that are the same for two servers that did the same. What the server printed goes to
    /// standard error.
    pub fn start(&self, start: &Start) -> Result<String> {
        let dir = env::current_dir()?;
        let mut log = tempfile::tempfile()?;
        let mut path = self.path.clone();
        if start.by_nobody {
            fs::set_permissions(&dir, Permissions::from_mode(0o755))?;
            // To where every user can reach it. Redis is there already.
            if !self.is_redis {
                path = dir.join("server");
                fs::copy(&self.path, &path)?;
            }
        }
        let mut command = Command::new(path);
        command.args(self.arguments(start)).stdin(Stdio::null());
        command.stdout(log.try_clone()?).stderr(log.try_clone()?);
        if start.by_nobody {
            command.uid(NOBODY).gid(NOBODY);
        }
        (start.prepare)(&dir).context("cannot prepare")?;
        let mut server = Server(command.spawn().context("cannot run it")?);
        let told = self.observe(&mut server, start, &dir);
        drop(server);
        log.rewind()?;
        io::copy(&mut log, &mut io::stderr())?;
        told
    }

    fn arguments(&self, start: &Start) -> Vec<OsString> {
        let mut arguments = Vec::new();
        if !start.are_all {
            arguments.extend(["--port", PORT].map(OsString::from));
            let redis = self.is_redis.then(|| REDIS.map(OsString::from));
            arguments.extend(redis.into_iter().flatten());
        }
        arguments.extend(start.arguments.iter().cloned());
        arguments
    }

    fn observe(&self, server: &mut Server, start: &Start, dir: &Path) -> Result<String> {
        Ok(match server.settle(start.patience)? {
            State::Ended(status) if status.code() == Some(0) => "ends well".to_owned(),
            // Redis has one code for everything that goes wrong.
            State::Ended(status) if status.code() == Some(if self.is_redis { 1 } else { 2 }) => {
                "refuses to start".to_owned()
            }
            State::Ended(status) => format!("ends with {status}"),
            State::Nothing => "runs, and does not listen".to_owned(),
            State::Listens => describe_sockets()?,
            State::Answers(mut stream) => {
                (start.meanwhile)(dir).context("cannot do what happens meanwhile")?;
                let mut told = describe_sockets()?;
                for question in &start.questions {
                    let reply = ask(&mut stream, question, start.patience)?;
                    let reply = quoted(&reply).replace(&dir.to_string_lossy()[..], "{dir}");
                    told += &format!("{question}: {reply}\n");
                }
                told
            }
        })
    }
}

/// A process that ends when this is dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail when it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    /// Waits until it has ended, or answers at one of its addresses: then it listens at all.
    fn settle(&mut self, patience: Duration) -> Result<State> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait()? {
                return Ok(State::Ended(status));
            }
            let listeners = listening()?;
            let connect = |to| TcpStream::connect_timeout(&to, MOMENT).ok();
            let addresses = listeners.iter().filter_map(Listener::address);
            // The kernel connects whoever calls to whoever listens, unless no way leads there.
            let mut is_reachable = listeners.is_empty();
            for mut stream in addresses.filter_map(connect) {
                is_reachable = true;
                if ask(&mut stream, "PING", MOMENT).is_ok() {
                    return Ok(State::Answers(stream));
                }
            }
            if start.elapsed() > if is_reachable { patience } else { MOMENT } {
                return Ok(if listeners.is_empty() { State::Nothing } else { State::Listens });
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Says where the server listens, and which of the machine's addresses are served by that: `::` may
/// mean all of them, or those of IPv6.
fn describe_sockets() -> Result<String> {
    let listeners = listening()?;
    let mut told = String::new();
    for listener in &listeners {
        told += &format!("listens on {}, where {} may wait\n", listener.place, listener.backlog);
    }
    let port = listeners.first().and_then(Listener::port).unwrap_or_default();
    for probe in PROBES {
        if TcpStream::connect_timeout(&SocketAddr::new(probe, port), BUSY_MOMENT).is_ok() {
            told += &format!("is reached at {probe}\n");
        }
    }
    Ok(told)
}

/// Returns the reply to a command.
fn ask(stream: &mut TcpStream, command: &str, patience: Duration) -> io::Result<Vec<u8>> {
    stream.set_read_timeout(Some(patience))?;
    stream.write_all(format!("{command}\r\n").as_bytes())?;
    let mut reply = Vec::new();
    let mut chunk = [0; 4096];
    while reply_length(&reply).is_none() {
        match stream.read(&mut chunk)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            length => reply.extend(chunk.get(..length).unwrap_or_default()),
        }
    }
    Ok(reply)
}

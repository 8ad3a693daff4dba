//! A server to talk to: started for one transcript, and gone when the guard is dropped.

use std::collections::{BTreeMap, VecDeque};
use std::env;
use std::fmt;
use std::fs;
use std::io::{self, PipeReader, PipeWriter, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::last_words::{Said, ending};
use crate::text::Place;
use crate::waiting::{Patience, Waiting};

/// Where servers listen: below the ports that systems hand out by themselves, above those of
/// well-known services.
pub const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// How often another port is tried when the first ones are taken.
const ATTEMPTS: usize = 20;

/// How long a server may rest before it listens.
const START: Duration = Duration::from_secs(2);

/// How long is waited for what is on its way already.
const MOMENT: Duration = Duration::from_millis(200);

/// As much of a server's output is kept as a failure may have to search for an error.
const OUTPUT_LIMIT: usize = 64 * 1024;

/// What a transcript is played against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A server of its own for every transcript, started with this command.
    Spawn(CommandLine),
    /// A server that is running already, and keeps what earlier transcripts left in it.
    Address(SocketAddr),
}

/// A command that starts a server; `{port}` and `{dir}` in it are filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    words: Vec<String>,
    output: Output,
}

/// Where that goes what a server prints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Output {
    /// It is read, and the last of it kept for a failure to show.
    #[default]
    Kept,
    /// Into pipes that nobody reads.
    Unread,
    /// Into pipes that nobody reads and that are full already, where a pipe can be filled.
    Stuffed,
    /// Into pipes whose readers go once it takes connections.
    Closed,
    /// To a disk that is full, where there is one that always is.
    FullDisk,
}

impl CommandLine {
    /// Returns a command of a program and its arguments, as they are.
    pub fn new<I, S>(words: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        let words = words.into_iter().map(Into::into).collect();
        Self { words, output: Output::default() }
    }

    /// Returns the command that starts one of this workspace's servers.
    #[must_use]
    pub fn binary(path: &str) -> Self {
        Self::new([path, "--port", "{port}"])
    }

    /// Returns the command that starts the real Redis, which then saves nothing by itself.
    #[must_use]
    pub fn redis() -> Self {
        let quiet = ["--save", "", "--appendonly", "no", "--bind", "127.0.0.1"];
        Self::new(["redis-server", "--port", "{port}"].into_iter().chain(quiet))
    }

    /// Splits a command as a shell would; no shell runs it.
    ///
    /// A word that names a file from where the user stands is made absolute, since the server
    /// runs in a directory of its own.
    ///
    /// # Errors
    /// Says what the command lacks: a closing quote, a program or a `{port}`.
    pub fn parse(command: &str) -> Result<Self, String> {
        let Some(words) = shlex::split(command) else {
            return Err(format!("a quote is not closed in the server's command: {command}"));
        };
        if words.is_empty() {
            return Err("the server's command is empty".into());
        }
        if !words.iter().any(|word| word.contains("{port}")) {
            return Err(format!(
                "the server's command must say where its {{port}} goes: {command}"
            ));
        }
        Ok(Self::new(words.into_iter().map(absolute)))
    }

    /// Returns the command with a limit to how many files and sockets its program can have open, on
    /// systems where a shell can set one.
    #[must_use]
    pub fn with_descriptors(&self, most: u32) -> Option<Self> {
        let script = format!("ulimit -n {most} && exec \"$@\"");
        let shell = ["sh", "-c", &script, "sh"].map(str::to_owned);
        let words = shell.into_iter().chain(self.words.iter().cloned()).collect();
        cfg!(unix).then_some(Self { words, output: self.output })
    }

    /// Returns the command with another place for what its program prints.
    #[must_use]
    pub fn with_output(self, output: Output) -> Self {
        Self { output, ..self }
    }

    /// Returns its words with the port and the directory filled in.
    #[must_use]
    pub fn filled(&self, place: &Place) -> Vec<String> {
        let fill = |word: &String| {
            word.replace("{port}", &place.port.to_string()).replace("{dir}", &place.dir)
        };
        self.words.iter().map(fill).collect()
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words.join(" "))
    }
}

/// Cargo runs tests in the package's folder, but leaves `PWD` at the user's.
fn absolute(word: String) -> String {
    let bases = env::var_os("PWD").map(PathBuf::from).into_iter().chain(env::current_dir().ok());
    let mut paths = bases.map(|base| base.join(&word));
    match paths.find(|path| path.is_file()) {
        Some(path) if word.contains(['/', '\\', '.']) => path.to_string_lossy().into_owned(),
        _ => word,
    }
}

/// Why no server came up.
#[derive(Debug)]
pub enum StartError {
    /// The program could not be run, or its directory not be made.
    Run {
        /// What was to be run.
        command: String,
        /// What the system said.
        error: io::Error,
    },
    /// It ended before it took a connection.
    Ended {
        /// What was run.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// The last that it printed.
        output: String,
    },
    /// It runs, but takes no connection.
    Silent {
        /// What was run.
        command: String,
        /// How long it was waited for.
        waited: Duration,
        /// The last that it printed.
        output: String,
    },
    /// Every port that was tried is taken.
    NoPort,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ran() {
            Some((command, output)) => {
                write!(f, "{}\n  run: {command}\n{}", self.in_short(), Said(output))
            }
            None => f.write_str(&self.in_short()),
        }
    }
}

impl StartError {
    /// Says what happened, the same whenever it happens.
    #[must_use]
    pub fn cause(&self) -> String {
        match self {
            Self::Silent { .. } => "the server accepts no connection on its port".into(),
            _ => self.in_short(),
        }
    }

    /// Says what happened, in a line.
    #[must_use]
    pub fn in_short(&self) -> String {
        match self {
            Self::Run { command, error } => format!("cannot run `{command}`: {error}"),
            Self::Ended { status, .. } => {
                format!("the server {} before it accepted a connection", ending(*status))
            }
            Self::Silent { waited, .. } => {
                let seconds = waited.as_secs_f64();
                format!("the server accepts no connection on its port after {seconds:.1} s")
            }
            Self::NoPort => format!("no free port between {} and {}", PORTS.start, PORTS.end),
        }
    }

    /// Returns what was run, and the last that it printed, if anything was run.
    #[must_use]
    pub fn ran(&self) -> Option<(&str, &str)> {
        match self {
            Self::Ended { command, output, .. } | Self::Silent { command, output, .. } => {
                Some((command, output))
            }
            Self::Run { .. } | Self::NoPort => None,
        }
    }
}

impl std::error::Error for StartError {}

/// A running server. Dropping it ends the server, and whatever that has started.
#[derive(Debug)]
pub struct Server {
    place: Place,
    words: Vec<String>,
    output: Output,
    process: Option<Process>,
    // Holds the port against other players on this machine, which ask for the same one: a UDP
    // port is another thing than a TCP port, and is free again however this process ends.
    _claim: Option<UdpSocket>,
    // Declared after the process: what a process has open cannot be removed everywhere.
    _dir: Option<TempDir>,
}

impl Server {
    /// Starts a server in an empty directory of its own, on a port of its own.
    ///
    /// `prepare` may fill the directory, and returns more arguments for the command. Ports whose
    /// number stands in `avoid` are not used, so that no number in a reply is taken for the port.
    ///
    /// # Errors
    /// When it does not take a connection within `patience`.
    pub fn start(
        command: &CommandLine,
        avoid: &str,
        patience: impl Into<Patience>,
        prepare: impl Fn(&Place) -> io::Result<Vec<String>>,
    ) -> Result<Self, StartError> {
        let patience = patience.into();
        // Interpreters and scripts read files before they begin.
        let patience = Patience { rest: patience.rest.max(START), ..patience };
        for _ in 0..ATTEMPTS {
            let port = fastrand::u16(PORTS);
            let Some(claim) = claim(port).filter(|_| !avoid.contains(&port.to_string())) else {
                continue;
            };
            let failed = |error| StartError::Run { command: command.to_string(), error };
            let dir = directory().map_err(failed)?;
            let place = Place { port, dir: own_path(&dir).map_err(failed)?, ..Place::default() };
            let mut words = command.filled(&place);
            words.extend(prepare(&place).map_err(failed)?);
            let output = command.output;
            let mut process = Process::spawn(&words, &place, output).map_err(failed)?;
            match process.wait_for(port, patience) {
                Waited::Ready => {
                    if output == Output::Closed {
                        process.unread.clear();
                    }
                    let (process, claim, dir) = (Some(process), Some(claim), Some(dir));
                    return Ok(Self { place, words, output, process, _claim: claim, _dir: dir });
                }
                Waited::PortTaken => {}
                Waited::Ended(status) => return Err(process.ended_early(&words, status)),
                Waited::Silent(waited) => return Err(process.kept_silent(&words, waited)),
            }
        }
        Err(StartError::NoPort)
    }

    /// Stands for a server that someone else runs.
    #[must_use]
    pub fn running_at(address: SocketAddr) -> Self {
        let place = Place { port: address.port(), ..Place::default() };
        let (words, output) = (Vec::new(), Output::default());
        Self { place, words, output, process: None, _claim: None, _dir: None }
    }

    /// Ends the server, and starts it again on the same port, in the same directory.
    ///
    /// # Errors
    /// When it does not take a connection within `patience`, or is not ours to start.
    pub fn restart(&mut self, patience: Duration) -> Result<(), StartError> {
        self.process = None;
        let failed = |error| StartError::Run { command: self.words.join(" "), error };
        let mut process = Process::spawn(&self.words, &self.place, self.output).map_err(failed)?;
        match process.wait_for(self.place.port, patience.into()) {
            Waited::Ready => self.process = Some(process),
            Waited::PortTaken => return Err(StartError::NoPort),
            Waited::Ended(status) => return Err(process.ended_early(&self.words, status)),
            Waited::Silent(waited) => return Err(process.kept_silent(&self.words, waited)),
        }
        Ok(())
    }

    /// Returns its port and its directory.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Returns the number of its process, if this guard started it.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.process.as_ref().map(|process| process.group.child.id())
    }

    /// Sends the server's process a signal: `SIGTERM`, `SIGINT` or `SIGHUP`.
    ///
    /// # Errors
    /// When the process is gone or is not ours, or the system has no signals.
    #[cfg(unix)]
    pub fn signal(&self, name: &str) -> io::Result<()> {
        use rustix::process::{Pid, Signal, kill_process};
        let signal = match name {
            "SIGINT" => Signal::INT,
            "SIGHUP" => Signal::HUP,
            _ => Signal::TERM,
        };
        let id = self.process_id().and_then(|id| i32::try_from(id).ok());
        match id.and_then(Pid::from_raw) {
            Some(id) => Ok(kill_process(id, signal)?),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// There are none here, and no test that needs them is run.
    #[cfg(not(unix))]
    pub fn signal(&self, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Returns how it ended, if it has within `patience`, and the last that it printed.
    pub fn end(&mut self, patience: Duration) -> (Option<ExitStatus>, String) {
        let Some(process) = &mut self.process else { return (None, String::new()) };
        wait_until(patience, || process.ended().is_some());
        let status = process.ended();
        (status, process.output())
    }
}

/// Returns a claim on the port if no other player has one and nobody listens there.
///
/// Whether somebody listens is asked by connecting. To listen for a moment would tell as well, but
/// a program that another thread starts in this moment has the listener, too, until it is the
/// program that was asked for: the port would be taken, and connections would come about, for
/// longer than this process can know.
pub fn claim(port: u16) -> Option<UdpSocket> {
    let claim = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).ok()?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpStream::connect_timeout(&address, MOMENT).is_err().then_some(claim)
}

fn directory() -> io::Result<TempDir> {
    tempfile::Builder::new().prefix("redis-").tempdir()
}

/// The directory's path as a process that runs in it would tell it.
fn own_path(dir: &TempDir) -> io::Result<String> {
    let path = if cfg!(windows) { dir.path().to_owned() } else { fs::canonicalize(dir.path())? };
    Ok(path.to_string_lossy().into_owned())
}

/// A started program, and the processes that it starts. Dropping it ends them all, and so does an
/// interrupt after [`end_all_on_interrupt`].
#[derive(Debug)]
pub struct Group {
    /// The program itself.
    pub child: Child,
}

impl Group {
    /// Starts a program in this directory, which an interrupt removes.
    ///
    /// # Errors
    /// As the system says.
    pub fn spawn(command: &mut Command, dir: &Path) -> io::Result<Self> {
        command.current_dir(dir);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        // Held until the process is noted, so that an interrupt in between misses none.
        let mut live = live();
        let child = command.spawn()?;
        live.insert(child.id(), dir.to_owned());
        drop(live);
        Ok(Self { child })
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let mut live = live();
        end_with_children(self.child.id());
        // Both fail only when the process is gone already, which is all that is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
        live.remove(&self.child.id());
        drop(live);
        wait_until(MOMENT, || !has_children(self.child.id()));
    }
}

/// A server's program, and what it prints.
#[derive(Debug)]
struct Process {
    group: Group,
    output: Arc<Mutex<VecDeque<u8>>>,
    readers: Vec<JoinHandle<()>>,
    /// As long as they are open, what is printed finds a pipe.
    unread: Vec<PipeReader>,
}

impl Output {
    /// Returns what a program gets for its output, and the end of a pipe that is to stay open.
    fn open(self) -> io::Result<(Stdio, Option<PipeReader>)> {
        Ok(match self {
            Self::Kept => (Stdio::piped(), None),
            Self::FullDisk => (fs::File::options().write(true).open("/dev/full")?.into(), None),
            Self::Unread | Self::Stuffed | Self::Closed => {
                let (reader, mut writer) = io::pipe()?;
                if self == Self::Stuffed {
                    stuff(&mut writer)?;
                }
                (writer.into(), Some(reader))
            }
        })
    }
}

/// Fills a pipe to the last byte.
#[cfg(unix)]
fn stuff(pipe: &mut PipeWriter) -> io::Result<()> {
    use std::io::Write as _;

    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
    let flags = fcntl_getfl(&pipe)?;
    fcntl_setfl(&pipe, flags | OFlags::NONBLOCK)?;
    // Whole pages first; where one is too many, single bytes may still fit.
    for piece in [&[0; 4096][..], &[0]] {
        while pipe.write(piece).is_ok() {}
    }
    Ok(fcntl_setfl(&pipe, flags)?)
}

/// No scenario that needs that is played here.
#[cfg(not(unix))]
fn stuff(_: &mut PipeWriter) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

enum Waited {
    Ready,
    PortTaken,
    Ended(ExitStatus),
    Silent(Duration),
}

impl Process {
    fn spawn(words: &[String], place: &Place, output: Output) -> io::Result<Self> {
        let (program, arguments) = words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null());
        // What Python prints into a pipe would else stay in a buffer, and not be seen in a failure.
        command.env("PYTHONUNBUFFERED", "1");
        let (out, unread) = output.open()?;
        let (err, also_unread) = output.open()?;
        command.stdout(out).stderr(err);
        let mut group = Group::spawn(&mut command, Path::new(&place.dir))?;
        let tail = Arc::new(Mutex::new(VecDeque::new()));
        let mut readers = Vec::new();
        if output == Output::Kept {
            let out = group.child.stdout.take().map(|pipe| keep_tail(pipe, Arc::clone(&tail)));
            let err = group.child.stderr.take().map(|pipe| keep_tail(pipe, Arc::clone(&tail)));
            readers.extend(out.into_iter().chain(err));
        }
        let unread = unread.into_iter().chain(also_unread).collect();
        Ok(Self { group, output: tail, readers, unread })
    }

    /// Waits until the process itself listens on the port.
    fn wait_for(&mut self, port: u16, patience: Patience) -> Waited {
        let mut waiting = Waiting::new(patience, Some(self.group.child.id()));
        let mut looks = 1_u32..;
        // A look at what the server does is dearer than a connection that is refused.
        while !looks.next().is_some_and(|look| look % 10 == 0 && waiting.is_over()) {
            let connected =
                connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port)), patience.most).is_ok();
            // In this order: a connection is the server's own only if it still runs after that.
            match self.ended() {
                Some(_) if connected || self.output().to_lowercase().contains("in use") => {
                    return Waited::PortTaken;
                }
                Some(status) => return Waited::Ended(status),
                None if connected => return Waited::Ready,
                None => thread::sleep(Duration::from_millis(5)),
            }
        }
        Waited::Silent(waiting.waited())
    }

    fn ended_early(&mut self, words: &[String], status: ExitStatus) -> StartError {
        StartError::Ended { command: words.join(" "), status, output: self.output() }
    }

    fn kept_silent(&mut self, words: &[String], waited: Duration) -> StartError {
        // As exact as it is worth reading.
        let waited = Duration::from_millis(waited.as_millis() as u64 / 100 * 100);
        StartError::Silent { command: words.join(" "), waited, output: self.output() }
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.group.child.try_wait().ok().flatten()
    }

    fn output(&mut self) -> String {
        // What an ended process has printed is still on its way for a moment.
        if self.ended().is_some() {
            wait_until(MOMENT, || self.readers.iter().all(JoinHandle::is_finished));
        }
        let output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = output.iter().copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

fn wait_until(patience: Duration, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + patience;
    while !is_so() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(1));
    }
}

/// Reads a pipe to its end, so that the server never waits for it, and keeps the last of it.
fn keep_tail(
    mut pipe: impl Read + Send + 'static,
    tail: Arc<Mutex<VecDeque<u8>>>,
) -> JoinHandle<()> {
    thread::spawn(move || {
        let mut chunk = [0; 4096];
        while let Ok(length @ 1..) = pipe.read(&mut chunk) {
            let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
            tail.extend(chunk.get(..length).unwrap_or_default());
            let surplus = tail.len().saturating_sub(OUTPUT_LIMIT);
            tail.drain(..surplus);
        }
    })
}

/// Connects, in no more than `patience`.
///
/// # Errors
/// As the system says.
pub fn connect(address: SocketAddr, patience: Duration) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, patience)?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// The processes that are to end if this one is interrupted, each with its directory.
static LIVE: Mutex<BTreeMap<u32, PathBuf>> = Mutex::new(BTreeMap::new());

fn live() -> MutexGuard<'static, BTreeMap<u32, PathBuf>> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends all servers and this process on Ctrl-C or when it is told to terminate.
///
/// Servers run in process groups of their own, so a terminal's Ctrl-C does not reach them.
///
/// # Errors
/// When the process already has such a handler.
pub fn end_all_on_interrupt() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(|| {
        for (id, dir) in live().iter() {
            end_with_children(*id);
            // What a process holds on to a little longer is left to the system's own tidying.
            let _ = fs::remove_dir_all(dir);
        }
        std::process::exit(130);
    })
}

#[cfg(unix)]
fn end_with_children(id: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let group = i32::try_from(id).ok().and_then(Pid::from_raw);
    // An error says that the group has ended.
    let _ = group.map(|group| kill_process_group(group, Signal::KILL));
}

/// Whether what a process started still runs, when the process itself has been waited for.
#[cfg(unix)]
fn has_children(id: u32) -> bool {
    use rustix::process::{Pid, test_kill_process_group};
    let group = i32::try_from(id).ok().and_then(Pid::from_raw);
    group.is_some_and(|group| test_kill_process_group(group).is_ok())
}

/// `taskkill` returns when all are gone.
#[cfg(windows)]
fn has_children(_: u32) -> bool {
    false
}

#[cfg(windows)]
fn end_with_children(id: u32) {
    let arguments = ["/F", "/T", "/PID", &id.to_string()].map(str::to_owned);
    // An error says that the process has ended.
    let _ = Command::new("taskkill")
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::path::Path;

    use super::*;

    fn words(command: &str) -> Vec<String> {
        CommandLine::parse(command).expect(command).words
    }

    #[test]
    fn a_command_is_split_as_a_shell_splits_it() {
        assert_eq!(words("mine --port {port}"), ["mine", "--port", "{port}"]);
        assert_eq!(
            words("mine 'two words' \"{port} x\" ''"),
            ["mine", "two words", "{port} x", ""]
        );
        let line = CommandLine::parse("mine --port={port} {dir}").expect("a command");
        let place = Place { port: 20123, dir: "/tmp/x".into(), ..Place::default() };
        assert_eq!(line.filled(&place), ["mine", "--port=20123", "/tmp/x"]);
    }

    #[test]
    fn a_command_that_lacks_something_says_what() {
        let table = [
            ("mine '{port}", "a quote is not closed in the server's command: mine '{port}"),
            ("", "the server's command is empty"),
            ("mine", "the server's command must say where its {port} goes: mine"),
        ];
        for (command, reason) in table {
            assert_eq!(CommandLine::parse(command), Err(reason.to_owned()), "{command}");
        }
    }

    #[test]
    fn files_are_named_from_where_the_user_stands() {
        let words = words("cargo ./Cargo.toml src/nothing.rs {port}");
        assert!(Path::new(&words[1]).is_absolute() && Path::new(&words[1]).is_file(), "{words:?}");
        assert_eq!((words[0].as_str(), words[2].as_str()), ("cargo", "src/nothing.rs"));
    }

    /// A program that is started while a port is tried has everything that is open then, until it
    /// is the program that was asked for.
    #[cfg(unix)]
    #[test]
    fn a_claimed_port_is_free_while_other_programs_are_started() {
        let start = || {
            for _ in 0..250 {
                Command::new("true").status().expect("true");
            }
        };
        thread::scope(|scope| {
            let starting: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
            while !starting.iter().all(|thread| thread.is_finished()) {
                let port = fastrand::u16(PORTS);
                let Some(_claim) = claim(port) else { continue };
                TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the port is free");
            }
        });
    }
}

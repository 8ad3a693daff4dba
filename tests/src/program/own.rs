//! The course's own servers, of which it is known what they print.

use std::io::{BufRead, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

use super::{PATIENCE, Subject, equal};
use crate::load::Peer;
use crate::server::Group;

/// What the line says that a server prints when it is ready.
const READY: &str = "ready to accept connections on ";

/// A server on a port that the kernel chose. It is stopped when this is dropped.
pub(super) struct Own {
    /// Where it listens.
    pub(super) address: SocketAddr,
    /// The lines that it printed before it was ready.
    pub(super) log: Vec<String>,
    _group: Group,
    /// Open as long as the server runs: without a reader, its prints would fail.
    _stdout: BufReader<ChildStdout>,
}

impl Own {
    pub(super) fn connect(&self) -> Result<Peer> {
        Ok(Peer::connect(self.address, PATIENCE)?)
    }
}

/// How a program has ended, and what it has printed.
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Ended {
    /// Returns the one line with which the program was refused, without its beginning `stage-04: `.
    pub(super) fn refusal(&self, subject: &Subject) -> Result<String> {
        equal(self.status.code(), Some(2)).context("the exit code")?;
        equal(self.stdout.as_str(), "").context("on standard output")?;
        let line = self.stderr.strip_suffix('\n').filter(|line| !line.contains('\n'));
        let line = line.and_then(|line| line.strip_prefix(&format!("{}: ", subject.package)));
        let received = &self.stderr;
        Ok(line
            .with_context(|| {
                format!("expected one line that names the program, received {received:?}")
            })?
            .to_owned())
    }
}

/// Returns how a program has ended, if it does in this time.
pub(super) fn ended(group: &mut Group, patience: Duration) -> Result<Option<ExitStatus>> {
    let deadline = Instant::now() + patience;
    loop {
        let status = group.child.try_wait()?;
        if status.is_some() || Instant::now() > deadline {
            return Ok(status);
        }
        thread::sleep(Duration::from_millis(2));
    }
}

impl Subject {
    /// Returns the command that starts the binary with these arguments.
    pub(super) fn own_command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(args).stdin(Stdio::null());
        command
    }

    /// Starts the server in an empty directory, on a port that the kernel chooses.
    pub(super) fn start_own(&self, options: &[&str]) -> Result<(Own, TempDir)> {
        let dir = tempfile::tempdir()?;
        Ok((self.start_own_in(dir.path(), options)?, dir))
    }

    /// Starts the server in this directory, and returns once it says that it is ready.
    pub(super) fn start_own_in(&self, dir: &Path, options: &[&str]) -> Result<Own> {
        let mut command = self.own_command(&[&["--port", "0"], options].concat());
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut group = Group::spawn(&mut command, dir).context("cannot run the binary")?;
        let mut stdout = BufReader::new(group.child.stdout.take().context("a pipe")?);
        let mut log = Vec::new();
        for line in stdout.by_ref().lines() {
            let line = line?;
            if let Some(address) = line.strip_prefix(READY) {
                let address = address.parse().with_context(|| line.clone())?;
                return Ok(Own { address, log, _group: group, _stdout: stdout });
            }
            log.push(line);
        }
        bail!("expected the line '{READY}…', received {log:?} and the server's end")
    }

    /// Runs the binary to its end, in an empty directory: a server that starts after all finds
    /// nothing there to load, and is ended.
    pub(super) fn run(&self, args: &[&str]) -> Result<Ended> {
        let dir = tempfile::tempdir()?;
        let mut command = self.own_command(args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut group = Group::spawn(&mut command, dir.path()).context("cannot run the binary")?;
        let status = ended(&mut group, PATIENCE)?;
        let status = status.with_context(|| format!("expected {args:?} to end, but it goes on"))?;
        let (mut stdout, mut stderr) = (String::new(), String::new());
        group.child.stdout.take().context("a pipe")?.read_to_string(&mut stdout)?;
        group.child.stderr.take().context("a pipe")?.read_to_string(&mut stderr)?;
        Ok(Ended { status, stdout, stderr })
    }

    /// Returns the one line with which the binary refuses these arguments.
    pub(super) fn refusal(&self, args: &[&str]) -> Result<String> {
        self.run(args)?.refusal(self).with_context(|| format!("with {args:?}"))
    }
}

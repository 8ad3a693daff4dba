//! The stage's own binary, started as its user starts it.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// The path of the binary.
pub const BINARY: &str = env!(concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME")));

/// How long anything is waited for. Nothing takes nearly as long, and a test that does not hold
/// fails instead of going on for ever.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A running server, on a port that the system chose, in an empty directory of its own. It ends
/// when this is dropped.
pub struct Server {
    pub process: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// Open as long as the server runs: without a reader, its prints would fail.
    _stdout: BufReader<ChildStdout>,
    _dir: TempDir,
}

impl Server {
    /// Starts a server, and returns once it says that it is ready.
    pub fn start(options: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let mut command = Command::new(BINARY);
        command.args(["--port", "0"]).args(options).current_dir(&dir);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().expect("the binary runs");
        let mut stdout = BufReader::new(process.stdout.take().expect("a pipe"));
        let address = address(&mut stdout);
        Self { process, address, _stdout: stdout, _dir: dir }
    }

    /// Connects a client whose every read and write ends in time.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("the server accepts a client");
        stream.set_nodelay(true).expect("an option of the socket");
        stream.set_read_timeout(Some(PATIENCE)).expect("an option of the socket");
        stream.set_write_timeout(Some(PATIENCE)).expect("an option of the socket");
        stream
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // An error says that it has ended, which no test here wants: the test has failed already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Returns the address in the line that says that the server is ready.
fn address(stdout: &mut impl BufRead) -> SocketAddr {
    let lines = stdout.lines().map(|line| line.expect("lines of text"));
    let mut addresses = lines.filter_map(|line| {
        let address = line.strip_prefix("ready to accept connections on ")?;
        Some(address.parse().expect("an address and a port"))
    });
    addresses.next().expect("the server says that it is ready")
}

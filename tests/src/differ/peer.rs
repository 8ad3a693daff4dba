//! One connection to one server, on a plain socket.

use std::cell::Cell;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::resp::reply_length;
use crate::server;

/// More than this is a server that does not stop.
const FLOOD: usize = 256 * 1024 * 1024;

/// How many bytes a server's clients have sent and received.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bytes {
    /// To the server.
    pub sent: u64,
    /// From it.
    pub received: u64,
}

/// One connection to one server.
#[derive(Debug)]
pub struct Peer {
    stream: TcpStream,
    /// What all connections to this server add to.
    total: Rc<Cell<Bytes>>,
    /// What has come, without the replies that were taken.
    buffer: Vec<u8>,
    /// Whether the server has hung up.
    ended: bool,
}

/// What was received of the expected replies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Received {
    /// The replies.
    pub replies: Vec<Vec<u8>>,
    /// What came after them and is not a whole reply.
    pub rest: Vec<u8>,
    /// Whether the server has hung up.
    pub ended: bool,
}

impl Received {
    /// Returns how many bytes the replies have.
    #[must_use]
    pub fn size(&self) -> usize {
        self.replies.iter().map(Vec::len).sum()
    }
}

impl Peer {
    /// Connects to the server on this port, and counts in `total` what goes there and comes.
    ///
    /// # Errors
    /// As the system says.
    pub fn connect(port: u16, patience: Duration, total: &Rc<Cell<Bytes>>) -> io::Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let stream = server::connect(address, patience)?;
        stream.set_write_timeout(Some(patience))?;
        Ok(Self { stream, total: Rc::clone(total), buffer: Vec::new(), ended: false })
    }

    /// Sends bytes. That the server has hung up is for [`receive`](Self::receive) to see.
    ///
    /// # Errors
    /// When the server does not read.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.count(bytes.len(), 0);
        match self.stream.write_all(bytes) {
            Err(error) if is_timeout(&error) => Err(error),
            _ => Ok(()),
        }
    }

    /// Reads this many replies, and if `to_the_end` all that comes until the server closes the
    /// connection; less if it hangs up before, or at `until`.
    pub fn receive(&mut self, due: usize, to_the_end: bool, until: Instant) -> Received {
        let mut replies = Vec::new();
        let mut taken = 0;
        loop {
            let waiting = self.buffer.get(taken..).unwrap_or_default();
            if let Some(length) =
                reply_length(waiting).filter(|_| to_the_end || replies.len() < due)
            {
                replies.push(waiting.get(..length).unwrap_or_default().to_vec());
                taken += length;
            } else if (replies.len() >= due && !to_the_end) || !self.fill(until) {
                break;
            }
        }
        self.buffer.drain(..taken);
        let rest = if to_the_end || replies.len() < due || self.ended {
            std::mem::take(&mut self.buffer)
        } else {
            Vec::new()
        };
        Received { replies, rest, ended: self.ended }
    }

    /// Returns what has come that nobody asked for, and whether the server has hung up, without
    /// waiting for either.
    pub fn surplus(&mut self) -> (Vec<u8>, bool) {
        // A socket that cannot be switched is read with a short patience instead.
        let switched = self.stream.set_nonblocking(true);
        let until = Instant::now() + Duration::from_millis(1);
        while !self.ended && self.fill(until) {}
        if switched.is_ok() && self.stream.set_nonblocking(false).is_err() {
            self.ended = true;
        }
        (std::mem::take(&mut self.buffer), self.ended)
    }

    /// Says that nothing more will be sent.
    pub fn half_close(&mut self) {
        // An error says that the server has hung up already, which the next read sees.
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    fn count(&self, sent: usize, received: usize) {
        let total = self.total.get();
        let (sent, received) = (total.sent + sent as u64, total.received + received as u64);
        self.total.set(Bytes { sent, received });
    }

    /// Reads some more; false when nothing more comes.
    fn fill(&mut self, until: Instant) -> bool {
        let left = until.saturating_duration_since(Instant::now());
        if self.ended || left.is_zero() || self.buffer.len() > FLOOD {
            return false;
        }
        let mut chunk = [0; 16 * 1024];
        let read =
            self.stream.set_read_timeout(Some(left)).and_then(|()| self.stream.read(&mut chunk));
        match read {
            Ok(0) => self.ended = true,
            Ok(length) => {
                self.count(0, length);
                self.buffer.extend_from_slice(chunk.get(..length).unwrap_or_default());
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if is_timeout(&error) => return false,
            // Reset: the server hung up without having read everything.
            Err(_) => self.ended = true,
        }
        true
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

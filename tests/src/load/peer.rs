//! A client with a plain socket, honest or not.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::fault::{Fault, is_timeout, shown};
use crate::resp;
use crate::server;

/// A server that has taken nothing for so long has stopped to read.
const STALL: Duration = Duration::from_millis(500);

/// Bytes are compared in pieces, so that megabytes need no copy.
const CHUNK: usize = 64 * 1024;

/// A client whose every read and write ends in time.
#[derive(Debug)]
pub struct Peer {
    stream: TcpStream,
    patience: Duration,
}

impl Peer {
    /// Connects.
    ///
    /// # Errors
    /// When the server takes no connection.
    pub fn connect(address: SocketAddr, patience: Duration) -> Result<Self, Fault> {
        let connected = server::connect(address, patience).and_then(|stream| {
            stream.set_read_timeout(Some(patience))?;
            stream.set_write_timeout(Some(patience))?;
            Ok(Self { stream, patience })
        });
        connected.map_err(|error| Fault::of(&error, "a new client is let in", patience))
    }

    /// Sends all bytes.
    ///
    /// # Errors
    /// When the server does not take them.
    pub fn send(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let sent = self.stream.write_all(bytes);
        sent.map_err(|error| {
            Fault::of(&error, format!("the server takes {}", shown(bytes)), self.patience)
        })
    }

    /// Sends bytes until all are sent, or the server reads no more of them, or closes the
    /// connection. Returns how many were sent.
    ///
    /// # Errors
    /// When the socket has no timeouts.
    pub fn send_what_is_taken(&mut self, bytes: &[u8]) -> Result<usize, Fault> {
        let timeout = |peer: &Self, timeout| {
            let set = peer.stream.set_write_timeout(Some(timeout));
            set.map_err(|error| Fault::of(&error, "a socket with a timeout", timeout))
        };
        timeout(self, STALL)?;
        let mut sent = 0;
        while let Some(rest @ [_, ..]) = bytes.get(sent..) {
            match self.stream.write(rest) {
                Ok(count @ 1..) => sent += count,
                _ => break,
            }
        }
        timeout(self, self.patience)?;
        Ok(sent)
    }

    /// Checks the next bytes that come.
    ///
    /// # Errors
    /// When other bytes come, or none.
    pub fn expect(&mut self, due: &[u8]) -> Result<(), Fault> {
        for (number, due) in due.chunks(CHUNK).enumerate() {
            let mut came = vec![0; due.len()];
            let (count, error) = self.fill(&mut came);
            came.truncate(count);
            if came != due {
                came.extend(self.rest());
                let same = came.iter().zip(due).take_while(|(one, other)| one == other).count();
                // Short replies are shown whole.
                let same = if same < 64 { 0 } else { same };
                let expected = shown(due.get(same..).unwrap_or_default());
                let before = number * CHUNK + same;
                let expected = match before {
                    0 => expected,
                    _ => format!("after {before} bytes of a reply, {expected}"),
                };
                return Err(match (came.get(same..), error) {
                    (Some([]) | None, Some(error)) => Fault::of(&error, expected, self.patience),
                    (rest, _) => Fault::new(expected, shown(rest.unwrap_or_default())),
                });
            }
        }
        Ok(())
    }

    /// Reads until `bytes` is full, or says why it is not.
    fn fill(&mut self, bytes: &mut [u8]) -> (usize, Option<io::Error>) {
        let mut count = 0;
        while let Some(rest @ [_, ..]) = bytes.get_mut(count..) {
            match self.stream.read(rest) {
                Ok(0) => return (count, Some(io::ErrorKind::UnexpectedEof.into())),
                Ok(more) => count += more,
                // A system that stops a process for a moment breaks off a read that has a timeout.
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return (count, Some(error)),
            }
        }
        (count, None)
    }

    /// Returns a little of what follows, for a failure to show.
    fn rest(&mut self) -> Vec<u8> {
        let mut rest = vec![0; 256];
        // Without a timeout it would wait for what may never come.
        let set = self.stream.set_read_timeout(Some(Duration::from_millis(50)));
        let count = set.and_then(|()| self.stream.read(&mut rest)).unwrap_or_default();
        rest.truncate(count);
        rest
    }

    /// Returns the next line that comes, or `None` if none comes in time.
    ///
    /// # Errors
    /// When the connection ends, or what comes is no text.
    pub fn line(&mut self) -> Result<Option<String>, Fault> {
        let mut line = Vec::new();
        while !line.ends_with(b"\n") {
            let mut byte = [0];
            match self.fill(&mut byte) {
                (_, None) => line.extend(byte),
                (_, Some(error)) if is_timeout(&error) && line.is_empty() => return Ok(None),
                (_, Some(error)) => return Err(Fault::of(&error, "a line", self.patience)),
            }
        }
        let text = String::from_utf8(line);
        text.map(Some).map_err(|error| Fault::new("a line of text", error.to_string()))
    }

    /// Returns the next bytes that come, as many as these.
    ///
    /// # Errors
    /// When fewer come.
    pub fn take(&mut self, count: usize) -> Result<Vec<u8>, Fault> {
        let mut came = vec![0; count];
        match self.fill(&mut came) {
            (_, None) => Ok(came),
            (_, Some(error)) => Err(Fault::of(&error, format!("{count} bytes"), self.patience)),
        }
    }

    /// Returns the port from which it has connected.
    ///
    /// # Errors
    /// When the connection is gone.
    pub fn port(&self) -> Result<u16, Fault> {
        let address = self.stream.local_addr();
        let address = address.map_err(|error| Fault::of(&error, "an address", self.patience))?;
        Ok(address.port())
    }

    /// Returns the same connection once more, for a thread that reads while another one writes.
    ///
    /// # Errors When the kernel gives no descriptor for it.
    pub fn twin(&self) -> Result<Self, Fault> {
        match self.stream.try_clone() {
            Ok(stream) => Ok(Self { stream, patience: self.patience }),
            Err(error) => Err(Fault::of(&error, "one more descriptor", self.patience)),
        }
    }

    /// Whether nothing has come yet.
    #[must_use]
    pub fn is_kept_waiting(&self) -> bool {
        let peeked = self.stream.set_nonblocking(true).and_then(|()| self.stream.peek(&mut [0]));
        // This could only fail if the kernel refused, and then the next read says that.
        let _ = self.stream.set_nonblocking(false);
        peeked.is_err_and(|error| is_timeout(&error))
    }

    /// Checks that the server answers.
    ///
    /// # Errors
    /// When it does not.
    pub fn ping(&mut self) -> Result<(), Fault> {
        self.send(b"PING\r\n")?;
        self.expect(b"+PONG\r\n")
    }

    /// Sends a request as an array, and checks the reply.
    ///
    /// # Errors
    /// When another reply comes, or none.
    pub fn command(&mut self, words: &[&[u8]], due: &[u8]) -> Result<(), Fault> {
        self.send(&array(words))?;
        self.expect(due)
    }

    /// Sends nothing more and reads nothing more, on whichever thread.
    ///
    /// # Errors
    /// When the connection is gone already.
    pub fn hang_up(&mut self) -> Result<(), Fault> {
        let closed = self.stream.shutdown(Shutdown::Both);
        closed.map_err(|error| Fault::of(&error, "a connection to close", self.patience))
    }

    /// Sends nothing more, but goes on reading.
    ///
    /// # Errors
    /// When the connection is gone already.
    pub fn half_close(&mut self) -> Result<(), Fault> {
        let closed = self.stream.shutdown(Shutdown::Write);
        closed.map_err(|error| Fault::of(&error, "a connection to close", self.patience))
    }

    /// Reads to the end of the connection, and returns what still came.
    ///
    /// # Errors
    /// When the server does not close it.
    pub fn read_to_end(&mut self) -> Result<Vec<u8>, Fault> {
        let deadline = Instant::now() + self.patience;
        let (mut came, mut chunk) = (Vec::new(), vec![0; CHUNK]);
        loop {
            match self.stream.read(&mut chunk) {
                Ok(0) => return Ok(came),
                Ok(count) if Instant::now() < deadline => came.extend(chunk.iter().take(count)),
                Ok(_) => return Err(Fault::new("the server hangs up", "more and more bytes")),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // However it does that.
                Err(error) if !is_timeout(&error) => return Ok(came),
                Err(error) => return Err(Fault::of(&error, "the server hangs up", self.patience)),
            }
        }
    }

    /// Reads to the end of the connection, and keeps nothing of it.
    ///
    /// # Errors
    /// When there is neither a byte nor an end for long.
    pub fn discard(&mut self) -> Result<(), Fault> {
        let mut chunk = vec![0; CHUNK];
        loop {
            match self.stream.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Fault::of(&error, "replies to the last", self.patience)),
            }
        }
    }

    /// Leaves without a farewell: the server's next read or write fails.
    pub fn vanish(self) {
        // Where that cannot be set, it leaves as others do.
        let _ = socket2::SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
    }
}

/// Returns a request as an array of bulks.
#[must_use]
pub fn array(words: &[&[u8]]) -> Vec<u8> {
    resp::request(words)
}

/// Returns a bulk.
#[must_use]
pub fn bulk(bytes: &[u8]) -> Vec<u8> {
    [format!("${}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

//! A client that sends and reads plain bytes.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::player::{FAREWELL, Limits, Outcome, Trouble, marker};
use crate::printed::print_raw;
use crate::reply::Reply;
use crate::resp::split_replies;
use crate::server;
use crate::text::Place;
use crate::transcript::View;
use crate::waiting::{Patience, Waiting};

/// How long `@nothing` listens.
const QUIET: Duration = Duration::from_millis(100);

/// How long it listens at most, if the server does not rest.
const STILL_AT_WORK: Duration = Duration::from_secs(1);

/// A client with a plain socket.
pub(crate) struct Raw {
    stream: TcpStream,
    /// What has come and was not yet asked for.
    buffer: Vec<u8>,
    /// What was sent before its last step to read, or since, for a failure to show.
    sent: Vec<u8>,
    /// Whether its last step was to read, so that nothing more may come.
    has_read: bool,
    /// Whether something came since it was sent.
    was_answered: bool,
}

/// Why no more bytes came.
enum Dry {
    Late,
    Ended,
    Flood,
}

impl Raw {
    pub(crate) fn connect(address: SocketAddr, patience: Duration) -> io::Result<Self> {
        let stream = server::connect(address, patience)?;
        stream.set_write_timeout(Some(patience))?;
        Ok(Self {
            stream,
            buffer: Vec::new(),
            sent: Vec::new(),
            has_read: false,
            was_answered: false,
        })
    }

    /// Sends bytes, `size` in each write.
    pub(crate) fn send(&mut self, bytes: &[u8], at_once: usize, limits: &Limits) -> Outcome {
        // What got no answer yet may be the beginning of what comes now.
        if std::mem::take(&mut self.has_read) && std::mem::take(&mut self.was_answered) {
            self.sent.clear();
        }
        self.sent.extend_from_slice(bytes);
        let mut outcome = Outcome { sent: bytes.to_vec(), ..Outcome::default() };
        let deadline = Instant::now() + limits.patience.most;
        for part in bytes.chunks(at_once.max(1)) {
            match self.stream.write_all(part) {
                Ok(()) if Instant::now() < deadline => {}
                Err(error) if !is_timeout(&error) => {
                    // The server has closed, as it may when it has read enough. What it said
                    // before that is for the next step to see.
                    return outcome;
                }
                _ => {
                    outcome.printed.push(marker(&Trouble::NotReading, 0));
                    outcome.trouble = Some(Trouble::NotReading);
                    return outcome;
                }
            }
        }
        outcome
    }

    /// Reads this many whole replies.
    pub(crate) fn receive(&mut self, replies: usize, limits: &Limits) -> Outcome {
        self.receive_within(replies, limits, &mut limits.waiting())
    }

    /// Reads this many whole replies, as long as this makes sense.
    pub(crate) fn receive_within(
        &mut self,
        replies: usize,
        limits: &Limits,
        waiting: &mut Waiting,
    ) -> Outcome {
        self.has_read = true;
        let sent = self.sent.clone();
        let mut dry = None;
        while dry.is_none() && split_replies(&self.buffer).0.len() < replies {
            dry = self.fill(limits, waiting);
        }
        let whole =
            split_replies(&self.buffer).0.iter().take(replies).map(|reply| reply.len()).sum();
        self.was_answered |= whole > 0;
        // Without all replies, the part of one that came is shown too.
        let taken = if dry.is_some() { self.buffer.len() } else { whole };
        let received: Vec<u8> = self.buffer.drain(..taken).collect();
        let mut printed = print_raw(&received, &limits.place);
        let trouble = dry.map(|dry| match dry {
            Dry::Late => Trouble::Silence,
            Dry::Ended => Trouble::Closed,
            Dry::Flood => Trouble::Flood,
        });
        printed.extend(trouble.as_ref().map(|trouble| marker(trouble, printed.len())));
        Outcome { printed, sent, received, trouble, ..Outcome::default() }
    }

    /// Asks for RESP3, and prints of the reply only its kind and length: it contains the client's
    /// number, which is another in every run.
    pub(crate) fn resp3(&mut self, limits: &Limits) -> Outcome {
        const HELLO: &[u8] = b"*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n";
        let sent = self.send(HELLO, HELLO.len(), limits);
        if sent.trouble.is_some() {
            return sent;
        }
        let outcome = self.receive(1, limits);
        match Reply::decode(&outcome.received) {
            Some(reply) => {
                Outcome { printed: vec![reply.print(&View::Length, &limits.place)], ..outcome }
            }
            None => outcome,
        }
    }

    /// Listens for a moment in which nothing should come.
    pub(crate) fn nothing(&mut self, limits: &Limits) -> Outcome {
        self.has_read = true;
        let sent = self.sent.clone();
        // A server that is still at work may yet say something.
        let most = limits.process.map_or(QUIET, |_| STILL_AT_WORK);
        let mut waiting = Waiting::new(Patience::new(most, QUIET), limits.process);
        let ended = loop {
            match self.fill(limits, &mut waiting) {
                None => {}
                Some(dry) => break matches!(dry, Dry::Ended),
            }
        };
        let received = std::mem::take(&mut self.buffer);
        self.was_answered |= !received.is_empty();
        let mut printed = print_raw(&received, &limits.place);
        if ended {
            printed.push("(closed)".into());
        } else if printed.is_empty() {
            printed.push("(nothing)".into());
        }
        Outcome { printed, sent, received, ..Outcome::default() }
    }

    /// Says that nothing more will be sent.
    pub(crate) fn half_close(&mut self) -> Outcome {
        // An error says that the server has closed already, which the next step will see.
        let _ = self.stream.shutdown(Shutdown::Write);
        Outcome::default()
    }

    /// Reads until the server closes.
    pub(crate) fn closed(&mut self, limits: &Limits) -> Outcome {
        self.has_read = true;
        let sent = self.sent.clone();
        let mut waiting = limits.waiting();
        let dry = loop {
            if let Some(dry) = self.fill(limits, &mut waiting) {
                break dry;
            }
        };
        let received = std::mem::take(&mut self.buffer);
        let mut printed = print_raw(&received, &limits.place);
        let trouble = match dry {
            Dry::Ended => None,
            Dry::Late => Some(Trouble::StillOpen),
            Dry::Flood => Some(Trouble::Flood),
        };
        printed.push(marker(trouble.as_ref().unwrap_or(&Trouble::Closed), 0));
        Outcome { printed, sent, received, trouble, ..Outcome::default() }
    }

    /// Reads some more; `None` when some came.
    fn fill(&mut self, limits: &Limits, waiting: &mut Waiting) -> Option<Dry> {
        if self.buffer.len() > limits.bytes {
            return Some(Dry::Flood);
        }
        let mut chunk = vec![0; 64 * 1024];
        match self.read_in_time(&mut chunk, waiting) {
            Ok(0) => Some(Dry::Ended),
            Ok(length) => {
                self.buffer.extend_from_slice(chunk.get(..length).unwrap_or_default());
                None
            }
            Err(error) if is_timeout(&error) => Some(Dry::Late),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => None,
            // Reset: the server closed without having read everything.
            Err(_) => Some(Dry::Ended),
        }
    }

    /// Reads for as long as it makes sense to wait.
    fn read_in_time(&mut self, chunk: &mut [u8], waiting: &mut Waiting) -> io::Result<usize> {
        loop {
            self.stream.set_read_timeout(Some(waiting.next_look()))?;
            match self.stream.read(chunk) {
                Err(error) if is_timeout(&error) && !waiting.is_over() => {}
                read => return read,
            }
        }
    }

    /// Closes the connection, and returns what came after the last expected reply.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        if !self.has_read {
            return Vec::new();
        }
        self.half_close();
        let place = Place::default();
        let patience = FAREWELL.into();
        let limits = Limits { patience, process: None, bytes: 64 * 1024, place };
        let mut waiting = limits.waiting();
        while self.fill(&limits, &mut waiting).is_none() {}
        self.buffer
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

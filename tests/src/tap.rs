//! A tap on a client's wire: passes every byte on, both ways, and keeps what the server sent.
//!
//! The `redis` crate tells what a reply means, not how it was written. A failure has to show the
//! bytes, and a server that sends without end must not fill the memory.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::resp::after_replies;
use crate::waiting::Waiting;

/// So much of what the server sent is kept; more than this nobody reads in a failure.
pub const KEPT: usize = 64 * 1024;

/// A wire between a client and a server, and its record since the last [`Tap::mark`].
#[derive(Debug)]
pub struct Tap {
    client: TcpStream,
    server: TcpStream,
    shared: Arc<Shared>,
}

/// The bytes of one exchange.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exchange {
    /// What the server sent, up to a limit.
    pub received: Vec<u8>,
    /// How much the server sent.
    pub received_total: usize,
    /// The server sent more than it was asked for by any measure, and was cut off.
    pub flooded: bool,
    /// The server was not done when the step's time was over, and was cut off.
    pub late: bool,
    /// The server closed.
    pub closed: bool,
}

#[derive(Debug)]
struct Shared {
    record: Mutex<Record>,
    changed: Condvar,
}

#[derive(Debug)]
struct Record {
    exchange: Exchange,
    limit: usize,
    deadline: Instant,
}

impl Tap {
    /// Puts a tap between `server` and the client that `connect` makes for the given address.
    ///
    /// `connect` must not wait for the server to say something. What it says all the same has the
    /// limits of a first exchange.
    ///
    /// # Errors
    /// As the system or `connect` says.
    pub fn between<C>(
        server: TcpStream,
        limit: usize,
        deadline: Instant,
        connect: impl FnOnce(SocketAddr) -> io::Result<C>,
    ) -> io::Result<(Self, C)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let connection = connect(listener.local_addr()?)?;
        let (client, _) = listener.accept()?;
        client.set_nodelay(true)?;
        let record = Record { exchange: Exchange::default(), limit, deadline };
        let shared = Arc::new(Shared { record: Mutex::new(record), changed: Condvar::new() });
        let tap = Self { client, server, shared };
        tap.pump(&tap.client, &tap.server, |_, _| true)?;
        tap.pump(&tap.server, &tap.client, Shared::note)?;
        Ok((tap, connection))
    }

    fn pump(
        &self,
        from: &TcpStream,
        to: &TcpStream,
        note: fn(&Shared, &[u8]) -> bool,
    ) -> io::Result<()> {
        let (mut from, mut to) = (from.try_clone()?, to.try_clone()?);
        let shared = Arc::clone(&self.shared);
        thread::spawn(move || {
            let mut chunk = vec![0; 64 * 1024];
            loop {
                // A wire that breaks ends like one that is closed.
                let length = from.read(&mut chunk).unwrap_or(0);
                let bytes = chunk.get(..length).unwrap_or_default();
                if !note(&shared, bytes) {
                    // Either may be closed already.
                    let _ = from.shutdown(Shutdown::Both);
                    let _ = to.shutdown(Shutdown::Both);
                    return;
                }
                if length == 0 || to.write_all(bytes).is_err() {
                    let _ = to.shutdown(Shutdown::Write);
                    return;
                }
            }
        });
        Ok(())
    }

    /// Begins a new exchange, in which the server may send `limit` bytes until `deadline`.
    ///
    /// What has come since the last one belongs to it, after so many replies that were read.
    pub fn mark(&self, read: usize, limit: usize, deadline: Instant) {
        let mut record = self.shared.lock();
        record.limit = limit;
        record.deadline = deadline;
        let received = after_replies(&record.exchange.received, read).to_vec();
        record.exchange.received_total = received.len();
        record.exchange.received = received;
    }

    /// Does something that waits for the server, and closes the wire when it is in vain to wait on.
    pub(crate) fn until(&self, mut waiting_for: Waiting, read: impl FnOnce()) {
        thread::scope(|scope| {
            let (done, waiting) = mpsc::channel::<()>();
            scope.spawn(move || {
                let late = loop {
                    match waiting.recv_timeout(waiting_for.next_look()) {
                        Err(RecvTimeoutError::Timeout) if waiting_for.is_over() => break true,
                        Err(RecvTimeoutError::Timeout) => {}
                        _ => break false,
                    }
                };
                if late {
                    self.shared.lock().exchange.late = true;
                    self.close();
                }
            });
            read();
            drop(done);
        });
    }

    /// Returns what went by since the last mark.
    #[must_use]
    pub fn exchange(&self) -> Exchange {
        self.shared.lock().exchange.clone()
    }

    /// Ends the two threads; an error says that they have ended.
    fn close(&self) {
        let _ = self.client.shutdown(Shutdown::Both);
        let _ = self.server.shutdown(Shutdown::Both);
    }

    /// Tells the server that the client has nothing more to say, and waits a little for its end.
    #[must_use]
    pub fn finish(&self, patience: Duration) -> Exchange {
        // An error says that the wire is closed, which the record knows.
        let _ = self.server.shutdown(Shutdown::Write);
        let record = self.shared.lock();
        let waited = self
            .shared
            .changed
            .wait_timeout_while(record, patience, |record| !record.exchange.closed);
        let (record, _) = waited.unwrap_or_else(PoisonError::into_inner);
        record.exchange.clone()
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what the server sent; `false` if that is too much, or too late.
    fn note(&self, bytes: &[u8]) -> bool {
        let mut record = self.lock();
        if record.exchange.late {
            // The client has given up, and does not hear this. A server that never flushed writes
            // its reply now, since the wire ends.
            return false;
        }
        let room = KEPT.saturating_sub(record.exchange.received.len());
        record.exchange.received.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        record.exchange.received_total += bytes.len();
        record.exchange.closed |= bytes.is_empty();
        self.changed.notify_all();
        record.exchange.flooded |= record.exchange.received_total > record.limit;
        record.exchange.late |= !bytes.is_empty() && Instant::now() > record.deadline;
        !record.exchange.flooded && !record.exchange.late
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_after_the_client_has_given_up_was_not_received() {
        let later = Instant::now() + Duration::from_secs(3600);
        let exchange = Exchange { late: true, ..Exchange::default() };
        let record = Record { exchange: exchange.clone(), limit: KEPT, deadline: later };
        let shared = Shared { record: Mutex::new(record), changed: Condvar::new() };
        assert!(!shared.note(b"+PONG\r\n"));
        assert!(!shared.note(b""));
        assert_eq!(shared.lock().exchange, exchange);
    }
}

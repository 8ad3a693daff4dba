//! One client's connection: reads requests, has them executed, writes replies.

use std::future;
use std::mem;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use stage_08::command::Then;
use stage_08::resp::Decoder;
use stage_08::stats::Traffic;
use stage_08::walk::Walk;
use stage_08::{Server, command};
use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync;
use tokio::task;
use tokio::time::{self, Instant};

use crate::wall_clock::now;

/// How many bytes are asked for at once, at least (Redis: `PROTO_IOBUF_LEN`).
const READ_SIZE: usize = 16 * 1024;
/// An empty buffer larger than this is given back. A client that once sent something large may
/// stay for days.
const MAX_IDLE_CAPACITY: usize = 256 * 1024;
/// As much room may be free in a buffer for as long as the client is there (Redis:
/// `PROTO_RESIZE_THRESHOLD`).
const MAX_SPARE: usize = 2 * READ_SIZE;
/// So often, more room than that is given back (Redis: in `clientsCronResizeQueryBuffer`).
const TRIM_INTERVAL: Duration = Duration::from_secs(2);
/// How many bytes are written at once, at most. The kernel copies them, and while it does so, the
/// other clients wait (Redis: `NET_MAX_WRITES_PER_EVENT`).
const MAX_WRITE: usize = 256 * 1024;
/// A request larger than this ends the connection (Redis: `client-query-buffer-limit`).
const MAX_INPUT: usize = 1024 * 1024 * 1024;
/// While so many bytes of replies wait for the client to read them, its requests wait, too.
const MAX_OUTPUT: usize = 64 * 1024 * 1024;

/// What lies between a client and the core.
#[derive(Debug, Default)]
struct Connection {
    decoder: Decoder,
    /// What has arrived and is not yet answered.
    input: BytesMut,
    /// Replies that the client has not yet taken.
    output: BytesMut,
    /// Whether the connection ends once they are sent.
    closing: bool,
}

/// Serves one client until it leaves, is told to, or breaks the protocol, and every reply owed is
/// written. It leaves the list of clients with the end of this, even if that comes from outside.
pub async fn serve(mut stream: TcpStream, id: u64, server: Arc<Mutex<Server>>) -> io::Result<()> {
    let mut listed = Listed { id, server: &server, traffic: Traffic::default() };
    // Replies are written whole: there is nothing to come that could go along with them.
    stream.set_nodelay(true)?;
    let (mut source, mut sink) = stream.split();
    let mut connection = Connection::default();
    let mut walking = pin!(None);
    // It is waited for only while there is something to give back: a timer that runs is a cost for
    // each wait.
    let mut trim = pin!(time::sleep(TRIM_INTERVAL));
    loop {
        // After a write nothing new has arrived, and we skip reading the clock.
        if !connection.input.is_empty()
            && walking.is_none()
            && let Some(walk) = connection.answer(&mut listed)
        {
            walking.set(Some(run(walk, &server)));
        }
        let Connection { input, output, closing, .. } = &mut connection;
        input.reserve(READ_SIZE);
        if !output.is_empty() {
            // Others who have sent something are read first. Replies that go out together wake the
            // peers less often, and this thread stays awake meanwhile: waking it would take longer
            // than the work itself. Redis waits with its replies for `beforeSleep`.
            task::yield_now().await;
        }
        let to_trim = has_spare(input) || has_spare(output);
        let to_write = output.len().min(MAX_WRITE);
        tokio::select! {
            biased;
            count = sink.write(&output[..to_write]), if !output.is_empty() => {
                listed.traffic.writes += 1;
                let count = count?;
                listed.traffic.output += count as u64;
                output.advance(count);
                release(output);
                let mut server = lock(&server);
                listed.flush(&mut server, input, output);
                if let Some(client) = server.clients.get_mut(id) {
                    client.waits_to_write = !output.is_empty();
                    // If it takes less than it could, it reads slowly, and this is a sign of it.
                    if count < to_write {
                        client.last_interaction = now();
                    }
                }
            }
            // During a walk only so much that a broken connection is noticed.
            count = source.read_buf(input),
                if !*closing && output.len() < MAX_OUTPUT && (walking.is_none() || input.is_empty()) =>
            {
                listed.traffic.reads += 1;
                let count = count?;
                listed.traffic.input += count as u64;
                *closing = count == 0;
                if input.len() > MAX_INPUT {
                    return Err(io::Error::other("a request of more than 1 GiB"));
                }
            }
            walk = async {
                match walking.as_mut().as_pin_mut() {
                    Some(walking) => walking.await,
                    None => future::pending().await,
                }
            }, if walking.is_some() => {
                command::end_walk(walk, &mut lock(&server), id, output);
                walking.set(None);
            }
            () = &mut trim, if !*closing && to_trim => {
                shrink(input);
                shrink(output);
                trim.as_mut().reset(Instant::now() + TRIM_INTERVAL);
                listed.flush(&mut lock(&server), input, output);
            }
            else => return Ok(()),
        }
    }
}

impl Connection {
    /// Answers the requests that have arrived. After one that breaks the protocol, or says goodbye,
    /// no other is. If one takes a walk, returns the walk; what comes after that request has to
    /// wait.
    fn answer(&mut self, listed: &mut Listed<'_>) -> Option<Walk> {
        // They have arrived together, so they are executed at the same time.
        let time = now();
        let mut server = lock(listed.server);
        server.stats.sample(time);
        listed.flush(&mut server, &self.input, &self.output);
        if let Some(client) = server.clients.get_mut(listed.id) {
            client.last_interaction = time;
        }
        let mut walk = None;
        while walk.is_none() && !self.closing && self.output.len() < MAX_OUTPUT {
            match self.decoder.decode(&self.input) {
                Ok(None) => break,
                Ok(Some(request)) => {
                    let output = &mut self.output;
                    match command::execute(&request.args, &mut server, listed.id, time, output) {
                        Then::Read => {}
                        Then::Close => self.closing = true,
                        Then::Walk(next) => walk = Some(next),
                    }
                    self.input.advance(request.length);
                }
                Err(error) => {
                    command::refuse(&error, &mut server, listed.id, &mut self.output);
                    self.closing = true;
                }
            }
        }
        if self.closing {
            self.input.clear();
        }
        release(&mut self.input);
        listed.flush(&mut server, &self.input, &self.output);
        walk
    }
}

/// A client's place in the list of clients. It is free when this is dropped: at the end of the
/// client's task, also when another client has ended it.
struct Listed<'a> {
    id: u64,
    server: &'a Mutex<Server>,
    /// What went on that is not yet in the server's count.
    traffic: Traffic,
}

impl Listed<'_> {
    /// Makes known to others what went on, and how large the buffers are.
    fn flush(&mut self, server: &mut Server, input: &BytesMut, output: &BytesMut) {
        server.stats.traffic += mem::take(&mut self.traffic);
        if let Some(client) = server.clients.get_mut(self.id) {
            client.note_buffers(input, output);
        }
    }
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        let mut server = lock(self.server);
        // The read that met the end counts, too, and so does one that failed.
        server.stats.traffic += self.traffic;
        server.clients.remove(self.id);
    }
}

/// Goes to the end of a walk. After each step the others have their turn.
async fn run(mut walk: Walk, server: &Mutex<Server>) -> Walk {
    /// Held by the walk that goes on: many at once would keep the others waiting for as many steps,
    /// and take as many times the memory. Tokio's, because it is waited for, and held over waits.
    static TURN: sync::Mutex<()> = sync::Mutex::const_new(());
    let _turn = TURN.lock().await;
    while !walk.step(&lock(server).databases, now()) {
        task::yield_now().await;
    }
    walk
}

/// Std's lock and not tokio's: nothing waits while it holds it, and the compiler sees to that.
pub fn lock(server: &Mutex<Server>) -> MutexGuard<'_, Server> {
    server.lock().expect("nothing panics while it holds the lock")
}

/// Lets go of a buffer that is empty and large.
fn release(buffer: &mut BytesMut) {
    if buffer.is_empty() && buffer.try_reclaim(MAX_IDLE_CAPACITY + 1) {
        *buffer = BytesMut::new();
    }
}

/// Whether a buffer that holds little has room for much more. The room that `advance` has left
/// before its bytes counts, too.
fn has_spare(buffer: &mut BytesMut) -> bool {
    buffer.len() <= MAX_SPARE && buffer.try_reclaim(MAX_SPARE + 1)
}

/// Gives back the room that is free in a buffer.
fn shrink(buffer: &mut BytesMut) {
    if has_spare(buffer) {
        *buffer = BytesMut::from(&buffer[..]);
    }
}

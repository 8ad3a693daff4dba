//! One client's connection: reads requests, has them executed, writes replies.

use std::pin::pin;
use std::sync::Mutex;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use stage_06::out::Out;
use stage_06::resp::Decoder;
use stage_06::{Server, command};
use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
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

/// Serves one client until it leaves or breaks the protocol, and every reply owed is written.
pub async fn serve(mut stream: TcpStream, server: &Mutex<Server>) -> io::Result<()> {
    // Replies are written whole: there is nothing to come that could go along with them.
    stream.set_nodelay(true)?;
    let (mut source, mut sink) = stream.split();
    let mut connection = Connection::default();
    // It is waited for only while there is something to give back: a timer that runs is a cost for
    // each wait.
    let mut trim = pin!(time::sleep(TRIM_INTERVAL));
    loop {
        // After a write nothing new has arrived, and we skip reading the clock.
        if !connection.input.is_empty() {
            connection.answer(server);
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
        tokio::select! {
            biased;
            count = sink.write(&output[..output.len().min(MAX_WRITE)]), if !output.is_empty() => {
                output.advance(count?);
                release(output);
            }
            count = source.read_buf(input), if !*closing && output.len() < MAX_OUTPUT => {
                *closing = count? == 0;
                if input.len() > MAX_INPUT {
                    return Err(io::Error::other("a request of more than 1 GiB"));
                }
            }
            () = &mut trim, if !*closing && to_trim => {
                shrink(input);
                shrink(output);
                trim.as_mut().reset(Instant::now() + TRIM_INTERVAL);
            }
            else => return Ok(()),
        }
    }
}

impl Connection {
    /// Answers the requests that have arrived. After one that breaks the protocol, no other can be.
    fn answer(&mut self, server: &Mutex<Server>) {
        let mut server = server.lock().expect("nothing panics while it holds the lock");
        // They have arrived together, so they are executed at the same time.
        let time = now();
        while !self.closing && self.output.len() < MAX_OUTPUT {
            match self.decoder.decode(&self.input) {
                Ok(None) => break,
                Ok(Some(request)) => {
                    if !request.args.is_empty() {
                        command::execute(&request.args, &mut server, time, &mut self.output);
                    }
                    self.input.advance(request.length);
                }
                Err(error) => {
                    Out::new(&mut self.output).error(&error.text());
                    self.input.clear();
                    self.closing = true;
                }
            }
        }
        release(&mut self.input);
    }
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

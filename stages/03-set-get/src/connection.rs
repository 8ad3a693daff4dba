//! One client's connection: reads requests, has them executed, writes replies.

use std::pin::pin;
use std::sync::Mutex;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use stage_03::command;
use stage_03::db::Db;
use stage_03::out::Out;
use stage_03::resp::Decoder;
use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task;
use tokio::time::{self, Instant};

/// The least room for the next read, in bytes (Redis: `PROTO_IOBUF_LEN`).
const READ_SIZE: usize = 16 * 1024;
/// The largest empty buffer that is kept; a larger one is freed. A client that once sent something
/// large may stay connected for days.
const MAX_IDLE_CAPACITY: usize = 256 * 1024;
/// How much spare room a buffer may keep while its client is connected (Redis:
/// `PROTO_RESIZE_THRESHOLD`).
const MAX_SPARE: usize = 2 * READ_SIZE;
/// How often spare room beyond `MAX_SPARE` is freed (Redis: in `clientsCronResizeQueryBuffer`).
const TRIM_INTERVAL: Duration = Duration::from_secs(2);
/// The most bytes to write at once. While the kernel copies them, the other clients wait (Redis:
/// `NET_MAX_WRITES_PER_EVENT`).
const MAX_WRITE: usize = 256 * 1024;
/// The largest request in bytes. A larger one closes the connection (Redis:
/// `client-query-buffer-limit`).
const MAX_INPUT: usize = 1024 * 1024 * 1024;
/// Backpressure: while this many bytes of replies are unsent, the client's requests wait.
const MAX_OUTPUT: usize = 64 * 1024 * 1024;

/// The buffers between a client and the core.
#[derive(Debug, Default)]
struct Connection {
    decoder: Decoder,
    /// The bytes received and not yet answered.
    input: BytesMut,
    /// The replies not yet sent.
    output: BytesMut,
    /// Whether to close the connection once the replies are sent.
    closing: bool,
}

/// Serves one client until it leaves or breaks the protocol, and writes every reply that it owes.
pub async fn serve(mut stream: TcpStream, db: &Mutex<Db>) -> io::Result<()> {
    // Replies are written whole, so a delayed packet (Nagle's algorithm) would gain nothing.
    stream.set_nodelay(true)?;
    let (mut source, mut sink) = stream.split();
    let mut connection = Connection::default();
    // The loop awaits this timer only while there is memory to free: a running timer makes every
    // wait more expensive.
    let mut trim = pin!(time::sleep(TRIM_INTERVAL));
    loop {
        connection.answer(db);
        let Connection { input, output, closing, .. } = &mut connection;
        input.reserve(READ_SIZE);
        if !output.is_empty() {
            // Requests from other clients are read first. Replies sent together wake their
            // receivers less often, and this thread stays awake meanwhile: waking it would take
            // longer than the work itself. Redis defers its replies to `beforeSleep`.
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
    /// Answers the requests that have arrived, up to one that breaks the protocol.
    fn answer(&mut self, db: &Mutex<Db>) {
        let mut db = db.lock().expect("nothing panics while it holds the lock");
        while !self.closing && self.output.len() < MAX_OUTPUT {
            match self.decoder.decode(&self.input) {
                Ok(None) => break,
                Ok(Some(request)) => {
                    if !request.args.is_empty() {
                        command::execute(&request.args, &mut db, &mut self.output);
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

/// Frees a buffer that is empty and large.
fn release(buffer: &mut BytesMut) {
    if buffer.is_empty() && buffer.try_reclaim(MAX_IDLE_CAPACITY + 1) {
        *buffer = BytesMut::new();
    }
}

/// Returns whether a buffer that holds little has room for much more. The room that `advance` has
/// left before its bytes counts, too.
fn has_spare(buffer: &mut BytesMut) -> bool {
    buffer.len() <= MAX_SPARE && buffer.try_reclaim(MAX_SPARE + 1)
}

/// Frees the spare room of a buffer.
fn shrink(buffer: &mut BytesMut) {
    if has_spare(buffer) {
        *buffer = BytesMut::from(&buffer[..]);
    }
}

//! One client's connection: reads requests, has them executed, writes replies.

use std::pin::pin;
use std::time::Duration;

use stage_06::resp::{Decoder, Reply};
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
/// As much room may be free in the two buffers for as long as the client is there (Redis:
/// `PROTO_RESIZE_THRESHOLD`).
const MAX_SPARE: usize = 2 * READ_SIZE;
/// So often, more room than that is given back (Redis: in `clientsCronResizeQueryBuffer`).
const TRIM_INTERVAL: Duration = Duration::from_secs(2);
/// A request larger than this ends the connection (Redis: `client-query-buffer-limit`).
const MAX_INPUT: usize = 1024 * 1024 * 1024;
/// While so many bytes of replies wait for the client to read them, its requests wait, too.
const MAX_OUTPUT: usize = 64 * 1024 * 1024;

/// Serves one client until it leaves or breaks the protocol, and every reply owed is written.
pub async fn serve(mut stream: TcpStream, server: &Server) -> io::Result<()> {
    // Replies are written whole: there is nothing to come that could go along with them.
    stream.set_nodelay(true)?;
    let (mut source, mut sink) = stream.split();
    let mut decoder = Decoder::default();
    let (mut input, mut output) = (Vec::new(), Vec::new());
    let mut written = 0;
    let mut reading = true;
    // It is waited for only while there is something to give back: a timer that runs is a cost for
    // each wait.
    let mut trim = pin!(time::sleep(TRIM_INTERVAL));
    loop {
        // After a write nothing new has arrived, and nobody has to ask what time it is.
        if !input.is_empty() {
            reading &= answer(&mut decoder, &mut input, &mut output, server);
        }
        input.reserve(READ_SIZE);
        if !output.is_empty() {
            // Others who have sent something are read first. Replies that go out together wake the
            // peers less often, and this thread stays awake meanwhile: waking it would take longer
            // than the work itself. Redis waits with its replies for `beforeSleep`.
            task::yield_now().await;
        }
        let spare = input.capacity() - input.len() + output.capacity() - output.len();
        tokio::select! {
            biased;
            count = sink.write(&output[written..]), if !output.is_empty() => {
                written += count?;
                if written == output.len() {
                    output.clear();
                    release(&mut output, MAX_IDLE_CAPACITY);
                    written = 0;
                }
            }
            count = source.read_buf(&mut input), if reading && output.len() < MAX_OUTPUT => {
                reading = count? > 0;
                if input.len() > MAX_INPUT {
                    return Err(io::Error::other("a request of more than 1 GiB"));
                }
            }
            () = &mut trim, if reading && spare > MAX_SPARE => {
                release(&mut input, READ_SIZE);
                release(&mut output, READ_SIZE);
                input.shrink_to(input.len() + READ_SIZE);
                trim.as_mut().reset(Instant::now() + TRIM_INTERVAL);
            }
            else => return Ok(()),
        }
    }
}

/// Answers the requests that have arrived. Returns false if one broke the protocol: that reply is
/// the last.
fn answer(
    decoder: &mut Decoder,
    input: &mut Vec<u8>,
    output: &mut Vec<u8>,
    server: &Server,
) -> bool {
    let mut done = 0;
    let mut keep_reading = true;
    // They have arrived together, so they are executed at the same time.
    let time = now();
    while keep_reading && output.len() < MAX_OUTPUT {
        match decoder.decode(&input[done..]) {
            Ok(None) => break,
            Ok(Some(request)) => {
                done += request.length;
                if !request.args.is_empty() {
                    command::execute(&request.args, server, time).encode(output);
                }
            }
            Err(error) => {
                done = input.len();
                keep_reading = false;
                Reply::from(error).encode(output);
            }
        }
    }
    input.drain(..done);
    release(input, MAX_IDLE_CAPACITY);
    keep_reading
}

/// Lets go of a buffer that is empty and larger than this.
fn release(buffer: &mut Vec<u8>, most: usize) {
    if buffer.is_empty() && buffer.capacity() > most {
        *buffer = Vec::new();
    }
}

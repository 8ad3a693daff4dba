//! One client's connection: reads requests, has them executed, writes replies.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use std::{mem, panic};

use stage_08::client::Client;
use stage_08::clients::Connection;
use stage_08::resp::{Decoder, Reply};
use stage_08::{Server, command};
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

/// Serves one client until it leaves, is told to, or breaks the protocol, and every reply owed is
/// written; or until another client ends the connection.
pub async fn serve(stream: TcpStream, peer: SocketAddr, server: &Arc<Server>) -> io::Result<()> {
    let connection = Connection {
        address: peer.to_string(),
        local_address: stream.local_addr()?.to_string(),
        fd: descriptor(&stream),
    };
    let mut client = server.clients.add(connection, now());
    let id = client.id;
    server.stats.connections.add(1);
    // A task of its own, since a task can be ended from outside, whatever it waits for.
    let client_task = task::spawn({
        let server = Arc::clone(server);
        async move {
            let served = run_client(stream, &server, &mut client).await;
            // The read that met the end counts, too, and so does one that failed.
            server.flush_client(&mut client);
            served
        }
    });
    let end = client_task.abort_handle();
    server.clients.on_kill(id, move || end.abort());
    let ended = client_task.await;
    server.clients.remove(id);
    match ended {
        Ok(served) => served,
        Err(error) if error.is_cancelled() => Ok(()),
        Err(error) => panic::resume_unwind(error.into_panic()),
    }
}

async fn run_client(
    mut stream: TcpStream,
    server: &Arc<Server>,
    client: &mut Client,
) -> io::Result<()> {
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
            reading &= answer(&mut decoder, &mut input, &mut output, server, client).await?;
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
                client.traffic.writes += 1;
                let count = count?;
                client.traffic.output += count as u64;
                if count < output.len() {
                    // It reads slowly, and this is a sign of it.
                    client.state.last_interaction = now();
                }
                written += count;
                if written == output.len() {
                    output.clear();
                    release(&mut output, MAX_IDLE_CAPACITY);
                    written = 0;
                }
                client.state.waits_to_write = written > 0;
                client.note_buffers(&input, &output);
                server.flush_client(client);
            }
            count = source.read_buf(&mut input), if reading && output.len() < MAX_OUTPUT => {
                client.traffic.reads += 1;
                let count = count?;
                client.traffic.input += count as u64;
                reading = count > 0;
                if input.len() > MAX_INPUT {
                    return Err(io::Error::other("a request of more than 1 GiB"));
                }
            }
            () = &mut trim, if reading && spare > MAX_SPARE => {
                release(&mut input, READ_SIZE);
                release(&mut output, READ_SIZE);
                input.shrink_to(input.len() + READ_SIZE);
                trim.as_mut().reset(Instant::now() + TRIM_INTERVAL);
                client.note_buffers(&input, &output);
                server.flush_client(client);
            }
            else => break,
        }
    }
    Ok(())
}

/// Answers the requests that have arrived. Returns false if one broke the protocol, or the client
/// is to leave: that reply is the last.
async fn answer(
    decoder: &mut Decoder,
    input: &mut Vec<u8>,
    output: &mut Vec<u8>,
    server: &Arc<Server>,
    client: &mut Client,
) -> io::Result<bool> {
    let mut done = 0;
    let mut keep_reading = true;
    // They have arrived together, so they are executed at the same time.
    let mut time = now();
    client.state.last_interaction = time;
    server.stats.sample(time);
    while keep_reading && output.len() < MAX_OUTPUT {
        match decoder.decode(&input[done..]) {
            Ok(None) => break,
            Ok(Some(request)) => {
                done += request.length;
                client.note_buffers(input, output);
                if command::is_slow(&request.args) {
                    let args = request.args.into_iter().map(<[u8]>::to_vec).collect();
                    let replies = mem::take(output);
                    *output = execute_blocking(args, Arc::clone(server), client, replies).await?;
                    time = now();
                } else if !request.args.is_empty() {
                    let reply = command::execute(&request.args, server, client, time);
                    client.send(&reply, output);
                } else {
                    client.end_request();
                }
                if client.closing {
                    done = input.len();
                    keep_reading = false;
                }
            }
            Err(error) => {
                done = input.len();
                keep_reading = false;
                let reply = Reply::from(error);
                server.stats.count_error(&reply);
                client.send(&reply, output);
            }
        }
    }
    input.drain(..done);
    release(input, MAX_IDLE_CAPACITY);
    client.note_buffers(input, output);
    server.flush_client(client);
    Ok(keep_reading)
}

/// Executes a request on another thread, while this one serves the other clients. Returns the
/// output with the reply at its end.
async fn execute_blocking(
    args: Vec<Vec<u8>>,
    server: Arc<Server>,
    client: &mut Client,
    mut output: Vec<u8>,
) -> io::Result<Vec<u8>> {
    server.flush_client(client);
    let mut copy = client.clone();
    let execute = move || {
        let args: Vec<&[u8]> = args.iter().map(Vec::as_slice).collect();
        let reply = command::execute(&args, &server, &mut copy, now());
        copy.send(&reply, &mut output);
        // If the client is killed meanwhile, this copy is dropped, and the command still counts.
        server.flush_client(&mut copy);
        (copy, output)
    };
    let output;
    (*client, output) = task::spawn_blocking(execute).await?;
    Ok(output)
}

/// Returns the number by which the system knows a socket, where sockets have small numbers.
#[cfg(unix)]
fn descriptor(stream: &TcpStream) -> Option<i32> {
    Some(std::os::fd::AsRawFd::as_raw_fd(stream))
}

#[cfg(not(unix))]
fn descriptor(_: &TcpStream) -> Option<i32> {
    None
}

/// Lets go of a buffer that is empty and larger than this.
fn release(buffer: &mut Vec<u8>, most: usize) {
    if buffer.is_empty() && buffer.capacity() > most {
        *buffer = Vec::new();
    }
}

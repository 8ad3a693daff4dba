//! One client's connection: reads requests, has them executed, writes replies.

use std::future;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use stage_17::command::table::Table;
use stage_17::engine::{self, Then};
use stage_17::keyspace::walk::Walk;
use stage_17::server::Server;
use stage_17::session::{MAX_OUTPUT, Session};
use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync;
use tokio::task;
use tokio::time::{self, Instant};

use crate::shell::wall_clock::now;
use crate::shell::{cleaner, expiry};

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

/// Serves one client until it leaves, is to be closed, or breaks the protocol, and writes every
/// reply that it owes.
pub async fn serve(
    mut stream: TcpStream,
    session: &mut Session,
    server: &Mutex<Server>,
    table: &Table,
) -> io::Result<()> {
    let id = session.id;
    // Replies are written whole, so a delayed packet (Nagle's algorithm) would gain nothing.
    stream.set_nodelay(true)?;
    let (mut source, mut sink) = stream.split();
    let mut walking = pin!(None);
    // The loop awaits this timer only while there is memory to free: a running timer makes every
    // wait more expensive.
    let mut trim = pin!(time::sleep(TRIM_INTERVAL));
    loop {
        // After a write nothing new has arrived, and we skip reading the clock.
        if !session.input.is_empty() && walking.is_none() {
            match answer(session, table, server) {
                Then::Walk(walk) => walking.set(Some(run(walk, server))),
                Then::Later => {
                    expiry::free_expired(server).await;
                    continue;
                }
                Then::Read | Then::Close => {}
            }
        }
        let Session { input, output, closing, traffic, .. } = session;
        input.reserve(READ_SIZE);
        if !output.is_empty() {
            // Requests from other clients are read first. Replies sent together wake their
            // receivers less often, and this thread stays awake meanwhile: waking it would take
            // longer than the work itself. Redis defers its replies to `beforeSleep`.
            task::yield_now().await;
        }
        let to_trim = has_spare(input) || has_spare(output);
        let to_write = output.len().min(MAX_WRITE);
        tokio::select! {
            biased;
            count = sink.write(&output[..to_write]), if !output.is_empty() => {
                traffic.writes += 1;
                let count = count?;
                traffic.output += count as u64;
                output.advance(count);
                release(output);
                let waits = !output.is_empty();
                let mut server = lock(server);
                session.publish(&mut server);
                if let Some(client) = server.clients.get_mut(id) {
                    client.waits_to_write = waits;
                    // The client has taken less than it could: it reads slowly, but it is alive.
                    if count < to_write {
                        client.last_interaction = now();
                    }
                }
            }
            // During a walk, read only enough to notice a broken connection.
            count = source.read_buf(input),
                if !*closing && output.len() < MAX_OUTPUT && (walking.is_none() || input.is_empty()) =>
            {
                traffic.reads += 1;
                let count = count?;
                traffic.input += count as u64;
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
                engine::end_walk(walk, &mut lock(server), id, output);
                walking.set(None);
            }
            () = &mut trim, if !*closing && to_trim => {
                shrink(input);
                shrink(output);
                trim.as_mut().reset(Instant::now() + TRIM_INTERVAL);
                session.publish(&mut lock(server));
            }
            else => return Ok(()),
        }
    }
}

/// Answers the requests that have arrived, all under one lock.
fn answer(session: &mut Session, table: &Table, server: &Mutex<Server>) -> Then {
    // Requests that have arrived together are executed at the same time.
    let time = now();
    let mut server = lock(server);
    let then = session.answer(table, &mut server, time);
    if server.has_garbage() {
        cleaner::wake();
    }
    expiry::note(server.next_deadline());
    release(&mut session.input);
    session.publish(&mut server);
    then
}

/// Runs a walk to its end. After each step the other tasks have their turn.
async fn run(mut walk: Walk, server: &Mutex<Server>) -> Walk {
    /// Held by the walk in progress. Many walks at once would delay the other clients by as many
    /// steps, and take as many times the memory. Tokio's mutex, because the guard is held across an
    /// `.await`.
    static TURN: sync::Mutex<()> = sync::Mutex::const_new(());
    let _turn = TURN.lock().await;
    while !walk.step(&lock(server).databases[walk.database], now()) {
        task::yield_now().await;
    }
    walk
}

/// Locks std's mutex, not tokio's: the compiler rejects a guard held across an `.await`.
pub fn lock(server: &Mutex<Server>) -> MutexGuard<'_, Server> {
    server.lock().expect("nothing panics while it holds the lock")
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

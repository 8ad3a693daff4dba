//! A client's session: bytes come in, requests are executed, replies go out.

use std::mem;

use bytes::{Buf, BytesMut};

use crate::command::table::Table;
use crate::engine::{self, Then};
use crate::protocol::clock::UnixMillis;
use crate::protocol::resp::Decoder;
use crate::protocol::whole::Batch;
use crate::server::Server;
use crate::server::stats::Traffic;

/// Backpressure: while this many bytes of replies are unsent, the client's requests wait.
pub const MAX_OUTPUT: usize = 64 * 1024 * 1024;

/// The buffers between a client and the core.
#[derive(Debug)]
pub struct Session {
    /// The client's ID.
    pub id: u64,
    /// The bytes received and not yet answered.
    pub input: BytesMut,
    /// The replies not yet sent.
    pub output: BytesMut,
    /// Whether to close the connection once the replies are sent.
    pub closing: bool,
    /// The traffic that is not yet in the server's counters.
    pub traffic: Traffic,
    decoder: Decoder,
}

impl Session {
    /// Returns the session of the client that has this ID.
    pub fn new(id: u64) -> Self {
        let (input, output) = (BytesMut::new(), BytesMut::new());
        let (traffic, decoder) = (Traffic::default(), Decoder::default());
        Self { id, input, output, closing: false, traffic, decoder }
    }

    /// Answers the requests that have arrived, up to one that breaks the protocol, closes the
    /// connection, needs a walk, or has to be executed later. Returns how the connection continues.
    pub fn answer(&mut self, table: &Table, server: &mut Server, now: UnixMillis) -> Then {
        server.stats.sample(now);
        self.publish(server);
        if let Some(client) = server.clients.get_mut(self.id) {
            client.last_interaction = now;
        }
        let mut then = Then::Read;
        while matches!(then, Then::Read)
            && !self.closing
            && !self.input.is_empty()
            && self.output.len() < MAX_OUTPUT
        {
            let Self { id, input, output, decoder, .. } = self;
            let mut batch = Batch::default();
            if decoder.is_idle() {
                batch.decode(input);
            }
            let mut done = 0;
            if batch.len() > 1 {
                look_ahead(&batch, table, server, *id);
            }
            for (args, end) in batch.requests() {
                then = engine::execute(table, args, server, *id, now, output);
                if matches!(then, Then::Later) {
                    break;
                }
                done = end;
                if !matches!(then, Then::Read) || output.len() >= MAX_OUTPUT {
                    break;
                }
            }
            if batch.is_empty() {
                match decoder.decode(input) {
                    Ok(None) => break,
                    Ok(Some(request)) => {
                        then = engine::execute(table, &request.args, server, *id, now, output);
                        done = if matches!(then, Then::Later) { 0 } else { request.length };
                    }
                    Err(error) => {
                        engine::refuse(&error, server, *id, output);
                        then = Then::Close;
                    }
                }
            }
            self.input.advance(done);
            self.closing |= matches!(then, Then::Close);
        }
        if self.closing {
            self.input.clear();
        }
        then
    }

    /// Publishes the current sizes of the buffers, for CLIENT LIST, and adds the traffic to the
    /// server's counters.
    pub fn publish(&mut self, server: &mut Server) {
        server.stats.traffic += mem::take(&mut self.traffic);
        if let Some(client) = server.clients.get_mut(self.id) {
            client.note_buffers(&self.input, &self.output);
        }
    }
}

/// Reads what these requests are going to need of the keyspace. The processor waits for all of it
/// at once; executing one request after the other, it would wait for each.
fn look_ahead(batch: &Batch<'_>, table: &Table, server: &Server, id: u64) {
    // One of them may select another database: then the others wait as if alone.
    let Some(client) = server.clients.get(id) else { return };
    let keys = batch.requests().flat_map(|(args, _)| table.keys(args));
    server.databases[client.database].touch(keys);
}

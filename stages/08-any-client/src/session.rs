//! A client's session: bytes come in, requests are executed, replies go out.

use bytes::{Buf, BytesMut};

use crate::command::table::Table;
use crate::engine::{self, Then};
use crate::keyspace::walk::Walk;
use crate::protocol::clock::UnixMillis;
use crate::protocol::out::Out;
use crate::protocol::resp::Decoder;
use crate::server::Server;

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
    decoder: Decoder,
}

impl Session {
    /// Returns the session of the client that has this ID.
    pub fn new(id: u64) -> Self {
        let (input, output) = (BytesMut::new(), BytesMut::new());
        Self { id, input, output, closing: false, decoder: Decoder::default() }
    }

    /// Answers the requests that have arrived, up to one that breaks the protocol or closes the
    /// connection. If one needs a walk, returns the walk; the requests after it have to wait.
    pub fn answer(&mut self, table: &Table, server: &mut Server, now: UnixMillis) -> Option<Walk> {
        let mut walk = None;
        while walk.is_none() && !self.closing && self.output.len() < MAX_OUTPUT {
            match self.decoder.decode(&self.input) {
                Ok(None) => break,
                Ok(Some(request)) => {
                    let output = &mut self.output;
                    match engine::execute(table, &request.args, server, self.id, now, output) {
                        Then::Read => {}
                        Then::Close => self.closing = true,
                        Then::Walk(next) => walk = Some(next),
                    }
                    self.input.advance(request.length);
                }
                Err(error) => {
                    Out::new(&mut self.output).error(&error.text());
                    self.closing = true;
                }
            }
        }
        if self.closing {
            self.input.clear();
        }
        walk
    }
}

//! A client's session: bytes come in, requests are executed, replies go out.

use bytes::{Buf, BytesMut};

use crate::command::Table;
use crate::engine::{self, Then};
use crate::keyspace::walk::Walk;
use crate::protocol::clock::UnixMillis;
use crate::protocol::resp::Decoder;
use crate::server::Server;
use crate::server::client::Client;

/// Backpressure: while this many bytes of replies are unsent, the client's requests wait.
pub const MAX_OUTPUT: usize = 64 * 1024 * 1024;

/// The buffers between a client and the core.
#[derive(Debug)]
pub struct Session {
    /// The client.
    pub client: Client,
    /// The bytes received and not yet answered.
    pub input: BytesMut,
    /// The replies not yet sent.
    pub output: BytesMut,
    /// Whether to close the connection once the replies are sent.
    pub closing: bool,
    decoder: Decoder,
}

impl Session {
    /// Returns the session of a client.
    pub fn new(client: Client) -> Self {
        let (input, output) = (BytesMut::new(), BytesMut::new());
        Self { client, input, output, closing: false, decoder: Decoder::default() }
    }

    /// Answers the requests that have arrived, up to one that breaks the protocol or closes the
    /// connection. If one needs a walk, returns the walk; the requests after it have to wait.
    pub fn answer(&mut self, table: &Table, server: &mut Server, now: UnixMillis) -> Option<Walk> {
        let mut walk = None;
        while walk.is_none() && !self.closing && self.output.len() < MAX_OUTPUT {
            match self.decoder.decode(&self.input) {
                Ok(None) => break,
                Ok(Some(request)) => {
                    let (client, output) = (&mut self.client, &mut self.output);
                    match engine::execute(table, &request.args, server, client, now, output) {
                        Then::Read => {}
                        Then::Close => self.closing = true,
                        Then::Walk(next) => walk = Some(next),
                    }
                    self.input.advance(request.length);
                }
                Err(error) => {
                    engine::refuse(&error, &mut self.client, &mut self.output);
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

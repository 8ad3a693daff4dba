//! A client that sends commands, through the `redis` crate.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use redis::{ConnectionAddr, IntoConnectionInfo as _, ProtocolVersion, RedisConnectionInfo};

use crate::player::{FAREWELL, FLOOD, Limits, Trouble};
use crate::reply::Reply;
use crate::resp::{self, Protocol, after_replies, split_replies};
use crate::server;
use crate::tap::Tap;

/// A client that talks through the `redis` crate.
pub(crate) struct Talker {
    connection: redis::Connection,
    tap: Tap,
    /// How many replies its last step was owed.
    asked: usize,
    protocol: Protocol,
}

/// What came of some requests.
pub(crate) struct Answer {
    /// The replies that came, one for each request unless there was trouble.
    pub(crate) replies: Vec<Reply>,
    /// Their bytes, or the head of very many.
    pub(crate) received: Vec<u8>,
    /// The protocol that the last reply was due in.
    pub(crate) protocol: Protocol,
    /// What kept the requests from being answered.
    pub(crate) trouble: Option<Trouble>,
}

impl Talker {
    /// Connects without a word: what the crate would say first, `CLIENT SETINFO`, is left out, so
    /// that a server that can't answer it fails in no other transcript than the one about that.
    pub(crate) fn connect(address: SocketAddr, patience: Duration) -> io::Result<Self> {
        let server = server::connect(address, patience)?;
        let (tap, connection) =
            Tap::between(server, FLOOD, Instant::now() + patience, |address| {
                let settings = RedisConnectionInfo::default()
                    .set_protocol(ProtocolVersion::RESP2)
                    .set_skip_set_lib_name();
                let address = ConnectionAddr::Tcp(address.ip().to_string(), address.port());
                let info = address.into_connection_info().map_err(io::Error::other)?;
                let client = redis::Client::open(info.set_redis_settings(settings));
                let client = client.map_err(io::Error::other)?;
                let connection =
                    client.get_connection_with_timeout(patience).map_err(io::Error::other)?;
                // Reads wait for as long as it takes, and the tap ends them. With a timeout, the
                // system would break them off when this process is stopped for a moment and goes
                // on, and the crate would lose a reply.
                connection.set_write_timeout(Some(patience)).map_err(io::Error::other)?;
                Ok(connection)
            })?;
        Ok(Self { connection, tap, asked: 0, protocol: Protocol::Resp2 })
    }

    /// Sends requests in one write, and reads a reply to each.
    pub(crate) fn ask(&mut self, requests: &[Vec<Vec<u8>>], limits: &Limits) -> Answer {
        self.tap.mark(self.asked, limits.bytes, Instant::now() + limits.patience.most);
        self.asked = requests.len();
        let mut values = Vec::new();
        let mut trouble = None;
        if let Err(error) = self.connection.send_packed_command(&packed(requests)) {
            trouble = Some(if error.is_timeout() { Trouble::NotReading } else { Trouble::Closed });
        }
        let (connection, tap) = (&mut self.connection, &self.tap);
        tap.until(limits.waiting(), || {
            while trouble.is_none() && values.len() < requests.len() {
                match connection.recv_response() {
                    Ok(value) => values.push(value),
                    Err(error) => trouble = Some(trouble_of(tap, &error)),
                }
            }
        });
        let received = self.tap.exchange().received;
        let (wires, _) = split_replies(&received);
        trouble = trouble.or_else(|| self.broken_protocol(requests, &wires));
        if trouble.is_none() && !after_replies(&received, self.asked).is_empty() {
            trouble = Some(Trouble::Unasked);
        }
        // The crate tells what a client understands, and the bytes how it was written. Of replies
        // longer than what is kept, only the crate tells.
        let replies = values.into_iter().enumerate().map(|(index, value)| {
            let written = wires.get(index).and_then(|wire| Reply::decode(wire));
            written.unwrap_or_else(|| value.into()).masked(&limits.place)
        });
        Answer { replies: replies.collect(), protocol: self.protocol, trouble, received }
    }

    /// Follows what the client has chosen, and finds a reply that is not written so: the crate
    /// reads both protocols without a word, which other clients do not.
    fn broken_protocol(&mut self, requests: &[Vec<Vec<u8>>], wires: &[&[u8]]) -> Option<Trouble> {
        for (request, wire) in requests.iter().zip(wires) {
            self.protocol = self.protocol.after(request, wire);
            if self.protocol.is_broken_by(wire) {
                return Some(Trouble::Protocol(self.protocol));
            }
        }
        None
    }

    /// Closes the connection, and returns what came after the last expected reply.
    pub(crate) fn finish(self) -> Vec<u8> {
        let exchange = self.tap.finish(FAREWELL);
        after_replies(&exchange.received, self.asked).to_vec()
    }
}

fn trouble_of(tap: &Tap, error: &redis::RedisError) -> Trouble {
    let exchange = tap.exchange();
    if exchange.flooded {
        Trouble::Flood
    } else if exchange.late {
        Trouble::Silence
    } else if error.is_io_error() || error.is_connection_dropped() {
        Trouble::Closed
    } else {
        Trouble::NoReply
    }
}

/// Writes requests as arrays of bulks.
pub(crate) fn packed(requests: &[Vec<Vec<u8>>]) -> Vec<u8> {
    requests.iter().flat_map(|words| resp::request(words)).collect()
}

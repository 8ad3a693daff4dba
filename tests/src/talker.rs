//! A client that sends commands, through the `redis` crate.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use redis::{ConnectionAddr, IntoConnectionInfo as _, ProtocolVersion, RedisConnectionInfo};

use crate::player::{FAREWELL, FLOOD, Limits, Outcome, Trouble, marker};
use crate::reply::{Reply, print_several};
use crate::resp::{after_replies, is_resp3};
use crate::server;
use crate::tap::{KEPT, Tap};
use crate::text::Text;
use crate::transcript::Command;

/// A client that talks through the `redis` crate.
pub(crate) struct Talker {
    connection: redis::Connection,
    tap: Tap,
    /// How many replies its last step was owed.
    asked: usize,
    speaks_resp3: bool,
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
                connection.set_read_timeout(Some(patience)).map_err(io::Error::other)?;
                connection.set_write_timeout(Some(patience)).map_err(io::Error::other)?;
                Ok(connection)
            })?;
        Ok(Self { connection, tap, asked: 0, speaks_resp3: false })
    }

    /// Sends commands in one write, and reads a reply to each.
    pub(crate) fn ask(&mut self, commands: &[Command], packed: &[u8], limits: &Limits) -> Outcome {
        self.tap.mark(self.asked, limits.bytes, limits.deadline);
        self.asked = commands.len();
        let mut replies = Vec::new();
        let mut trouble = None;
        if let Err(error) = self.connection.send_packed_command(packed) {
            trouble = Some(if error.is_timeout() { Trouble::Deaf } else { Trouble::Closed });
        }
        for command in commands {
            if trouble.is_some() {
                break;
            }
            match self.connection.recv_response() {
                Ok(value) => {
                    let reply = Reply::from(value).masked(&limits.place);
                    replies.push(reply.print(command.view));
                }
                Err(error) => trouble = Some(self.trouble(&error)),
            }
        }
        let exchange = self.tap.exchange();
        // The crate reads RESP3 without a word, while other clients of RESP2 would not.
        self.speaks_resp3 |= commands.iter().any(is_hello_3);
        if trouble.is_none() && !self.speaks_resp3 && is_resp3(&exchange.received) {
            trouble = Some(Trouble::Resp3);
        }
        if trouble.is_none() && !after_replies(&exchange.received, self.asked).is_empty() {
            trouble = Some(Trouble::Unasked);
        }
        let mut printed = print_several(&replies);
        printed.extend(trouble.as_ref().map(|trouble| marker(trouble, printed.len())));
        let sent = packed.get(..KEPT).unwrap_or(packed).to_vec();
        Outcome { printed, sent, received: exchange.received, trouble, ..Outcome::default() }
    }

    fn trouble(&self, error: &redis::RedisError) -> Trouble {
        let exchange = self.tap.exchange();
        if exchange.flooded {
            Trouble::Flood
        } else if exchange.late || error.is_timeout() {
            Trouble::Silence
        } else if error.is_io_error() || error.is_connection_dropped() {
            Trouble::Closed
        } else {
            Trouble::NoReply
        }
    }

    /// Hangs up, and returns what came after the last reply that was asked for.
    pub(crate) fn finish(self) -> Vec<u8> {
        let exchange = self.tap.finish(FAREWELL);
        after_replies(&exchange.received, self.asked).to_vec()
    }
}

fn is_hello_3(command: &Command) -> bool {
    let is = |index: usize, text: &str| {
        let word = command.words.get(index).and_then(Text::literal);
        word.is_some_and(|word| word.eq_ignore_ascii_case(text))
    };
    is(0, "HELLO") && is(1, "3")
}

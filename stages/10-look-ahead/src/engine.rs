//! Executes requests: finds the command, checks how many arguments there are, runs the handler.

use bytes::BytesMut;

use crate::command::error::CommandError;
use crate::command::{Context, Table};
use crate::keyspace::walk::Walk;
use crate::protocol::clock::UnixMillis;
use crate::protocol::out::{Out, Protocol};
use crate::protocol::resp::ProtocolError;
use crate::server::Server;
use crate::server::client::Client;

/// How a connection continues after a request.
#[derive(Debug)]
pub enum Then {
    /// With the next request.
    Read,
    /// Not at all: it closes once the replies are sent.
    Close,
    /// With a walk that finds the reply. After its last step, [`end_walk`] must follow.
    Walk(Walk),
}

/// Executes one request of a client, and appends its reply to the output, if the client wants it.
/// `args` begins with the command's name, in any letter case; an empty request executes nothing.
/// Mirrors `processCommand`.
pub fn execute(
    table: &Table,
    args: &[&[u8]],
    server: &mut Server,
    client: &mut Client,
    now: UnixMillis,
    output: &mut BytesMut,
) -> Then {
    if args.is_empty() {
        return end_request(client, &mut Out::new(Protocol::default(), output));
    }
    let mut name = "";
    let (database, out) = (client.database, Out::new(client.protocol, output));
    let mut context = Context { server, client, database, now, out, walk: None };
    let done = table.find(args).and_then(|(command, rest)| {
        name = command.name;
        if !command.takes(args.len()) {
            return Err(CommandError::Arity);
        }
        (command.run)(rest, &mut context)
    });
    if let Err(error) = done {
        error.write(name, &mut context.out);
    }
    let Some(mut walk) = context.walk else {
        return end_request(context.client, &mut context.out);
    };
    if walk.step(&server.databases, now) {
        end_walk(walk, client, output);
        return Then::Read;
    }
    Then::Walk(walk)
}

/// Discards a reply that the client does not want.
fn end_request(client: &mut Client, out: &mut Out<'_>) -> Then {
    if !client.end_request() {
        out.discard();
    }
    if client.closing { Then::Close } else { Then::Read }
}

/// Appends the reply that a walk has found to the output, if the client wants it.
pub fn end_walk(walk: Walk, client: &mut Client, output: &mut BytesMut) {
    if client.end_request() {
        walk.append_to(output);
    }
}

/// Appends a protocol error to the output, if the client wants replies.
pub fn refuse(error: &ProtocolError, client: &mut Client, output: &mut BytesMut) {
    let mut out = Out::new(Protocol::Resp2, output);
    out.error(CommandError::CODE, &error.text());
    end_request(client, &mut out);
}

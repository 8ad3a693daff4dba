//! Executes requests: finds the command, checks how many arguments there are, runs the handler.

use bytes::BytesMut;

use crate::command::context::Context;
use crate::command::error::CommandError;
use crate::command::flags::COUNTS;
use crate::command::table::Table;
use crate::keyspace::walk::Walk;
use crate::protocol::clock::UnixMillis;
use crate::protocol::out::Out;
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
    /// With the same request again, after the other clients had their turn: expired keys are being
    /// freed before it is executed.
    Later,
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
    id: u64,
    now: UnixMillis,
    output: &mut BytesMut,
) -> Then {
    if args.is_empty() {
        return end_request(server, id, &mut Out::new(output));
    }
    let found = table.find(args);
    let counts = found.as_ref().is_ok_and(|(command, _)| command.flags & COUNTS != 0);
    if counts && server.free_expired(now) {
        return Then::Later;
    }
    // Another client has killed this one, so the reply has no reader.
    let Some(client) = server.clients.get_mut(id) else { return Then::Close };
    client.last_command = found.as_ref().ok().map(|(command, _)| command.name);
    let (name, database) = (client.last_command.unwrap_or_default(), client.database);
    let mut out = Out::new(output);
    out.protocol = client.protocol;
    let mut context = Context { server, id, database, now, out, walk: None, table };
    let done = found.and_then(|(command, rest)| {
        if !command.takes(args.len()) {
            return Err(CommandError::Arity);
        }
        let done = (command.run)(rest, &mut context);
        // Afterwards, so that INFO does not count itself.
        context.server.stats.traffic.commands += 1;
        done
    });
    if let Err(error) = done {
        context.server.stats.count_error(error.code());
        error.write(name, &mut context.out);
    }
    let Some(mut walk) = context.walk else {
        return end_request(context.server, id, &mut context.out);
    };
    if walk.step(&server.databases[walk.database], now) {
        end_walk(walk, server, id, output);
        return Then::Read;
    }
    Then::Walk(walk)
}

/// Discards a reply that the client does not want.
fn end_request(server: &mut Server, id: u64, out: &mut Out<'_>) -> Then {
    let Some(client) = server.clients.get_mut(id) else { return Then::Close };
    if !client.end_request() {
        out.discard();
    }
    if client.closing { Then::Close } else { Then::Read }
}

/// Appends the reply that a walk has found to the output, if the client wants it.
pub fn end_walk(walk: Walk, server: &mut Server, id: u64, output: &mut BytesMut) {
    if server.clients.get_mut(id).is_some_and(Client::end_request) {
        walk.append_to(output);
    }
}

/// Appends a protocol error to the output, if the client wants replies.
pub fn refuse(error: &ProtocolError, server: &mut Server, id: u64, output: &mut BytesMut) {
    server.stats.count_error(CommandError::CODE);
    let mut out = Out::new(output);
    out.error(&error.text());
    end_request(server, id, &mut out);
}

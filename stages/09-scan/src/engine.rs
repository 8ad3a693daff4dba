//! Executes requests: finds the command, checks how many arguments there are, runs the handler.

use bytes::BytesMut;

use crate::command::context::Context;
use crate::command::error::CommandError;
use crate::command::table::Table;
use crate::keyspace::walk::Walk;
use crate::protocol::clock::UnixMillis;
use crate::protocol::out::Out;
use crate::server::Server;

/// How a connection continues after a request.
#[derive(Debug)]
pub enum Then {
    /// With the next request.
    Read,
    /// Not at all: it closes once the replies are sent.
    Close,
    /// With a walk that finds the reply.
    Walk(Walk),
}

/// Executes one request of a client, and appends its reply to the output. `args` begins with the
/// command's name, in any letter case; an empty request executes nothing and gets no reply. Mirrors
/// `processCommand`.
pub fn execute(
    table: &Table,
    args: &[&[u8]],
    server: &mut Server,
    id: u64,
    now: UnixMillis,
    output: &mut BytesMut,
) -> Then {
    if args.is_empty() {
        return Then::Read;
    }
    // Once it has disconnected, the reply has no reader.
    let Some(client) = server.clients.get_mut(id) else { return Then::Close };
    let mut out = Out::new(output);
    out.protocol = client.protocol;
    let mut name = "";
    let database = client.database;
    let mut context = Context { server, id, database, now, out, walk: None };
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
        let is_closing = server.clients.get(id).is_none_or(|client| client.closing);
        return if is_closing { Then::Close } else { Then::Read };
    };
    if walk.step(&server.databases[walk.database], now) {
        walk.append_to(output);
        return Then::Read;
    }
    Then::Walk(walk)
}

//! Commands: from a request's arguments to its reply.

use bytes::BytesMut;

use crate::Server;
use crate::client::Client;
use crate::clock::UnixMillis;
use crate::commands::COMMANDS;
use crate::db::Db;
use crate::out::{Done, Out, Protocol};
use crate::resp::ProtocolError;
use crate::spec::Command;
use crate::walk::Walk;

/// A command's handler. It receives the arguments after the command's name, or the subcommand's.
pub type Handler = fn(&[&[u8]], &mut Context<'_>) -> Outcome;

/// What a handler returns: proof that it has replied, or why it could not.
pub type Outcome = Result<Done, CommandError>;

/// What a command works on.
#[derive(Debug)]
pub struct Context<'a> {
    /// What all connections share.
    pub server: &'a mut Server,
    /// The ID of the client that sent the request.
    pub id: u64,
    /// The number of the database that it has selected.
    pub database: usize,
    /// The current time.
    pub now: UnixMillis,
    /// Where the reply goes.
    pub out: Out<'a>,
    /// The walk that finds the reply, if the command needs one.
    pub walk: Option<Walk>,
}

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

impl Context<'_> {
    /// Returns the client that sent the request. If another client has killed it, the list no
    /// longer has it.
    pub fn client(&mut self) -> Result<&mut Client, CommandError> {
        Ok(self.server.clients.get_mut(self.id).ok_or("No such client")?)
    }

    /// Returns the database that the client has selected.
    pub fn db(&mut self) -> &mut Db {
        &mut self.server.databases[self.database]
    }
}

/// Executes one request of a client, and appends its reply to the output, if the client wants it.
/// `args` begins with the command's name, in any letter case; an empty request executes nothing.
/// Mirrors `processCommand`.
pub fn execute(
    args: &[&[u8]],
    server: &mut Server,
    id: u64,
    now: UnixMillis,
    output: &mut BytesMut,
) -> Then {
    if args.is_empty() {
        return end_request(server, id, &mut Out::new(Protocol::default(), output));
    }
    let found = find(args);
    // Another client has killed this one, so the reply has no reader.
    let Some(client) = server.clients.get_mut(id) else { return Then::Close };
    client.last_command = found.as_ref().ok().map(|command| command.name);
    let (name, database) = (client.last_command.unwrap_or_default(), client.database);
    let out = Out::new(client.protocol, output);
    let mut context = Context { server, id, database, now, out, walk: None };
    if let Err(error) = found.and_then(|command| run(command, args, &mut context)) {
        context.server.stats.count_error(error.code());
        error.write(name, &mut context.out);
    }
    let Some(mut walk) = context.walk else {
        return end_request(context.server, id, &mut context.out);
    };
    if walk.step(&server.databases, now) {
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

fn run(command: &Command, args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    if !command.takes(args.len()) {
        return Err(CommandError::Arity);
    }
    let done = (command.handler)(args.get(command.words()..).unwrap_or_default(), context);
    // Afterwards, so that INFO does not count itself.
    context.server.stats.traffic.commands += 1;
    done
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
    let mut out = Out::new(Protocol::Resp2, output);
    out.error(CommandError::CODE, &error.text());
    end_request(server, id, &mut out);
}

/// Returns the command, or the subcommand, that a request names. Mirrors `lookupCommand`.
pub fn find(args: &[&[u8]]) -> Result<&'static Command, CommandError> {
    let [name, args @ ..] = args else { return Err(CommandError::unknown(b"", args)) };
    let is =
        |command: &&Command, name: &[u8]| name.eq_ignore_ascii_case(command.own_name.as_bytes());
    let command = COMMANDS.iter().find(|command| is(command, name));
    let command = command.ok_or_else(|| CommandError::unknown(name, args))?;
    match args {
        [name, ..] if !command.subcommands.is_empty() => {
            let subcommand = command.subcommands.iter().find(|command| is(command, name));
            subcommand.ok_or_else(|| CommandError::unknown_subcommand(name, command.name))
        }
        _ => Ok(command),
    }
}

pub(crate) fn ping(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    match args {
        [] => Ok(context.out.simple("PONG")),
        [message] => Ok(context.out.bulk(message)),
        _ => Err(CommandError::Arity),
    }
}

pub(crate) fn echo(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    match args {
        [message] => Ok(context.out.bulk(message)),
        _ => Err(CommandError::Arity),
    }
}

pub(crate) fn get(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key] = args else { return Err(CommandError::Arity) };
    Ok(match context.server.databases[context.database].get(key, context.now) {
        Some(value) => context.out.bulk(value),
        None => context.out.nil(),
    })
}

pub(crate) fn keys(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [pattern] = args else { return Err(CommandError::Arity) };
    context.walk = Some(Walk::new(context.database, pattern));
    Ok(context.out.nothing())
}

pub(crate) fn config_get(names: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let found = context.server.config.get(names);
    let done = context.out.map(found.len());
    for (name, value) in found {
        context.out.bulk(name);
        context.out.bulk(&value);
    }
    Ok(done)
}

pub(crate) fn config_help(_: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    Ok(context.out.lines(&[
        "CONFIG <subcommand> [<arg> ...]. Subcommands are:",
        "GET <pattern> [<pattern> ...]",
        "    Return the parameters whose names match, and their values.",
        "HELP",
        "    Prints this help.",
    ]))
}

/// The handler of a command that needs a subcommand. It never runs: the table of commands requires
/// an argument, and an unknown subcommand is not found.
pub(crate) fn only_subcommands(_: &[&[u8]], _: &mut Context<'_>) -> Outcome {
    Err(CommandError::Arity)
}

/// Why a command was not executed. The connection goes on.
#[derive(Debug, PartialEq, Eq)]
pub enum CommandError {
    /// It has too many or too few arguments.
    Arity,
    /// The text that the client gets. Bytes, because it may quote what the client has sent.
    Text(Vec<u8>),
    /// A code other than the usual one, and the text that the client gets.
    Coded(&'static str, &'static str),
}

impl From<&str> for CommandError {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl CommandError {
    /// The code of most errors.
    const CODE: &str = "ERR";

    pub(crate) const SYNTAX: &str = "syntax error";
    pub(crate) const NOT_AN_INTEGER: &str = "value is not an integer or out of range";

    /// The most bytes that an error quotes of a name, and of all arguments together.
    const QUOTED: usize = 128;

    /// Returns an error that quotes `name` between two texts.
    pub(crate) fn quoting(before: &str, name: &[u8], after: &str) -> Self {
        let name = c_string(name, usize::MAX);
        Self::Text([before.as_bytes(), name, after.as_bytes()].concat())
    }

    fn unknown_subcommand(name: &[u8], command: &str) -> Self {
        let hint = format!("'. Try {} HELP.", command.to_ascii_uppercase());
        Self::quoting("unknown subcommand '", c_string(name, Self::QUOTED), &hint)
    }

    /// Mirrors `commandCheckExistence`.
    fn unknown(name: &[u8], args: &[&[u8]]) -> Self {
        let name = c_string(name, Self::QUOTED);
        let mut text = [b"unknown command '", name, b"', with args beginning with: "].concat();
        let full = text.len() + Self::QUOTED;
        for arg in args {
            if text.len() >= full {
                break;
            }
            text.extend([b"'", c_string(arg, full - text.len()), b"' "].concat());
        }
        Self::Text(text)
    }

    /// Returns the code with which the reply starts.
    fn code(&self) -> &'static str {
        match self {
            Self::Coded(code, _) => code,
            Self::Arity | Self::Text(_) => Self::CODE,
        }
    }

    /// Writes this error as the reply to the command `name`.
    fn write(self, name: &str, out: &mut Out<'_>) -> Done {
        let code = self.code();
        match self {
            Self::Arity => {
                let text = format!("wrong number of arguments for '{name}' command");
                out.error(code, text.as_bytes())
            }
            Self::Text(text) => out.error(code, &text),
            Self::Coded(_, text) => out.error(code, text.as_bytes()),
        }
    }
}

/// Returns what C's `%.*s` prints of `bytes`: at most `limit`, and none from a zero byte on.
fn c_string(bytes: &[u8], limit: usize) -> &[u8] {
    let bytes = bytes.get(..limit).unwrap_or(bytes);
    bytes.split(|byte| *byte == 0).next().unwrap_or_default()
}

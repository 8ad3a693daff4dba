//! Commands: from a request's arguments to its reply.

use crate::Server;
use crate::client::Client;
use crate::clock::UnixMillis;
use crate::commands::COMMANDS;
use crate::config::Config;
use crate::db::Db;
use crate::glob::Glob;
use crate::resp::Reply;
use crate::spec::Command;

/// What executes a command. It gets the words behind the command's name, or the subcommand's.
pub type Handler = fn(&[&[u8]], &mut Context<'_>) -> Result<Reply, CommandError>;

/// What a command works on.
#[derive(Debug)]
pub struct Context<'a> {
    /// What all connections share.
    pub server: &'a Server,
    /// The connection from which the request has come.
    pub client: &'a mut Client,
    /// What time it is.
    pub now: UnixMillis,
}

impl<'a> Context<'a> {
    /// Returns the database that the client has selected.
    pub fn db(&self) -> &'a Db {
        &self.server.databases[self.client.state.database]
    }
}

/// Executes one request, and returns its reply. `args` begins with the command's name, in any
/// letter case. Mirrors `processCommand`.
pub fn execute(args: &[&[u8]], server: &Server, client: &mut Client, now: UnixMillis) -> Reply {
    let found = find(args);
    client.state.last_command = found.as_ref().ok().map(|command| command.name);
    let name = client.state.last_command.unwrap_or_default();
    let done = found.and_then(|command| run(command, args, &mut Context { server, client, now }));
    done.unwrap_or_else(|error| {
        let reply = error.reply(name);
        server.stats.count_error(&reply);
        reply
    })
}

fn run(
    command: &Command,
    args: &[&[u8]],
    context: &mut Context<'_>,
) -> Result<Reply, CommandError> {
    if !command.takes(args.len()) {
        return Err(CommandError::Arity);
    }
    let done = (command.handler)(args.get(command.words()..).unwrap_or_default(), context);
    // Afterwards, so that INFO does not count itself.
    context.client.traffic.commands += 1;
    done
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

/// Returns whether a request takes the longer, the more keys there are: nobody should have to wait
/// for somebody else's.
pub fn is_slow(args: &[&[u8]]) -> bool {
    args.first().is_some_and(|name| name.eq_ignore_ascii_case(b"keys"))
}

pub(crate) fn ping(args: &[&[u8]]) -> Result<Reply, CommandError> {
    match args {
        [] => Ok(Reply::Simple("PONG")),
        [message] => Ok(Reply::Bulk(message.to_vec())),
        _ => Err(CommandError::Arity),
    }
}

pub(crate) fn echo(args: &[&[u8]]) -> Result<Reply, CommandError> {
    match args {
        [message] => Ok(Reply::Bulk(message.to_vec())),
        _ => Err(CommandError::Arity),
    }
}

pub(crate) fn get(args: &[&[u8]], db: &Db, now: UnixMillis) -> Result<Reply, CommandError> {
    match args {
        [key] => Ok(db.get(key, now).map_or(Reply::Nil, Reply::Bulk)),
        _ => Err(CommandError::Arity),
    }
}

pub(crate) fn keys(args: &[&[u8]], db: &Db, now: UnixMillis) -> Result<Reply, CommandError> {
    let [pattern] = args else { return Err(CommandError::Arity) };
    let keys = db.keys(&Glob { pattern, ignore_case: false }, now);
    Ok(Reply::Array(keys.into_iter().map(Reply::Bulk).collect()))
}

pub(crate) fn config_get(names: &[&[u8]], config: &Config) -> Result<Reply, CommandError> {
    let found = config.get(names).into_iter();
    let pairs = found.map(|(name, value)| (Reply::bulk(name), Reply::Bulk(value)));
    Ok(Reply::Map(pairs.collect()))
}

pub(crate) fn config_help() -> Result<Reply, CommandError> {
    const LINES: [&str; 5] = [
        "CONFIG <subcommand> [<arg> ...]. Subcommands are:",
        "GET <pattern> [<pattern> ...]",
        "    Return the parameters whose names match, and their values.",
        "HELP",
        "    Prints this help.",
    ];
    Ok(Reply::Array(LINES.map(Reply::Simple).into()))
}

/// The handler of a command that is only the beginning of a name. The table of commands says that
/// a subcommand must follow, and one that does not exist is not found.
pub(crate) fn only_subcommands(_: &[&[u8]], _: &mut Context<'_>) -> Result<Reply, CommandError> {
    Err(CommandError::Arity)
}

/// Why a command was not executed. The connection goes on.
#[derive(Debug, PartialEq, Eq)]
pub enum CommandError {
    /// It has too many or too few arguments.
    Arity,
    /// The text that the client gets. Bytes, because it may quote what the client has sent.
    Text(Vec<u8>),
    /// The text that the client gets, with a code of its own before it.
    Coded(&'static str),
}

impl From<&str> for CommandError {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl CommandError {
    pub(crate) const SYNTAX: &str = "syntax error";
    pub(crate) const NOT_AN_INTEGER: &str = "value is not an integer or out of range";

    /// How many bytes an error quotes of a name, and of all arguments together.
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

    /// Returns what the client gets if the command `name` fails with this.
    fn reply(self, name: &str) -> Reply {
        match self {
            Self::Arity => {
                Reply::error(format!("wrong number of arguments for '{name}' command").into())
            }
            Self::Text(text) => Reply::error(text),
            Self::Coded(text) => Reply::Error(text.into()),
        }
    }
}

/// Returns what C's `%.*s` prints of `bytes`: at most `limit`, and none from a zero byte on.
fn c_string(bytes: &[u8], limit: usize) -> &[u8] {
    let bytes = bytes.get(..limit).unwrap_or(bytes);
    bytes.split(|byte| *byte == 0).next().unwrap_or_default()
}

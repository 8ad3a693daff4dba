//! Commands: from a request's arguments to its reply.

use crate::db::Db;
use crate::resp::Reply;

type Handler = fn(&[&[u8]], &Db) -> Result<Reply, CommandError>;

/// All commands: the name, and the function that gets the arguments behind it.
const COMMANDS: [(&str, Handler); 4] =
    [("ping", |args, _| ping(args)), ("echo", |args, _| echo(args)), ("get", get), ("set", set)];

/// Executes one request, and returns its reply. `args` begins with the command's name, in any
/// letter case. Mirrors `processCommand`.
pub fn execute(args: &[&[u8]], db: &Db) -> Reply {
    let [name, args @ ..] = args else { return CommandError::unknown(b"", args).into() };
    let command = COMMANDS.iter().find(|(known, _)| name.eq_ignore_ascii_case(known.as_bytes()));
    match command {
        Some((_, handler)) => handler(args, db),
        None => Err(CommandError::unknown(name, args)),
    }
    .unwrap_or_else(Reply::from)
}

fn ping(args: &[&[u8]]) -> Result<Reply, CommandError> {
    match args {
        [] => Ok(Reply::Simple("PONG")),
        [message] => Ok(Reply::Bulk(message.to_vec())),
        _ => Err(CommandError::arity("ping")),
    }
}

fn echo(args: &[&[u8]]) -> Result<Reply, CommandError> {
    match args {
        [message] => Ok(Reply::Bulk(message.to_vec())),
        _ => Err(CommandError::arity("echo")),
    }
}

fn get(args: &[&[u8]], db: &Db) -> Result<Reply, CommandError> {
    match args {
        [key] => Ok(db.get(key).map_or(Reply::Nil, Reply::Bulk)),
        _ => Err(CommandError::arity("get")),
    }
}

fn set(args: &[&[u8]], db: &Db) -> Result<Reply, CommandError> {
    match args {
        [key, value] => {
            db.set(key, value);
            Ok(Reply::Simple("OK"))
        }
        [_, _, ..] => Err("syntax error".into()),
        _ => Err(CommandError::arity("set")),
    }
}

/// Why a command was not executed: the text that the client gets. The connection goes on. Bytes,
/// because it may quote what the client has sent.
#[derive(Debug, PartialEq, Eq)]
pub struct CommandError(Vec<u8>);

impl From<&str> for CommandError {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl CommandError {
    /// How many bytes an error quotes of a name, and of all arguments together.
    const QUOTED: usize = 128;

    fn arity(command: &str) -> Self {
        Self(format!("wrong number of arguments for '{command}' command").into())
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
        Self(text)
    }
}

impl From<CommandError> for Reply {
    fn from(error: CommandError) -> Self {
        Self::error(error.0)
    }
}

/// Returns what C's `%.*s` prints of `bytes`: at most `limit`, and none from a zero byte on.
fn c_string(bytes: &[u8], limit: usize) -> &[u8] {
    let bytes = bytes.get(..limit).unwrap_or(bytes);
    bytes.split(|byte| *byte == 0).next().unwrap_or_default()
}

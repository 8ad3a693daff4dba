//! Commands: from a request's arguments to its reply.

use crate::db::Db;
use crate::resp::Reply;

/// Executes one request, and returns its reply. `args` holds the command's name at least.
pub fn execute(args: &[&[u8]], db: &Db) -> Reply {
    dispatch(args, db).unwrap_or_else(Reply::from)
}

/// Finds a command by its name, in any letter case. Mirrors `processCommand`.
fn dispatch(args: &[&[u8]], db: &Db) -> Result<Reply, CommandError> {
    let [name, args @ ..] = args else { return Err(CommandError::unknown(b"", args)) };
    match name.to_ascii_lowercase().as_slice() {
        b"ping" => ping(args),
        b"echo" => echo(args),
        b"get" => get(args, db),
        b"set" => set(args, db),
        _ => Err(CommandError::unknown(name, args)),
    }
}

fn ping(args: &[&[u8]]) -> Result<Reply, CommandError> {
    match args {
        [] => Ok(Reply::Simple("PONG")),
        [message] => Ok(Reply::Bulk(message.to_vec())),
        _ => Err(CommandError::Arity("ping")),
    }
}

fn echo(args: &[&[u8]]) -> Result<Reply, CommandError> {
    match args {
        [message] => Ok(Reply::Bulk(message.to_vec())),
        _ => Err(CommandError::Arity("echo")),
    }
}

fn get(args: &[&[u8]], db: &Db) -> Result<Reply, CommandError> {
    match args {
        [key] => Ok(db.get(key).map_or(Reply::Nil, Reply::Bulk)),
        _ => Err(CommandError::Arity("get")),
    }
}

fn set(args: &[&[u8]], db: &Db) -> Result<Reply, CommandError> {
    match args {
        [key, value] => {
            db.set(key, value);
            Ok(Reply::Simple("OK"))
        }
        [_, _, ..] => Err(CommandError::Syntax),
        _ => Err(CommandError::Arity("set")),
    }
}

/// Why a command was not executed. The client is told, and the connection goes on.
#[derive(Debug, PartialEq, Eq)]
pub enum CommandError {
    /// Too few or too many arguments for the command of this name.
    Arity(&'static str),
    /// Arguments that the command does not know.
    Syntax,
    /// No command has this name.
    Unknown {
        /// The name, cut where Redis cuts it.
        name: Vec<u8>,
        /// The first arguments, quoted, cut where Redis cuts them.
        args: Vec<u8>,
    },
}

impl CommandError {
    /// How much of a name, and of all arguments together, an error quotes.
    const QUOTED: usize = 128;

    /// Mirrors `commandCheckExistence`.
    fn unknown(name: &[u8], args: &[&[u8]]) -> Self {
        let mut quoted = Vec::new();
        for arg in args {
            let Some(room) = Self::QUOTED.checked_sub(quoted.len()).filter(|&room| room > 0) else {
                break;
            };
            quoted.extend([b"'", c_string(arg, room), b"' "].concat());
        }
        Self::Unknown { name: c_string(name, Self::QUOTED).to_vec(), args: quoted }
    }
}

/// Returns what C prints of `bytes` with `%.*s`: at most `limit`, and none from a zero byte on.
fn c_string(bytes: &[u8], limit: usize) -> &[u8] {
    let bytes = bytes.get(..limit).unwrap_or(bytes);
    bytes.split(|byte| *byte == 0).next().unwrap_or_default()
}

impl From<CommandError> for Reply {
    fn from(error: CommandError) -> Self {
        Self::error(match error {
            CommandError::Arity(name) => {
                format!("wrong number of arguments for '{name}' command").into_bytes()
            }
            CommandError::Syntax => b"syntax error".to_vec(),
            CommandError::Unknown { name, args } => {
                [b"unknown command '", &name[..], b"', with args beginning with: ", &args].concat()
            }
        })
    }
}

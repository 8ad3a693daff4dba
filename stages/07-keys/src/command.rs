//! Commands: from a request's arguments to its reply.

use crate::Server;
use crate::clock::UnixMillis;
use crate::config::Config;
use crate::db::{Db, Expiry};
use crate::glob::Glob;
use crate::resp::{Reply, parse_integer};

/// Executes one request, and returns its reply. `args` holds the command's name at least.
pub fn execute(args: &[&[u8]], server: &Server, now: UnixMillis) -> Reply {
    dispatch(args, server, now).unwrap_or_else(Reply::from)
}

/// Finds a command by its name, in any letter case. Mirrors `processCommand`.
fn dispatch(args: &[&[u8]], server: &Server, now: UnixMillis) -> Result<Reply, CommandError> {
    let [name, args @ ..] = args else { return Err(CommandError::unknown(b"", args)) };
    match name.to_ascii_lowercase().as_slice() {
        b"ping" => ping(args),
        b"echo" => echo(args),
        b"keys" => keys(args, &server.db, now),
        b"config" => config(args, &server.config),
        b"get" => get(args, &server.db, now),
        b"set" => set(args, &server.db, now),
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

fn get(args: &[&[u8]], db: &Db, now: UnixMillis) -> Result<Reply, CommandError> {
    match args {
        [key] => Ok(db.get(key, now).map_or(Reply::Nil, Reply::Bulk)),
        _ => Err(CommandError::Arity("get")),
    }
}

fn set(args: &[&[u8]], db: &Db, now: UnixMillis) -> Result<Reply, CommandError> {
    let [key, value, options @ ..] = args else { return Err(CommandError::Arity("set")) };
    let expiry = parse_expiry(options, now)?;
    db.set(key, value, expiry, now);
    Ok(Reply::Simple("OK"))
}

/// Returns what the options of SET say of the key's deadline.
///
/// The same option may come again, and its last number counts; two different ones contradict each
/// other. Like Redis, nobody looks at a number before all options are known to be well-formed.
/// Mirrors `parseExtendedStringArgumentsOrReply` and `getExpireMillisecondsOrReply`.
fn parse_expiry(mut options: &[&[u8]], now: UnixMillis) -> Result<Expiry, CommandError> {
    const OPTIONS: [&str; 5] = ["EX", "PX", "EXAT", "PXAT", "KEEPTTL"];
    let mut chosen = None;
    while let [option, rest @ ..] = options {
        let option = OPTIONS.into_iter().find(|name| option.eq_ignore_ascii_case(name.as_bytes()));
        let option = option.ok_or(CommandError::Syntax)?;
        let number;
        (number, options) = match rest {
            _ if option == "KEEPTTL" => (None, rest),
            [number, rest @ ..] => (Some(*number), rest),
            [] => return Err(CommandError::Syntax),
        };
        if chosen.replace((option, number)).is_some_and(|(other, _)| other != option) {
            return Err(CommandError::Syntax);
        }
    }
    let Some((option, number)) = chosen else { return Ok(Expiry::Never) };
    let Some(number) = number else { return Ok(Expiry::Keep) };
    let number = parse_integer(number).ok_or(CommandError::NotAnInteger)?;
    let (unit_ms, start) = match option {
        "EX" => (1000, now.0),
        "PX" => (1, now.0),
        "EXAT" => (1000, 0),
        _ => (1, 0),
    };
    let deadline = number.checked_mul(unit_ms).and_then(|ms| ms.checked_add(start));
    match deadline {
        Some(deadline) if number > 0 => Ok(Expiry::At(UnixMillis(deadline))),
        _ => Err(CommandError::InvalidExpireTime("set")),
    }
}

fn keys(args: &[&[u8]], db: &Db, now: UnixMillis) -> Result<Reply, CommandError> {
    let [pattern] = args else { return Err(CommandError::Arity("keys")) };
    let keys = db.keys(&Glob { pattern, ignore_case: false }, now);
    Ok(Reply::Array(keys.into_iter().map(Reply::Bulk).collect()))
}

fn config(args: &[&[u8]], config: &Config) -> Result<Reply, CommandError> {
    let [subcommand, args @ ..] = args else { return Err(CommandError::Arity("config")) };
    match subcommand.to_ascii_lowercase().as_slice() {
        b"get" => config_get(args, config),
        b"help" => config_help(args),
        _ => Err(CommandError::unknown_subcommand(subcommand, "CONFIG")),
    }
}

fn config_get(names: &[&[u8]], config: &Config) -> Result<Reply, CommandError> {
    if names.is_empty() {
        return Err(CommandError::Arity("config|get"));
    }
    let found = config.get(names).into_iter();
    let bulks = found.flat_map(|(name, value)| [name.to_vec(), value]).map(Reply::Bulk);
    Ok(Reply::Array(bulks.collect()))
}

fn config_help(args: &[&[u8]]) -> Result<Reply, CommandError> {
    const LINES: [&str; 5] = [
        "CONFIG <subcommand> [<arg> ...]. Subcommands are:",
        "GET <pattern> [<pattern> ...]",
        "    Return the parameters whose names match, and their values.",
        "HELP",
        "    Prints this help.",
    ];
    match args {
        [] => Ok(Reply::Array(LINES.map(Reply::Simple).into())),
        _ => Err(CommandError::Arity("config|help")),
    }
}

/// Why a command was not executed. The client is told, and the connection goes on.
#[derive(Debug, PartialEq, Eq)]
pub enum CommandError {
    /// Too few or too many arguments for the command of this name.
    Arity(&'static str),
    /// Arguments that the command does not know.
    Syntax,
    /// A number that is none, or does not fit into 64 bits.
    NotAnInteger,
    /// A time to live for the command of this name that is not positive, or ends too late.
    InvalidExpireTime(&'static str),
    /// No command has this name.
    Unknown {
        /// The name, cut where Redis cuts it.
        name: Vec<u8>,
        /// The first arguments, quoted, cut where Redis cuts them.
        args: Vec<u8>,
    },
    /// No subcommand has this name.
    UnknownSubcommand {
        /// The name, cut where Redis cuts it.
        name: Vec<u8>,
        /// The command, which has a HELP.
        command: &'static str,
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

    fn unknown_subcommand(name: &[u8], command: &'static str) -> Self {
        Self::UnknownSubcommand { name: c_string(name, Self::QUOTED).to_vec(), command }
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
            CommandError::NotAnInteger => b"value is not an integer or out of range".to_vec(),
            CommandError::InvalidExpireTime(name) => {
                format!("invalid expire time in '{name}' command").into_bytes()
            }
            CommandError::Unknown { name, args } => {
                [b"unknown command '", &name[..], b"', with args beginning with: ", &args].concat()
            }
            CommandError::UnknownSubcommand { name, command } => {
                let hint = format!("'. Try {command} HELP.");
                [b"unknown subcommand '", &name[..], hint.as_bytes()].concat()
            }
        })
    }
}

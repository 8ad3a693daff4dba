//! Commands: from a request's arguments to its reply.

use crate::clock::UnixMillis;
use crate::db::{Db, Expiry};
use crate::number;
use crate::resp::Reply;

type Handler = fn(&[&[u8]], &Db, UnixMillis) -> Result<Reply, CommandError>;

/// All commands: the name, and the function that gets the arguments behind it.
const COMMANDS: [(&str, Handler); 4] = [
    ("ping", |args, _, _| ping(args)),
    ("echo", |args, _, _| echo(args)),
    ("get", get),
    ("set", set),
];

/// Executes one request, and returns its reply. `args` begins with the command's name, in any
/// letter case. Mirrors `processCommand`.
pub fn execute(args: &[&[u8]], db: &Db, now: UnixMillis) -> Reply {
    let [name, args @ ..] = args else { return CommandError::unknown(b"", args).into() };
    let command = COMMANDS.iter().find(|(known, _)| name.eq_ignore_ascii_case(known.as_bytes()));
    match command {
        Some((_, handler)) => handler(args, db, now),
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

fn get(args: &[&[u8]], db: &Db, now: UnixMillis) -> Result<Reply, CommandError> {
    match args {
        [key] => Ok(db.get(key, now).map_or(Reply::Nil, Reply::Bulk)),
        _ => Err(CommandError::arity("get")),
    }
}

fn set(args: &[&[u8]], db: &Db, now: UnixMillis) -> Result<Reply, CommandError> {
    let [key, value, options @ ..] = args else { return Err(CommandError::arity("set")) };
    let expiry = parse_expiry(options, now)?;
    db.set(key, value, expiry, now);
    Ok(Reply::Simple("OK"))
}

/// What the number behind an option of SET counts.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Unit {
    /// How many milliseconds one of them is.
    ms: i64,
    /// Whether they count from the beginning of 1970, and not from now.
    is_absolute: bool,
}

/// The options of SET: what their number counts, if they take one.
const OPTIONS: [(&str, Option<Unit>); 5] = [
    ("EX", Some(Unit { ms: 1000, is_absolute: false })),
    ("PX", Some(Unit { ms: 1, is_absolute: false })),
    ("EXAT", Some(Unit { ms: 1000, is_absolute: true })),
    ("PXAT", Some(Unit { ms: 1, is_absolute: true })),
    ("KEEPTTL", None),
];

/// Returns what the options of SET say of the key's deadline.
///
/// The same option may come again, and its last number counts; two different ones contradict each
/// other. Like Redis, we parse no number until all options are known to be well-formed.
/// Mirrors `parseExtendedStringArgumentsOrReply` and `getExpireMillisecondsOrReply`.
fn parse_expiry(mut options: &[&[u8]], now: UnixMillis) -> Result<Expiry, CommandError> {
    const SYNTAX_ERROR: &str = "syntax error";
    let mut chosen = None;
    while let [option, rest @ ..] = options {
        let is_it = |(name, _): &(&str, _)| option.eq_ignore_ascii_case(name.as_bytes());
        let (_, unit) = OPTIONS.into_iter().find(is_it).ok_or(SYNTAX_ERROR)?;
        let number;
        (number, options) = match (unit, rest) {
            (None, rest) => (None, rest),
            (Some(_), [number, rest @ ..]) => (Some(*number), rest),
            (Some(_), []) => return Err(SYNTAX_ERROR.into()),
        };
        if chosen.replace((unit, number)).is_some_and(|(other, _)| other != unit) {
            return Err(SYNTAX_ERROR.into());
        }
    }
    let Some((unit, number)) = chosen else { return Ok(Expiry::Never) };
    let Some((unit, number)) = unit.zip(number) else { return Ok(Expiry::Keep) };
    let number = number::parse(number).ok_or("value is not an integer or out of range")?;
    let start = if unit.is_absolute { 0 } else { now.0 };
    let deadline = number.checked_mul(unit.ms).and_then(|ms| ms.checked_add(start));
    match deadline {
        Some(deadline) if number > 0 => Ok(Expiry::At(UnixMillis(deadline))),
        _ => Err("invalid expire time in 'set' command".into()),
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

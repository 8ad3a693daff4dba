//! Commands: from a request's arguments to its reply.

use bytes::BytesMut;

use crate::Server;
use crate::clock::UnixMillis;
use crate::db::Expiry;
use crate::number;
use crate::out::{Done, Out};

type Handler = fn(&[&[u8]], &mut Context<'_>) -> Outcome;

/// What a handler returns: proof that it has replied, or why it could not.
type Outcome = Result<Done, CommandError>;

/// What a command works on.
struct Context<'a> {
    /// What all connections share.
    server: &'a mut Server,
    /// The current time.
    now: UnixMillis,
    /// Where its reply goes.
    out: Out<'a>,
}

/// All commands: the name, and the handler, which receives the arguments after it.
const COMMANDS: [(&str, Handler); 5] =
    [("ping", ping), ("echo", echo), ("get", get), ("set", set), ("config", config)];

/// Executes one request, and appends its reply to the output. `args` begins with the command's
/// name, in any letter case. Mirrors `processCommand`.
pub fn execute(args: &[&[u8]], server: &mut Server, now: UnixMillis, output: &mut BytesMut) {
    let mut context = Context { server, now, out: Out::new(output) };
    if let Err(error) = run(args, &mut context) {
        context.out.error(&error.0);
    }
}

fn run(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [name, args @ ..] = args else { return Err(CommandError::unknown(b"", args)) };
    let command = COMMANDS.iter().find(|(known, _)| name.eq_ignore_ascii_case(known.as_bytes()));
    let (_, handler) = command.ok_or_else(|| CommandError::unknown(name, args))?;
    handler(args, context)
}

fn ping(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    match args {
        [] => Ok(context.out.simple("PONG")),
        [message] => Ok(context.out.bulk(message)),
        _ => Err(CommandError::arity("ping")),
    }
}

fn echo(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    match args {
        [message] => Ok(context.out.bulk(message)),
        _ => Err(CommandError::arity("echo")),
    }
}

fn get(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key] = args else { return Err(CommandError::arity("get")) };
    if let Some(value) = context.server.db.get(key, context.now) {
        return Ok(context.out.bulk(value));
    }
    context.server.db.expire(key, context.now);
    Ok(context.out.nil())
}

fn set(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key, value, options @ ..] = args else { return Err(CommandError::arity("set")) };
    let expiry = parse_expiry(options, context.now)?;
    context.server.db.set(key, value, expiry, context.now);
    Ok(context.out.simple("OK"))
}

/// The unit of the number after an option of SET.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Unit {
    /// The length of the unit in milliseconds.
    ms: i64,
    /// Whether the number counts from the beginning of 1970, not from now.
    is_absolute: bool,
}

/// The options of SET: the unit of their number, if they take one.
const OPTIONS: [(&str, Option<Unit>); 5] = [
    ("EX", Some(Unit { ms: 1000, is_absolute: false })),
    ("PX", Some(Unit { ms: 1, is_absolute: false })),
    ("EXAT", Some(Unit { ms: 1000, is_absolute: true })),
    ("PXAT", Some(Unit { ms: 1, is_absolute: true })),
    ("KEEPTTL", None),
];

/// Returns what the options of SET do to the key's deadline.
///
/// An option may be repeated, and its last number counts; two different ones are a syntax error.
/// Like Redis, we parse no number until all options are known to be well-formed. Mirrors
/// `parseExtendedStringArgumentsOrReply` and `getExpireMillisecondsOrReply`.
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

fn config(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [subcommand, args @ ..] = args else { return Err(CommandError::arity("config")) };
    match subcommand.to_ascii_lowercase().as_slice() {
        b"get" => config_get(args, context),
        b"help" => config_help(args, context),
        _ => Err(CommandError::unknown_subcommand(subcommand, "CONFIG")),
    }
}

fn config_get(names: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    if names.is_empty() {
        return Err(CommandError::arity("config|get"));
    }
    let found = context.server.config.get(names);
    let done = context.out.array(2 * found.len());
    for (name, value) in found {
        context.out.bulk(name);
        context.out.bulk(&value);
    }
    Ok(done)
}

fn config_help(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    const LINES: [&str; 5] = [
        "CONFIG <subcommand> [<arg> ...]. Subcommands are:",
        "GET <name> [<name> ...]",
        "    Return the parameters of these names, and their values.",
        "HELP",
        "    Prints this help.",
    ];
    if !args.is_empty() {
        return Err(CommandError::arity("config|help"));
    }
    let done = context.out.array(LINES.len());
    for line in LINES {
        context.out.simple(line);
    }
    Ok(done)
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
    /// The most bytes that an error quotes of a name, and of all arguments together.
    const QUOTED: usize = 128;

    fn arity(command: &str) -> Self {
        Self(format!("wrong number of arguments for '{command}' command").into())
    }

    fn unknown_subcommand(name: &[u8], command: &str) -> Self {
        let hint = format!("'. Try {command} HELP.");
        let name = c_string(name, Self::QUOTED);
        Self([b"unknown subcommand '", name, hint.as_bytes()].concat())
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

/// Returns what C's `%.*s` prints of `bytes`: at most `limit`, and none from a zero byte on.
fn c_string(bytes: &[u8], limit: usize) -> &[u8] {
    let bytes = bytes.get(..limit).unwrap_or(bytes);
    bytes.split(|byte| *byte == 0).next().unwrap_or_default()
}

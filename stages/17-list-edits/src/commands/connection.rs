//! Commands about the connection itself: HELLO, SELECT, RESET, QUIT.

use crate::command::context::{Context, Outcome};
use crate::command::error::CommandError;
use crate::command::flags::{ALLOW_BUSY, FAST, Flags, LOADING, NO_AUTH, NOSCRIPT, STALE};
use crate::command::{Command, Keys};
use crate::protocol::number;
use crate::protocol::out::Protocol;

/// The version of Redis whose replies these are.
pub(crate) const REDIS_VERSION: &str = "7.0.15";

/// What a client may send whatever state it, or the server, is in.
const ALWAYS: Flags = NOSCRIPT | LOADING | STALE | FAST | NO_AUTH | ALLOW_BUSY;

/// What a connection says of itself.
pub const COMMANDS: &[Command] = &[
    Command::new("ping", -1, FAST, Keys::NONE, ping),
    Command::new("echo", 2, LOADING | STALE | FAST, Keys::NONE, echo),
    Command::new("hello", -1, ALWAYS, Keys::NONE, hello),
    Command::new("select", 2, LOADING | STALE | FAST, Keys::NONE, select),
    Command::new("quit", -1, ALWAYS, Keys::NONE, quit),
    Command::new("reset", 1, ALWAYS, Keys::NONE, reset),
];

/// `PING [message]`
fn ping(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    match args {
        [] => Ok(context.out.simple("PONG")),
        [message] => Ok(context.out.bulk(message)),
        _ => Err(CommandError::Arity),
    }
}

/// `ECHO message`
fn echo(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    match args {
        [message] => Ok(context.out.bulk(message)),
        _ => Err(CommandError::Arity),
    }
}

/// `HELLO [protocol [AUTH user password] [SETNAME name]]`, mirrors `helloCommand`.
///
/// Each option takes effect in its turn, even if a later one is rejected; the protocol changes when
/// all have succeeded.
fn hello(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let (protocol, options) = match args {
        [] => (context.out.protocol, args),
        [version, options @ ..] => (parse_protocol(version)?, options),
    };
    apply_options(options, context)?;
    context.client()?.protocol = protocol;
    let id = context.id;
    let out = &mut context.out;
    out.protocol = protocol;
    let done = out.map(7);
    out.bulk(b"server");
    out.bulk(b"redis");
    out.bulk(b"version");
    out.bulk(REDIS_VERSION.as_bytes());
    out.bulk(b"proto");
    out.integer(protocol.version());
    out.bulk(b"id");
    out.integer(id as i64);
    out.bulk(b"mode");
    out.bulk(b"standalone");
    out.bulk(b"role");
    out.bulk(b"master");
    out.bulk(b"modules");
    out.array(0);
    Ok(done)
}

fn parse_protocol(version: &[u8]) -> Result<Protocol, CommandError> {
    match number::parse(version) {
        Some(2) => Ok(Protocol::Resp2),
        Some(3) => Ok(Protocol::Resp3),
        Some(_) => Err(CommandError::Coded("NOPROTO", "unsupported protocol version")),
        None => Err("Protocol version is not an integer or out of range".into()),
    }
}

fn apply_options(mut options: &[&[u8]], context: &mut Context<'_>) -> Result<(), CommandError> {
    while let [option, rest @ ..] = options {
        options = match (option.to_ascii_lowercase().as_slice(), rest) {
            (b"auth", [user, _, rest @ ..]) => {
                authenticate(user)?;
                rest
            }
            (b"setname", [name, rest @ ..]) => {
                set_name(name, context)?;
                rest
            }
            _ => return Err(CommandError::quoting("Syntax error in HELLO option '", option, "'")),
        };
    }
    Ok(())
}

/// Checks the user. There is only one, and as it has no password, any will do.
fn authenticate(user: &[u8]) -> Result<(), CommandError> {
    const REFUSED: &str = "invalid username-password pair or user is disabled.";
    if user == b"default" { Ok(()) } else { Err(CommandError::Coded("WRONGPASS", REFUSED)) }
}

/// Gives the connection a name, if CLIENT LIST can show it without breaking its line. Mirrors
/// `clientSetNameOrReply`.
pub(crate) fn set_name(name: &[u8], context: &mut Context<'_>) -> Result<(), CommandError> {
    if !name.iter().all(u8::is_ascii_graphic) {
        return Err("Client names cannot contain spaces, newlines or special characters.".into());
    }
    context.client()?.name = name.into();
    Ok(())
}

/// `SELECT index`, mirrors `selectCommand`.
fn select(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [index] = args else { return Err(CommandError::Arity) };
    context.client()?.database = parse_database(index, context)?;
    Ok(context.out.simple("OK"))
}

/// Returns the number of a database that there is.
pub(crate) fn parse_database(index: &[u8], context: &Context<'_>) -> Result<usize, CommandError> {
    let index = number::parse(index).ok_or(CommandError::NOT_AN_INTEGER)?;
    let Ok(index) = i32::try_from(index) else {
        let (min, max) = (i32::MIN, i32::MAX);
        let text = format!("value is out of range, value must between {min} and {max}");
        return Err(text.as_str().into());
    };
    existing(index, context)
}

/// Returns the number of a database, if there is one with this number.
pub(crate) fn existing(index: i32, context: &Context<'_>) -> Result<usize, CommandError> {
    let databases = context.server.databases.len();
    let index = usize::try_from(index).ok().filter(|index| *index < databases);
    Ok(index.ok_or("DB index is out of range")?)
}

/// `RESET`, mirrors `resetCommand`.
fn reset(_: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    context.client()?.reset();
    Ok(context.out.simple("RESET"))
}

/// `QUIT`, mirrors `quitCommand`.
fn quit(_: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    context.client()?.closing = true;
    Ok(context.out.simple("OK"))
}

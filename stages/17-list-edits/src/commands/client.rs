//! CLIENT: what a connection asks and says about itself and the others.

use crate::command::context::{Context, Outcome};
use crate::command::error::CommandError;
use crate::command::flags::{ADMIN, Flags, LOADING, NOSCRIPT, STALE};
use crate::command::{Command, Keys};
use crate::commands::connection;
use crate::protocol::number;
use crate::server::client::Replies;
use crate::server::clients::Filter;

/// What most of its subcommands are: nothing that waits, and nothing for a script.
const FLAGS: Flags = NOSCRIPT | LOADING | STALE;

/// CLIENT.
pub const COMMANDS: &[Command] = &[Command::container(
    "client",
    &[
        Command::new("client|id", 2, FLAGS, Keys::NONE, id),
        Command::new("client|info", 2, FLAGS, Keys::NONE, info),
        Command::new("client|list", -2, ADMIN | FLAGS, Keys::NONE, list),
        Command::new("client|kill", -3, ADMIN | FLAGS, Keys::NONE, kill),
        Command::new("client|setname", 3, FLAGS, Keys::NONE, set_name),
        Command::new("client|getname", 2, FLAGS, Keys::NONE, get_name),
        Command::new("client|reply", 3, FLAGS, Keys::NONE, reply),
        Command::new("client|no-evict", 3, ADMIN | FLAGS, Keys::NONE, no_evict),
        Command::new("client|help", 2, LOADING | STALE, Keys::NONE, help),
    ],
)];

/// `CLIENT ID`
fn id(_: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    Ok(context.out.integer(context.id as i64))
}

/// `CLIENT INFO`
fn info(_: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let filter = Filter { id: Some(context.id), ..Filter::default() };
    Ok(context.out.verbatim(&context.server.clients.list(&filter, context.now)))
}

/// `CLIENT LIST [TYPE type | ID id ...]`
fn list(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let clients = &context.server.clients;
    let lines = match args {
        [] => clients.list(&Filter::default(), context.now),
        [option, kind] if option.eq_ignore_ascii_case(b"type") => {
            let filter = Filter { match_none: !is_normal(kind)?, ..Filter::default() };
            clients.list(&filter, context.now)
        }
        [option, ids @ ..] if option.eq_ignore_ascii_case(b"id") && !ids.is_empty() => {
            let ids: Option<Vec<i64>> = ids.iter().map(|id| number::parse(id)).collect();
            clients.list_ids(&ids.ok_or("Invalid client ID")?, context.now)
        }
        _ => return Err(CommandError::SYNTAX.into()),
    };
    Ok(context.out.verbatim(&lines))
}

/// `CLIENT KILL address | option value ...`: replies OK or an error, or in the new form a count.
fn kill(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let own = context.id;
    let filter = match args {
        [address] => Filter { address: Some(address), ..Filter::default() },
        options => parse_filter(options, own)?,
    };
    match (args, context.server.clients.kill(&filter, own)) {
        ([_], 0) => Err("No such client".into()),
        ([_], _) => Ok(context.out.simple("OK")),
        (_, killed) => Ok(context.out.integer(killed as i64)),
    }
}

/// Returns which clients CLIENT KILL closes. If an option is repeated, the last one counts.
fn parse_filter<'a>(mut options: &[&'a [u8]], own: u64) -> Result<Filter<'a>, CommandError> {
    let mut filter = Filter { except: Some(own), ..Filter::default() };
    while let [option, rest @ ..] = options {
        let [value, rest @ ..] = rest else { return Err(CommandError::SYNTAX.into()) };
        match option.to_ascii_lowercase().as_slice() {
            b"id" => {
                let id = number::parse(value).and_then(|id| u64::try_from(id).ok());
                let id = id.filter(|id| *id > 0).ok_or("client-id should be greater than 0")?;
                filter.id = Some(id);
            }
            b"type" => filter.match_none = !is_normal(value)?,
            b"addr" => filter.address = Some(value),
            b"laddr" => filter.local_address = Some(value),
            b"user" if *value == b"default" => {}
            b"user" => return Err(CommandError::quoting("No such user '", value, "'")),
            b"skipme" if value.eq_ignore_ascii_case(b"yes") => filter.except = Some(own),
            b"skipme" if value.eq_ignore_ascii_case(b"no") => filter.except = None,
            _ => return Err(CommandError::SYNTAX.into()),
        }
        options = rest;
    }
    Ok(filter)
}

/// Returns whether the type is `normal`, that of all clients here, or another known one. Mirrors
/// `getClientTypeByName`.
fn is_normal(kind: &[u8]) -> Result<bool, CommandError> {
    match kind.to_ascii_lowercase().as_slice() {
        b"normal" => Ok(true),
        b"master" | b"replica" | b"slave" | b"pubsub" => Ok(false),
        _ => Err(CommandError::quoting("Unknown client type '", kind, "'")),
    }
}

/// `CLIENT SETNAME name`
fn set_name(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [name] = args else { return Err(CommandError::Arity) };
    connection::set_name(name, context)?;
    Ok(context.out.simple("OK"))
}

/// `CLIENT GETNAME`
fn get_name(_: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let name = context.client()?.name.clone();
    Ok(if name.is_empty() { context.out.nil() } else { context.out.bulk(&name) })
}

/// `CLIENT REPLY ON | OFF | SKIP`. OFF and SKIP get no reply themselves.
fn reply(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [mode] = args else { return Err(CommandError::Arity) };
    let client = context.client()?;
    client.replies = match mode.to_ascii_lowercase().as_slice() {
        b"on" => Replies::On,
        b"off" => Replies::Off,
        b"skip" if client.replies == Replies::Off => Replies::Off,
        b"skip" => Replies::SkipTwo,
        _ => return Err(CommandError::SYNTAX.into()),
    };
    Ok(context.out.simple("OK"))
}

/// `CLIENT NO-EVICT ON | OFF`
fn no_evict(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [mode] = args else { return Err(CommandError::Arity) };
    context.client()?.no_evict = match mode.to_ascii_lowercase().as_slice() {
        b"on" => true,
        b"off" => false,
        _ => return Err(CommandError::SYNTAX.into()),
    };
    Ok(context.out.simple("OK"))
}

/// `CLIENT HELP`
fn help(_: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    Ok(context.out.lines(&[
        "CLIENT <subcommand> [<arg> ...]. Subcommands are:",
        "GETNAME",
        "    Return the name of this connection.",
        "ID",
        "    Return the number of this connection.",
        "INFO",
        "    Return what LIST shows of this connection.",
        "KILL <ip:port>",
        "    Close the connection from there.",
        "KILL <option> <value> [<option> <value> ...]",
        "    Close the connections that have all of: ID, TYPE, ADDR, LADDR, USER;",
        "    but not this one, unless SKIPME is no.",
        "LIST [TYPE <type> | ID <id> [<id> ...]]",
        "    Return a line for each connection.",
        "NO-EVICT (ON|OFF)",
        "    Ask not to be evicted.",
        "REPLY (ON|OFF|SKIP)",
        "    Choose whether this connection gets replies.",
        "SETNAME <name>",
        "    Give this connection a name.",
        "HELP",
        "    Prints this help.",
    ]))
}

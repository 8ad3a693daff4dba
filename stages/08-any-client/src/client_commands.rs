//! CLIENT: what a connection asks and says about itself and the others.

use crate::client::{Client, Replies};
use crate::clients::Filter;
use crate::command::{CommandError, Context};
use crate::number;
use crate::resp::Reply;
use crate::session;

/// `CLIENT ID`
pub(crate) fn id(client: &Client) -> Result<Reply, CommandError> {
    Ok(Reply::Integer(client.id as i64))
}

/// `CLIENT INFO`
pub(crate) fn info(context: &mut Context<'_>) -> Result<Reply, CommandError> {
    context.server.flush_client(context.client);
    let clients = &context.server.clients;
    let filter = Filter { id: Some(context.client.id), ..Filter::default() };
    Ok(Reply::Verbatim(clients.list(&filter, context.now)))
}

/// `CLIENT LIST [TYPE type | ID id ...]`
pub(crate) fn list(args: &[&[u8]], context: &mut Context<'_>) -> Result<Reply, CommandError> {
    context.server.flush_client(context.client);
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
    Ok(Reply::Verbatim(lines))
}

/// `CLIENT KILL address | option value ...`: the old form says OK or complains, the new one counts.
pub(crate) fn kill(args: &[&[u8]], context: &mut Context<'_>) -> Result<Reply, CommandError> {
    let own = context.client.id;
    let filter = match args {
        [address] => Filter { address: Some(address), ..Filter::default() },
        options => parse_filter(options, own)?,
    };
    let (killed, own_too) = context.server.clients.kill(&filter, own);
    context.client.closing |= own_too;
    match (args, killed) {
        ([_], 0) => Err("No such client".into()),
        ([_], _) => Ok(Reply::Simple("OK")),
        _ => Ok(Reply::Integer(killed as i64)),
    }
}

/// Returns which clients CLIENT KILL means. Of an option that comes again, the last counts.
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

/// Returns whether the type is that of all clients here, or one of those that there could be.
/// Mirrors `getClientTypeByName`.
fn is_normal(kind: &[u8]) -> Result<bool, CommandError> {
    match kind.to_ascii_lowercase().as_slice() {
        b"normal" => Ok(true),
        b"master" | b"replica" | b"slave" | b"pubsub" => Ok(false),
        _ => Err(CommandError::quoting("Unknown client type '", kind, "'")),
    }
}

/// `CLIENT SETNAME name`
pub(crate) fn set_name(args: &[&[u8]], context: &Context<'_>) -> Result<Reply, CommandError> {
    let [name] = args else { return Err(CommandError::Arity) };
    session::set_name(name, context)?;
    Ok(Reply::Simple("OK"))
}

/// `CLIENT GETNAME`
pub(crate) fn get_name(context: &Context<'_>) -> Result<Reply, CommandError> {
    let name = context.server.clients.name(context.client.id);
    Ok(name.map_or(Reply::Nil, Reply::Bulk))
}

/// `CLIENT REPLY ON | OFF | SKIP`. OFF and SKIP are no replies themselves.
pub(crate) fn reply(args: &[&[u8]], client: &mut Client) -> Result<Reply, CommandError> {
    let [mode] = args else { return Err(CommandError::Arity) };
    client.replies = match mode.to_ascii_lowercase().as_slice() {
        b"on" => Replies::On,
        b"off" => Replies::Off,
        b"skip" if client.replies == Replies::Off => Replies::Off,
        b"skip" => Replies::SkipTwo,
        _ => return Err(CommandError::SYNTAX.into()),
    };
    Ok(Reply::Simple("OK"))
}

/// `CLIENT NO-EVICT ON | OFF`
pub(crate) fn no_evict(args: &[&[u8]], client: &mut Client) -> Result<Reply, CommandError> {
    let [mode] = args else { return Err(CommandError::Arity) };
    client.state.no_evict = match mode.to_ascii_lowercase().as_slice() {
        b"on" => true,
        b"off" => false,
        _ => return Err(CommandError::SYNTAX.into()),
    };
    Ok(Reply::Simple("OK"))
}

/// `CLIENT HELP`
pub(crate) fn help() -> Result<Reply, CommandError> {
    const LINES: &[&str] = &[
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
    ];
    Ok(Reply::Array(LINES.iter().map(|line| Reply::Simple(line)).collect()))
}

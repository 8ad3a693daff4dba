//! Commands about whole databases: DBSIZE, RANDOMKEY, FLUSHDB, FLUSHALL, SWAPDB.

use crate::command::context::{Context, Outcome};
use crate::command::error::CommandError;
use crate::command::flags::{COUNTS, FAST, READONLY, WRITE};
use crate::command::{Command, Keys};
use crate::commands::connection;
use crate::keyspace::db::Db;
use crate::protocol::number;

/// What one can do to a database.
pub const COMMANDS: &[Command] = &[
    Command::new("dbsize", 1, READONLY | FAST | COUNTS, Keys::NONE, dbsize),
    Command::new("randomkey", 1, READONLY | COUNTS, Keys::NONE, random_key),
    Command::new("flushdb", -1, WRITE, Keys::NONE, flush_db),
    Command::new("flushall", -1, WRITE, Keys::NONE, flush_all),
    Command::new("swapdb", 3, WRITE | FAST, Keys::NONE, swap),
];

/// `DBSIZE`
fn dbsize(_: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let length = context.db().len();
    Ok(context.out.integer(length as i64))
}

/// `RANDOMKEY`
fn random_key(_: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let now = context.now;
    Ok(match context.db().random_key(now) {
        Some(key) => context.out.bulk(&key),
        None => context.out.nil(),
    })
}

/// `FLUSHDB [ASYNC | SYNC]`
fn flush_db(options: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    check_flush(options)?;
    context.db().clear();
    Ok(context.out.simple("OK"))
}

/// `FLUSHALL [ASYNC | SYNC]`
fn flush_all(options: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    check_flush(options)?;
    context.server.databases.iter_mut().for_each(Db::clear);
    Ok(context.out.simple("OK"))
}

/// Checks the option, and forgets it: the keys are gone at once, and no client ever waits until
/// their memory is free. Mirrors `getFlushCommandFlags`.
fn check_flush(options: &[&[u8]]) -> Result<(), CommandError> {
    let is_known = |option: &[u8]| {
        option.eq_ignore_ascii_case(b"sync") || option.eq_ignore_ascii_case(b"async")
    };
    match options {
        [] => Ok(()),
        [option] if is_known(option) => Ok(()),
        _ => Err(CommandError::SYNTAX.into()),
    }
}

/// `SWAPDB index index`: clients see the other database's keys at once. Mirrors `swapdbCommand`.
fn swap(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [one, other] = args else { return Err(CommandError::Arity) };
    let parse = |index: &[u8]| number::parse(index).and_then(|index| i32::try_from(index).ok());
    let one = parse(one).ok_or("invalid first DB index")?;
    let other = parse(other).ok_or("invalid second DB index")?;
    let (one, other) = (connection::existing(one, context)?, connection::existing(other, context)?);
    context.server.databases.swap(one, other);
    Ok(context.out.simple("OK"))
}

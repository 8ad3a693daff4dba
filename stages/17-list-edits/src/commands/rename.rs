//! Commands that give a value to another key: RENAME, RENAMENX, COPY, MOVE.

use crate::command::context::{Context, Outcome};
use crate::command::error::CommandError;
use crate::command::flags::{DENYOOM, FAST, WRITE};
use crate::command::{Command, Keys};
use crate::commands::connection::parse_database;

/// Where a value can go. Its deadline goes with it.
pub const COMMANDS: &[Command] = &[
    Command::new("rename", 3, WRITE, Keys::TWO, rename),
    Command::new("renamenx", 3, WRITE | FAST, Keys::TWO, rename_nx),
    Command::new("copy", -3, WRITE | DENYOOM, Keys::TWO, copy),
    Command::new("move", 3, WRITE | FAST, Keys::ONE, move_key),
];

const SAME: &str = "source and destination objects are the same";

/// `RENAME key newkey`
fn rename(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    rename_key(args, context, |_| true)?;
    Ok(context.out.simple("OK"))
}

/// `RENAMENX key newkey`: only if no key has the new name.
fn rename_nx(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let renamed = rename_key(args, context, |is_taken| !is_taken)?;
    Ok(context.out.integer(renamed.into()))
}

/// Renames a key, if `holds` of whether the new name is taken. Returns whether it did. Mirrors
/// `renameGenericCommand`.
fn rename_key(
    args: &[&[u8]],
    context: &mut Context<'_>,
    holds: impl Fn(bool) -> bool,
) -> Result<bool, CommandError> {
    let [from, to] = args else { return Err(CommandError::Arity) };
    let now = context.now;
    let db = context.db();
    if !db.is_set(from, now) {
        return Err("no such key".into());
    }
    if !holds(db.is_set(to, now)) {
        return Ok(false);
    }
    if from != to {
        let entry = db.update(from, now, |slot| slot.take_for(to));
        db.update(to, now, |slot| entry.into_iter().for_each(|entry| slot.put(entry)));
    }
    Ok(true)
}

/// `COPY source destination [DB index] [REPLACE]`, mirrors `copyCommand`.
fn copy(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [from, to, options @ ..] = args else { return Err(CommandError::Arity) };
    let (database, replace) = parse_options(options, context)?;
    if database == context.database && from == to {
        return Err(SAME.into());
    }
    let now = context.now;
    let entry = context.db().update(from, now, |slot| {
        slot.count_lookup();
        slot.copy_for(to)
    });
    let Some(entry) = entry else { return Ok(context.out.integer(0)) };
    let copied = context.server.databases[database].update(to, now, |slot| {
        let holds = replace || !slot.is_set();
        if holds {
            slot.put(entry);
        }
        holds
    });
    Ok(context.out.integer(copied.into()))
}

/// Returns the number of the database to which COPY copies, and whether it may replace a value.
fn parse_options(
    mut options: &[&[u8]],
    context: &Context<'_>,
) -> Result<(usize, bool), CommandError> {
    let (mut database, mut replace) = (context.database, false);
    while let [option, rest @ ..] = options {
        options = match (option.to_ascii_lowercase().as_slice(), rest) {
            (b"replace", rest) => {
                replace = true;
                rest
            }
            (b"db", [index, rest @ ..]) => {
                database = parse_database(index, context)?;
                rest
            }
            _ => return Err(CommandError::SYNTAX.into()),
        };
    }
    Ok((database, replace))
}

/// `MOVE key index`, mirrors `moveCommand`.
fn move_key(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key, index] = args else { return Err(CommandError::Arity) };
    let database = parse_database(index, context)?;
    if database == context.database {
        return Err(SAME.into());
    }
    let now = context.now;
    let holds =
        context.db().is_set(key, now) && !context.server.databases[database].is_set(key, now);
    if holds && let Some(entry) = context.db().update(key, now, |slot| slot.take()) {
        context.server.databases[database].update(key, now, |slot| slot.put(entry));
    }
    Ok(context.out.integer(holds.into()))
}

//! Commands about values that are strings.

use crate::command::context::{Context, Outcome};
use crate::command::error::CommandError;
use crate::command::flags::{DENYOOM, FAST, READONLY, WRITE};
use crate::command::{Command, Keys};
use crate::keyspace::slot::{Expiry, Slot};

/// Those that read a whole value, and what SET with an option does as well.
pub const COMMANDS: &[Command] = &[
    Command::new("get", 2, READONLY | FAST, Keys::ONE, get),
    Command::new("strlen", 2, READONLY | FAST, Keys::ONE, strlen),
    Command::new("getset", 3, WRITE | DENYOOM | FAST, Keys::ONE, get_set),
    Command::new("getdel", 2, WRITE | FAST, Keys::ONE, get_del),
    Command::new("setnx", 3, WRITE | DENYOOM | FAST, Keys::ONE, set_nx),
];

/// `GET key`
fn get(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key] = args else { return Err(CommandError::Arity) };
    Ok(match context.server.databases[context.database].get(key, context.now)? {
        Some(value) => context.out.bulk(value),
        None => context.out.nil(),
    })
}

/// `STRLEN key`: 0, if it has no value.
fn strlen(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key] = args else { return Err(CommandError::Arity) };
    let now = context.now;
    let length = context.db().get(key, now)?.map_or(0, <[u8]>::len);
    Ok(context.out.integer(length as i64))
}

/// `GETSET key value`: sets it, and returns the old value.
fn get_set(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key, value] = args else { return Err(CommandError::Arity) };
    get_and(key, context, |slot| slot.set(value, Expiry::Never))
}

/// `GETDEL key`: removes it, and returns the old value.
fn get_del(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key] = args else { return Err(CommandError::Arity) };
    get_and(key, context, |slot| {
        slot.remove();
    })
}

/// Writes the old value before it changes: so it need not be copied elsewhere.
fn get_and(key: &[u8], context: &mut Context<'_>, change: impl FnOnce(&mut Slot<'_>)) -> Outcome {
    let Context { server, database, now, out, .. } = context;
    server.databases[*database].update(key, *now, |slot| {
        let done = match slot.read()? {
            Some(value) => out.bulk(value),
            None => out.nil(),
        };
        change(slot);
        Ok(done)
    })
}

/// `SETNX key value`: only if it has no value.
fn set_nx(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key, value] = args else { return Err(CommandError::Arity) };
    let now = context.now;
    let holds = context.db().update(key, now, |slot| {
        let holds = !slot.is_set();
        if holds {
            slot.set(value, Expiry::Never);
        }
        holds
    });
    Ok(context.out.integer(holds.into()))
}

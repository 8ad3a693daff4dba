//! Commands about values that are numbers: INCR, DECR, INCRBY, DECRBY, INCRBYFLOAT.

use crate::command::context::{Context, Outcome};
use crate::command::error::CommandError;
use crate::command::flags::{DENYOOM, FAST, Flags, WRITE};
use crate::command::{Command, Keys};
use crate::keyspace::slot::Expiry;
use crate::protocol::long_double::LongDouble;
use crate::protocol::number;

/// What all of them are.
const FLAGS: Flags = WRITE | DENYOOM | FAST;

/// What one can do to numbers. A key without a value counts as 0.
pub const COMMANDS: &[Command] = &[
    Command::new("incr", 2, FLAGS, Keys::ONE, incr),
    Command::new("decr", 2, FLAGS, Keys::ONE, decr),
    Command::new("incrby", 3, FLAGS, Keys::ONE, incr_by),
    Command::new("decrby", 3, FLAGS, Keys::ONE, decr_by),
    Command::new("incrbyfloat", 3, FLAGS, Keys::ONE, incr_by_float),
];

/// `INCR key`
fn incr(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key] = args else { return Err(CommandError::Arity) };
    add(key, 1, context)
}

/// `DECR key`
fn decr(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key] = args else { return Err(CommandError::Arity) };
    add(key, -1, context)
}

/// `INCRBY key increment`
fn incr_by(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key, number] = args else { return Err(CommandError::Arity) };
    add(key, number::parse(number).ok_or(CommandError::NOT_AN_INTEGER)?, context)
}

/// `DECRBY key decrement`: the lowest integer has no negative.
fn decr_by(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key, number] = args else { return Err(CommandError::Arity) };
    let number = number::parse(number).ok_or(CommandError::NOT_AN_INTEGER)?;
    add(key, number.checked_neg().ok_or("decrement would overflow")?, context)
}

/// Mirrors `incrDecrCommand`.
fn add(key: &[u8], number: i64, context: &mut Context<'_>) -> Outcome {
    let now = context.now;
    let sum = context.db().update(key, now, |slot| {
        let old = slot.value()?.map_or(Some(0), number::parse);
        let old = old.ok_or(CommandError::NOT_AN_INTEGER)?;
        let sum = old.checked_add(number).ok_or("increment or decrement would overflow")?;
        slot.set(itoa::Buffer::new().format(sum).as_bytes(), Expiry::Keep);
        Ok::<_, CommandError>(sum)
    })?;
    Ok(context.out.integer(sum))
}

/// `INCRBYFLOAT key increment`, mirrors `incrbyfloatCommand`.
fn incr_by_float(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    const NOT_A_FLOAT: &str = "value is not a valid float";
    let [key, number] = args else { return Err(CommandError::Arity) };
    let Context { server, database, now, out, .. } = context;
    server.databases[*database].update(key, *now, |slot| {
        let old = slot.value()?.unwrap_or(b"0");
        let old = LongDouble::parse(old).ok_or(NOT_A_FLOAT)?;
        let number = LongDouble::parse(number).ok_or(NOT_A_FLOAT)?;
        let sum = old.checked_add(number).ok_or("increment would produce NaN or Infinity")?;
        let sum = sum.to_string();
        slot.set(sum.as_bytes(), Expiry::Keep);
        Ok(out.bulk(sum.as_bytes()))
    })
}

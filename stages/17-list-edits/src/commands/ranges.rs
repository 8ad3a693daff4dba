//! Commands about a part of a value: APPEND, GETRANGE, SUBSTR, SETRANGE.

use crate::command::context::{Context, Outcome};
use crate::command::error::CommandError;
use crate::command::flags::{DENYOOM, FAST, READONLY, WRITE};
use crate::command::{Command, Keys};
use crate::keyspace::slot::Slot;
use crate::protocol::number;

/// What one can do to a part of a value.
pub const COMMANDS: &[Command] = &[
    Command::new("append", 3, WRITE | DENYOOM | FAST, Keys::ONE, append),
    Command::new("getrange", 4, READONLY, Keys::ONE, get_range),
    Command::new("substr", 4, READONLY, Keys::ONE, get_range),
    Command::new("setrange", 4, WRITE | DENYOOM, Keys::ONE, set_range),
];

/// The most bytes that a value may have (Redis: `proto-max-bulk-len`).
const MAX_VALUE: usize = 512 * 1024 * 1024;

/// `APPEND key value`: the reply is the new length.
fn append(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key, bytes] = args else { return Err(CommandError::Arity) };
    let now = context.now;
    let length = context.db().update(key, now, |slot| {
        let end = slot.value()?.map_or(0, <[u8]>::len);
        write(slot, end, bytes)
    })?;
    Ok(context.out.integer(length as i64))
}

/// `SETRANGE key offset value`: the reply is the new length. An empty part changes nothing, not even
/// a length that is too short. Mirrors `setrangeCommand`.
fn set_range(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key, offset, bytes] = args else { return Err(CommandError::Arity) };
    let offset = number::parse(offset).ok_or(CommandError::NOT_AN_INTEGER)?;
    let offset = usize::try_from(offset).map_err(|_| "offset is out of range")?;
    let now = context.now;
    let length = context.db().update(key, now, |slot| {
        let length = slot.value()?.map_or(0, <[u8]>::len);
        if bytes.is_empty() { Ok(length) } else { write(slot, offset, bytes) }
    })?;
    Ok(context.out.integer(length as i64))
}

/// Writes into a value, if it does not become too long. Mirrors `checkStringLength`.
fn write(slot: &mut Slot<'_>, offset: usize, bytes: &[u8]) -> Result<usize, CommandError> {
    if offset.saturating_add(bytes.len()) > MAX_VALUE {
        return Err("string exceeds maximum allowed size (proto-max-bulk-len)".into());
    }
    Ok(slot.write(offset, bytes)?)
}

/// `GETRANGE key start end`: both ends are included, and negative ones count from the value's end.
/// Mirrors `getrangeCommand`.
fn get_range(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key, start, end] = args else { return Err(CommandError::Arity) };
    let start = number::parse(start).ok_or(CommandError::NOT_AN_INTEGER)?;
    let end = number::parse(end).ok_or(CommandError::NOT_AN_INTEGER)?;
    let Context { server, database, now, out, .. } = context;
    let value = server.databases[*database].get(key, *now)?.unwrap_or_default();
    let length = value.len() as i64;
    let from_start = |index: i64| if index < 0 { (length + index).max(0) } else { index };
    // Both before the value: Redis does not move them to its first byte if they are the wrong way
    // round.
    let is_reversed = start < 0 && end < 0 && start > end;
    let range =
        from_start(start) as usize..(from_start(end).saturating_add(1)).min(length) as usize;
    let part = if is_reversed { None } else { value.get(range) };
    Ok(out.bulk(part.unwrap_or_default()))
}

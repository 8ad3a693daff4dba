//! Commands about lists.

use std::ops::Range;

use crate::command::context::{Context, Outcome};
use crate::command::error::CommandError;
use crate::command::flags::{DENYOOM, FAST, Flags, READONLY, WRITE};
use crate::command::{Command, Keys};
use crate::keyspace::slot::Slot;
use crate::protocol::number;
use crate::protocol::out::Out;
use crate::types::kind::Kind;
use crate::types::list::{End, List};

/// What all are that add elements.
const PUSH: Flags = WRITE | DENYOOM | FAST;

/// What all are that take elements out.
const POP: Flags = WRITE | FAST;

/// What one can do at the ends of a list, and how to read it.
pub const COMMANDS: &[Command] = &[
    Command::new("lpush", -3, PUSH, Keys::ONE, |args, context| push(args, End::Front, context)),
    Command::new("rpush", -3, PUSH, Keys::ONE, |args, context| push(args, End::Back, context)),
    Command::new("lpushx", -3, PUSH, Keys::ONE, |args, context| push_x(args, End::Front, context)),
    Command::new("rpushx", -3, PUSH, Keys::ONE, |args, context| push_x(args, End::Back, context)),
    Command::new("lpop", -2, POP, Keys::ONE, |args, context| pop(args, End::Front, context)),
    Command::new("rpop", -2, POP, Keys::ONE, |args, context| pop(args, End::Back, context)),
    Command::new("llen", 2, READONLY | FAST, Keys::ONE, llen),
    Command::new("lindex", 3, READONLY, Keys::ONE, lindex),
    Command::new("lrange", 4, READONLY, Keys::ONE, lrange),
];

/// `LPUSH key element ...` and `RPUSH key element ...`: the reply is the new length.
fn push(args: &[&[u8]], end: End, context: &mut Context<'_>) -> Outcome {
    let [key, elements @ ..] = args else { return Err(CommandError::Arity) };
    let now = context.now;
    let length = context.db().update(key, now, |slot| {
        let list = slot.get_or_new::<List>()?;
        elements.iter().for_each(|element| list.push(end, element));
        Ok::<_, CommandError>(list.len())
    })?;
    Ok(context.out.integer(length as i64))
}

/// `LPUSHX key element ...` and `RPUSHX key element ...`: only if there is a list.
fn push_x(args: &[&[u8]], end: End, context: &mut Context<'_>) -> Outcome {
    let [key, ..] = args else { return Err(CommandError::Arity) };
    let now = context.now;
    if context.db().is_set(key, now) {
        push(args, end, context)
    } else {
        Ok(context.out.integer(0))
    }
}

/// `LPOP key [count]` and `RPOP key [count]`, mirrors `popGenericCommand`.
fn pop(args: &[&[u8]], end: End, context: &mut Context<'_>) -> Outcome {
    let (key, count) = match args {
        [key] => (key, None),
        [key, count] => (key, Some(parse_count(count)?)),
        _ => return Err(CommandError::Arity),
    };
    let Context { server, database, now, out, .. } = context;
    server.databases[*database].update(key, *now, |slot| take(slot, end, count, out))
}

/// Takes an element out of a list and writes it; or so many, in an array.
pub(crate) fn take(
    slot: &mut Slot<'_>,
    end: End,
    count: Option<usize>,
    out: &mut Out<'_>,
) -> Outcome {
    let Some(list) = slot.get_mut::<List>()? else {
        return Ok(if count.is_some() { out.nil_array() } else { out.nil() });
    };
    let taken = count.unwrap_or(1).min(list.len());
    let done = if count.is_some() { out.array(taken) } else { out.nothing() };
    let write = |element: &[u8]| {
        out.bulk(element);
    };
    match end {
        End::Front => list.iter().take(taken).for_each(write),
        End::Back => list.iter().rev().take(taken).for_each(write),
    }
    if taken < list.len() {
        list.remove(end, taken);
    } else {
        // All of it, which may be large: it is freed like any other value.
        slot.remove();
    }
    Ok(done)
}

/// Mirrors `getPositiveLongFromObjectOrReply`.
fn parse_count(text: &[u8]) -> Result<usize, CommandError> {
    let count = number::parse(text).and_then(|count| usize::try_from(count).ok());
    Ok(count.ok_or("value is out of range, must be positive")?)
}

/// `LLEN key`: 0, if there is no list.
fn llen(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key] = args else { return Err(CommandError::Arity) };
    let now = context.now;
    let length = context.db().get_as::<List>(key, now)?.map_or(0, List::len);
    Ok(context.out.integer(length as i64))
}

/// `LINDEX key index`: a negative one counts from the back. It is not parsed if there is no list.
fn lindex(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key, index] = args else { return Err(CommandError::Arity) };
    let Context { server, database, now, out, .. } = context;
    let Some(list) = server.databases[*database].get_as::<List>(key, *now)? else {
        return Ok(out.nil());
    };
    let index = number::parse(index).ok_or(CommandError::NOT_AN_INTEGER)?;
    Ok(match list.get(index) {
        Some(element) => out.bulk(element),
        None => out.nil(),
    })
}

/// `LRANGE key start end`
fn lrange(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key, start, end] = args else { return Err(CommandError::Arity) };
    let start = number::parse(start).ok_or(CommandError::NOT_AN_INTEGER)?;
    let end = number::parse(end).ok_or(CommandError::NOT_AN_INTEGER)?;
    let Context { server, database, now, out, .. } = context;
    let Some(list) = server.databases[*database].get_as::<List>(key, *now)? else {
        return Ok(out.array(0));
    };
    let range = range(start, end, list.len());
    let done = out.array(range.len());
    list.range(range).for_each(|element| {
        out.bulk(element);
    });
    Ok(done)
}

/// Returns the indexes from `start` to `end`, both included: negative ones count from the end of so
/// many elements, and there need not be an element at either.
pub(crate) fn range(start: i64, end: i64, len: usize) -> Range<usize> {
    let from_start = |index: i64| if index < 0 { (len as i64 + index).max(-1) } else { index };
    let start = from_start(start).max(0) as usize;
    let end = from_start(end).saturating_add(1) as usize;
    start.min(len)..end.min(len).max(start.min(len))
}

//! Commands about keys, whatever their values: EXISTS, TYPE, TTL, KEYS, DEL.

use crate::command::context::{Context, Outcome};
use crate::command::error::CommandError;
use crate::command::flags::{FAST, READONLY, WRITE};
use crate::command::{Command, Keys};
use crate::keyspace::entry::Entry;
use crate::keyspace::walk::Walk;

/// What one can ask about keys, and how to remove them.
pub const COMMANDS: &[Command] = &[
    Command::new("exists", -2, READONLY | FAST, Keys::ALL, exists),
    Command::new("touch", -2, READONLY | FAST, Keys::ALL, exists),
    Command::new("type", 2, READONLY | FAST, Keys::ONE, type_of),
    Command::new("ttl", 2, READONLY | FAST, Keys::ONE, ttl),
    Command::new("pttl", 2, READONLY | FAST, Keys::ONE, pttl),
    Command::new("expiretime", 2, READONLY | FAST, Keys::ONE, expire_time),
    Command::new("pexpiretime", 2, READONLY | FAST, Keys::ONE, pexpire_time),
    Command::new("keys", 2, READONLY, Keys::NONE, keys),
    Command::new("del", -2, WRITE, Keys::ALL, del),
    Command::new("unlink", -2, WRITE | FAST, Keys::ALL, del),
];

/// `EXISTS key ...` and `TOUCH key ...`: how many of them exist; one that is named twice counts twice.
fn exists(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let now = context.now;
    let count = args.iter().filter(|key| context.db().exists(key, now)).count();
    Ok(context.out.integer(count as i64))
}

/// `TYPE key`
fn type_of(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key] = args else { return Err(CommandError::Arity) };
    let name = type_name(key, context);
    Ok(context.out.simple(name))
}

/// Returns what TYPE says of a key.
pub(crate) fn type_name(key: &[u8], context: &mut Context<'_>) -> &'static str {
    let now = context.now;
    context.db().lookup(key, now).map_or("none", Entry::type_name)
}

/// `TTL key`: rounded, so half a second left is still one.
fn ttl(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    deadline(args, context, |deadline, now| seconds(deadline - now))
}

/// `PTTL key`
fn pttl(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    deadline(args, context, |deadline, now| deadline - now)
}

/// `EXPIRETIME key`: rounded as well.
fn expire_time(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    deadline(args, context, |deadline, _| seconds(deadline))
}

/// `PEXPIRETIME key`
fn pexpire_time(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    deadline(args, context, |deadline, _| deadline)
}

/// Rounds milliseconds to seconds. The sum may need the bit of the sign.
fn seconds(ms: i64) -> i64 {
    ((ms as u64 + 500) / 1000) as i64
}

/// Replies what `show` makes of the deadline and the current time, in milliseconds. Mirrors
/// `ttlGenericCommand`.
fn deadline(
    args: &[&[u8]],
    context: &mut Context<'_>,
    show: impl FnOnce(i64, i64) -> i64,
) -> Outcome {
    let [key] = args else { return Err(CommandError::Arity) };
    let now = context.now;
    let left = match context.db().deadline(key, now) {
        None => -2,
        Some(None) => -1,
        Some(Some(deadline)) => show(deadline.0, now.0),
    };
    Ok(context.out.integer(left))
}

/// `KEYS pattern`
fn keys(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [pattern] = args else { return Err(CommandError::Arity) };
    let mut walk = Walk::new(pattern);
    walk.database = context.database;
    context.walk = Some(walk);
    Ok(context.out.nothing())
}

/// `DEL key ...` and `UNLINK key ...`: how many of them existed. What takes long to free is freed
/// later, see [`Garbage`](crate::keyspace::garbage::Garbage). Mirrors `delGenericCommand`.
fn del(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let now = context.now;
    let remove = |key: &&&[u8]| context.db().update(key, now, |slot| slot.remove());
    let count = args.iter().filter(remove).count();
    Ok(context.out.integer(count as i64))
}

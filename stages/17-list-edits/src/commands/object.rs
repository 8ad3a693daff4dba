//! OBJECT: how Redis would store a value.

use crate::command::context::{Context, Outcome};
use crate::command::error::CommandError;
use crate::command::flags::{LOADING, READONLY, STALE};
use crate::command::{Command, Keys};
use crate::keyspace::entry::Entry;
use crate::protocol::number;
use crate::protocol::out::Out;

/// OBJECT.
pub const COMMANDS: &[Command] = &[Command::container(
    "object",
    &[
        Command::new("object|encoding", 3, READONLY, Keys::SECOND, encoding),
        Command::new("object|freq", 3, READONLY, Keys::SECOND, freq),
        Command::new("object|help", 2, LOADING | STALE, Keys::NONE, help),
        Command::new("object|refcount", 3, READONLY, Keys::SECOND, ref_count),
    ],
)];

/// The longest value that Redis stores in one piece with what it knows of it (Redis:
/// `OBJ_ENCODING_EMBSTR_SIZE_LIMIT`).
const MAX_EMBEDDED: usize = 44;

/// Below this number, Redis has each natural number once, for all keys (Redis:
/// `OBJ_SHARED_INTEGERS`).
const SHARED: i64 = 10_000;

/// `OBJECT ENCODING key`: what Redis makes of such a value when it is set.
fn encoding(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    with_entry(args, context, |entry, out| {
        let name = match (entry.value(), entry.head().value()) {
            (Some(value), _) => value.kind().encoding(),
            (None, text) if number::parse(text).is_some() => "int",
            (None, text) if text.len() <= MAX_EMBEDDED => "embstr",
            _ => "raw",
        };
        Ok(out.bulk(name.as_bytes()))
    })
}

/// `OBJECT REFCOUNT key`: how many keys have this object as their value. Of those that all keys
/// share, Redis counts the largest integer.
fn ref_count(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    with_entry(args, context, |entry, out| {
        let number = number::parse(entry.head().value());
        let is_shared = number.is_some_and(|number| (0..SHARED).contains(&number));
        Ok(out.integer(if is_shared { i32::MAX.into() } else { 1 }))
    })
}

/// `OBJECT FREQ key`: there is no eviction that would count.
fn freq(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    const UNKNOWN: &str = "An LFU maxmemory policy is not selected, access frequency not tracked. \
        Please note that when switching between policies at runtime LRU and LFU data will take \
        some time to adjust.";
    with_entry(args, context, |_, _| Err(UNKNOWN.into()))
}

/// Mirrors `objectCommandLookupOrReply`.
fn with_entry(
    args: &[&[u8]],
    context: &mut Context<'_>,
    write: impl FnOnce(&Entry, &mut Out<'_>) -> Outcome,
) -> Outcome {
    let [key] = args else { return Err(CommandError::Arity) };
    let Context { server, database, now, out, .. } = context;
    match server.databases[*database].lookup(key, *now) {
        Some(entry) => write(entry, out),
        None => Ok(out.nil()),
    }
}

/// `OBJECT HELP`
fn help(_: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    Ok(context.out.lines(&[
        "OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        "ENCODING <key>",
        "    Return how Redis would store the value of a key.",
        "FREQ <key>",
        "    Return how often a key is used, if that is counted.",
        "REFCOUNT <key>",
        "    Return how many keys share the value of a key.",
        "HELP",
        "    Prints this help.",
    ]))
}

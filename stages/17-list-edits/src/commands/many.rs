//! Commands about the values of many keys: MGET, MSET, MSETNX. Each is one step for all others: no
//! client sees a half of it.

use crate::command::context::{Context, Outcome};
use crate::command::error::CommandError;
use crate::command::flags::{DENYOOM, FAST, READONLY, WRITE};
use crate::command::{Command, Keys};
use crate::keyspace::entry::WrongType;
use crate::keyspace::slot::Expiry;

/// What one can do to many values.
pub const COMMANDS: &[Command] = &[
    Command::new("mget", -2, READONLY | FAST, Keys::ALL, mget),
    Command::new("mset", -3, WRITE | DENYOOM, Keys::PAIRS, mset),
    Command::new("msetnx", -3, WRITE | DENYOOM, Keys::PAIRS, mset_nx),
];

/// `MGET key ...`: nil for each key whose value is not a string.
fn mget(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let Context { server, database, now, out, .. } = context;
    let done = out.array(args.len());
    for key in args {
        match server.databases[*database].get(key, *now) {
            Ok(Some(value)) => out.bulk(value),
            Ok(None) | Err(WrongType) => out.nil(),
        };
    }
    Ok(done)
}

/// `MSET key value [key value ...]`
fn mset(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    set_all(&pairs(args)?, context);
    Ok(context.out.simple("OK"))
}

/// `MSETNX key value [key value ...]`: sets all of them, or none if one of them has a value.
fn mset_nx(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let pairs = pairs(args)?;
    let now = context.now;
    let holds = !pairs.iter().any(|[key, _]| context.db().is_set(key, now));
    if holds {
        set_all(&pairs, context);
    }
    Ok(context.out.integer(holds.into()))
}

fn pairs<'a>(args: &[&'a [u8]]) -> Result<Vec<[&'a [u8]; 2]>, CommandError> {
    let (pairs, rest) = args.as_chunks();
    if rest.is_empty() { Ok(pairs.to_vec()) } else { Err(CommandError::Arity) }
}

/// If a key comes twice, its last value stays. Mirrors `msetGenericCommand`.
fn set_all(pairs: &[[&[u8]; 2]], context: &mut Context<'_>) {
    let now = context.now;
    for [key, value] in pairs {
        context.db().update(key, now, |slot| slot.set(value, Expiry::Never));
    }
}

//! Commands about values that are strings.

use crate::command::context::{Context, Outcome};
use crate::command::error::CommandError;
use crate::command::flags::{FAST, READONLY};
use crate::command::{Command, Keys};

/// GET and STRLEN.
pub const COMMANDS: &[Command] = &[
    Command::new("get", 2, READONLY | FAST, Keys::ONE, get),
    Command::new("strlen", 2, READONLY | FAST, Keys::ONE, strlen),
];

/// `GET key`
fn get(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key] = args else { return Err(CommandError::Arity) };
    Ok(match context.server.databases[context.database].get(key, context.now) {
        Some(value) => context.out.bulk(value),
        None => context.out.nil(),
    })
}

/// `STRLEN key`: 0, if it has no value.
fn strlen(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key] = args else { return Err(CommandError::Arity) };
    let now = context.now;
    let length = context.db().get(key, now).map_or(0, <[u8]>::len);
    Ok(context.out.integer(length as i64))
}

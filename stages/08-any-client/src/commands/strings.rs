//! Commands about values that are strings.

use crate::command::context::{Context, Outcome};
use crate::command::error::CommandError;
use crate::command::flags::{FAST, READONLY};
use crate::command::{Command, Keys};

/// GET.
pub const COMMANDS: &[Command] = &[Command::new("get", 2, READONLY | FAST, Keys::ONE, get)];

/// `GET key`
fn get(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key] = args else { return Err(CommandError::Arity) };
    let now = context.now;
    if let Some(value) = context.server.databases[context.database].get(key, now) {
        return Ok(context.out.bulk(value));
    }
    context.db().expire(key, now);
    Ok(context.out.nil())
}

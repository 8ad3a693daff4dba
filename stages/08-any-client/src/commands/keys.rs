//! KEYS.

use crate::command::context::{Context, Outcome};
use crate::command::error::CommandError;
use crate::command::flags::READONLY;
use crate::command::{Command, Keys};
use crate::keyspace::walk::Walk;

/// KEYS.
pub const COMMANDS: &[Command] = &[Command::new("keys", 2, READONLY, Keys::NONE, keys)];

/// `KEYS pattern`
fn keys(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [pattern] = args else { return Err(CommandError::Arity) };
    let mut walk = Walk::new(pattern);
    walk.database = context.database;
    context.walk = Some(walk);
    Ok(context.out.nothing())
}

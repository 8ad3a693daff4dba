//! KEYS.

use crate::command::error::CommandError;
use crate::command::flags::READONLY;
use crate::command::{Command, Context, Keys, Outcome};
use crate::keyspace::walk::Walk;

/// KEYS.
pub const COMMANDS: &[Command] = &[Command::new("keys", 2, READONLY, Keys::NONE, keys)];

/// `KEYS pattern`
fn keys(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [pattern] = args else { return Err(CommandError::Arity) };
    context.walk = Some(Walk::new(context.database, pattern));
    Ok(context.out.nothing())
}

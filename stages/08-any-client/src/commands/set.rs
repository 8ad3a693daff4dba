//! SET, and the options that set a deadline.

use crate::command::context::{Context, Outcome};
use crate::command::error::CommandError;
use crate::command::flags::{DENYOOM, WRITE};
use crate::command::{Command, Keys};
use crate::keyspace::db::Expiry;
use crate::protocol::clock::UnixMillis;
use crate::protocol::number;

/// SET.
pub const COMMANDS: &[Command] = &[Command::new("set", -3, WRITE | DENYOOM, Keys::ONE, set)];

/// `SET key value [EX s | PX ms | EXAT s | PXAT ms | KEEPTTL]`, mirrors `setGenericCommand`.
fn set(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key, value, options @ ..] = args else { return Err(CommandError::Arity) };
    let now = context.now;
    let expiry = parse_expiry(options, now)?;
    context.db().set(key, value, expiry, now);
    Ok(context.out.simple("OK"))
}

/// The unit of the number after an option of SET.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Unit {
    /// The length of the unit in milliseconds.
    ms: i64,
    /// Whether the number counts from the beginning of 1970, not from now.
    is_absolute: bool,
}

/// The options of SET: the unit of their number, if they take one.
const OPTIONS: [(&str, Option<Unit>); 5] = [
    ("EX", Some(Unit { ms: 1000, is_absolute: false })),
    ("PX", Some(Unit { ms: 1, is_absolute: false })),
    ("EXAT", Some(Unit { ms: 1000, is_absolute: true })),
    ("PXAT", Some(Unit { ms: 1, is_absolute: true })),
    ("KEEPTTL", None),
];

/// Returns what the options of SET do to the key's deadline.
///
/// An option may be repeated, and its last number counts; two different ones are a syntax error.
/// Like Redis, we parse no number until all options are known to be well-formed. Mirrors
/// `parseExtendedStringArgumentsOrReply` and `getExpireMillisecondsOrReply`.
fn parse_expiry(mut options: &[&[u8]], now: UnixMillis) -> Result<Expiry, CommandError> {
    let mut chosen = None;
    while let [option, rest @ ..] = options {
        let is_it = |(name, _): &(&str, _)| option.eq_ignore_ascii_case(name.as_bytes());
        let (_, unit) = OPTIONS.into_iter().find(is_it).ok_or(CommandError::SYNTAX)?;
        let number;
        (number, options) = match (unit, rest) {
            (None, rest) => (None, rest),
            (Some(_), [number, rest @ ..]) => (Some(*number), rest),
            (Some(_), []) => return Err(CommandError::SYNTAX.into()),
        };
        if chosen.replace((unit, number)).is_some_and(|(other, _)| other != unit) {
            return Err(CommandError::SYNTAX.into());
        }
    }
    let Some((unit, number)) = chosen else { return Ok(Expiry::Never) };
    let Some((unit, number)) = unit.zip(number) else { return Ok(Expiry::Keep) };
    let number = number::parse(number).ok_or(CommandError::NOT_AN_INTEGER)?;
    let start = if unit.is_absolute { 0 } else { now.0 };
    let deadline = number.checked_mul(unit.ms).and_then(|ms| ms.checked_add(start));
    match deadline {
        Some(deadline) if number > 0 => Ok(Expiry::At(UnixMillis(deadline))),
        _ => Err("invalid expire time in 'set' command".into()),
    }
}

//! SET, with all its options.

use crate::command::context::{Context, Outcome};
use crate::command::error::CommandError;
use crate::command::flags::{DENYOOM, WRITE};
use crate::command::{Command, Keys};
use crate::keyspace::slot::Expiry;
use crate::protocol::clock::UnixMillis;
use crate::protocol::number;

/// SET.
pub const COMMANDS: &[Command] = &[Command::new("set", -3, WRITE | DENYOOM, Keys::ONE, set)];

/// `SET key value [NX | XX] [GET] [EX s | PX ms | EXAT s | PXAT ms | KEEPTTL]`, mirrors
/// `setGenericCommand`.
fn set(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key, value, options @ ..] = args else { return Err(CommandError::Arity) };
    let Options { condition, get, expiry } = Options::parse(options)?;
    let expiry = parse_expiry(expiry, context.now)?;
    let Context { server, database, now, out, .. } = context;
    server.databases[*database].update(key, *now, |slot| {
        let holds = match condition {
            Condition::Always => true,
            Condition::IfAbsent => !slot.is_set(),
            Condition::IfPresent => slot.is_set(),
        };
        let done = match get.then(|| slot.read()) {
            Some(Some(old)) => out.bulk(old),
            None if holds => out.simple("OK"),
            _ => out.nil(),
        };
        if holds {
            slot.set(value, expiry);
        }
        Ok(done)
    })
}

/// When SET sets the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    /// In any case.
    Always,
    /// If the key has no value.
    IfAbsent,
    /// If the key has a value.
    IfPresent,
}

/// Returns whether SET with these options reads the old value, too. Mirrors `setGetKeys`.
pub(crate) fn reads(options: &[&[u8]]) -> bool {
    options.iter().any(|option| option.eq_ignore_ascii_case(b"GET"))
}

/// The unit of the number after an option.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Unit {
    /// The length of the unit in milliseconds.
    ms: i64,
    /// Whether the number counts from the beginning of 1970, not from now.
    is_absolute: bool,
}

/// The options that set a deadline, and the unit of their number.
const DEADLINES: [(&str, Unit); 4] = [
    ("EX", Unit { ms: 1000, is_absolute: false }),
    ("PX", Unit { ms: 1, is_absolute: false }),
    ("EXAT", Unit { ms: 1000, is_absolute: true }),
    ("PXAT", Unit { ms: 1, is_absolute: true }),
];

/// The options of SET, which follow the value.
struct Options<'a> {
    condition: Condition,
    get: bool,
    /// The option about the deadline: KEEPTTL, or a unit with its number.
    expiry: Option<Option<(Unit, &'a [u8])>>,
}

impl<'a> Options<'a> {
    /// An option may be repeated, and its last number counts; two different ones of a kind are a
    /// syntax error. Mirrors `parseExtendedStringArgumentsOrReply`.
    fn parse(mut args: &[&'a [u8]]) -> Result<Self, CommandError> {
        let mut options = Self { condition: Condition::Always, get: false, expiry: None };
        while let [option, rest @ ..] = args {
            let is = |name: &str| option.eq_ignore_ascii_case(name.as_bytes());
            let deadline = DEADLINES.into_iter().find(|(name, _)| is(name));
            args = rest;
            match (deadline, rest) {
                (Some((_, unit)), [number, rest @ ..]) => {
                    options.set_expiry(Some((unit, number)))?;
                    args = rest;
                }
                (None, _) if is("KEEPTTL") => options.set_expiry(None)?,
                (None, _) if is("NX") => options.set_condition(Condition::IfAbsent)?,
                (None, _) if is("XX") => options.set_condition(Condition::IfPresent)?,
                (None, _) if is("GET") => options.get = true,
                _ => return Err(CommandError::SYNTAX.into()),
            }
        }
        Ok(options)
    }

    fn set_condition(&mut self, condition: Condition) -> Result<(), CommandError> {
        if ![Condition::Always, condition].contains(&self.condition) {
            return Err(CommandError::SYNTAX.into());
        }
        self.condition = condition;
        Ok(())
    }

    fn set_expiry(&mut self, expiry: Option<(Unit, &'a [u8])>) -> Result<(), CommandError> {
        let unit = |expiry: Option<(Unit, _)>| expiry.map(|(unit, _)| unit);
        if self.expiry.replace(expiry).is_some_and(|other| unit(other) != unit(expiry)) {
            return Err(CommandError::SYNTAX.into());
        }
        Ok(())
    }
}

/// Returns what the option does to the key's deadline. Like Redis, we parse no number until all
/// options are known to be well-formed. Mirrors `getExpireMillisecondsOrReply`.
fn parse_expiry(
    option: Option<Option<(Unit, &[u8])>>,
    now: UnixMillis,
) -> Result<Expiry, CommandError> {
    let Some(deadline) = option else { return Ok(Expiry::Never) };
    let Some((unit, number)) = deadline else { return Ok(Expiry::Keep) };
    let number = number::parse(number).ok_or(CommandError::NOT_AN_INTEGER)?;
    let start = if unit.is_absolute { 0 } else { now.0 };
    let deadline = number.checked_mul(unit.ms).and_then(|ms| ms.checked_add(start));
    match deadline {
        Some(deadline) if number > 0 => Ok(Expiry::At(UnixMillis(deadline))),
        _ => Err("invalid expire time in 'set' command".into()),
    }
}

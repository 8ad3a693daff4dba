//! SET, with all its options, and the commands that take some of them: SETEX, PSETEX, GETEX.

use crate::command::context::{Context, Outcome};
use crate::command::error::CommandError;
use crate::command::flags::{DENYOOM, FAST, WRITE};
use crate::command::{Command, Keys};
use crate::keyspace::slot::Expiry;
use crate::protocol::clock::UnixMillis;
use crate::protocol::number;

/// What reads or sets a value, and its deadline with it.
pub const COMMANDS: &[Command] = &[
    Command::new("set", -3, WRITE | DENYOOM, Keys::ONE, set),
    Command::new("setex", 4, WRITE | DENYOOM, Keys::ONE, set_ex),
    Command::new("psetex", 4, WRITE | DENYOOM, Keys::ONE, pset_ex),
    Command::new("getex", -2, WRITE | FAST, Keys::ONE, get_ex),
];

/// `SET key value [NX | XX] [GET] [EX s | PX ms | EXAT s | PXAT ms | KEEPTTL]`
fn set(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key, value, options @ ..] = args else { return Err(CommandError::Arity) };
    // Most have none, and then to pass them on costs more than the rest of this function.
    if options.is_empty() {
        let now = context.now;
        context.db().update(key, now, |slot| slot.set(value, Expiry::Never));
        return Ok(context.out.simple("OK"));
    }
    set_with(key, value, Options::parse(options, true)?, context)
}

/// `SETEX key seconds value`
fn set_ex(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key, number, value] = args else { return Err(CommandError::Arity) };
    set_with(key, value, Options::deadline(Unit::EX, number), context)
}

/// `PSETEX key milliseconds value`
fn pset_ex(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key, number, value] = args else { return Err(CommandError::Arity) };
    set_with(key, value, Options::deadline(Unit::PX, number), context)
}

/// Mirrors `setGenericCommand`. Like Redis, we parse no number until all options are known to be
/// well-formed.
fn set_with(key: &[u8], value: &[u8], options: Options<'_>, context: &mut Context<'_>) -> Outcome {
    let Options { condition, get, expiry } = options;
    let expiry = match expiry {
        None => Expiry::Never,
        Some(None) => Expiry::Keep,
        Some(Some((unit, number))) => Expiry::At(unit.parse(number, context.now)?),
    };
    let Context { server, database, now, out, .. } = context;
    server.databases[*database].update(key, *now, |slot| {
        let holds = match condition {
            Condition::Always => true,
            Condition::IfAbsent => !slot.is_set(),
            Condition::IfPresent => slot.is_set(),
        };
        let done = match get.then(|| slot.read()).transpose()? {
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

/// `GETEX key [EX s | PX ms | EXAT s | PXAT ms | PERSIST]`: reads the value, and changes its deadline.
/// No number is parsed if there is no value. Mirrors `getexCommand`.
fn get_ex(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key, options @ ..] = args else { return Err(CommandError::Arity) };
    let expiry = Options::parse(options, false)?.expiry;
    let Context { server, database, now, out, .. } = context;
    server.databases[*database].update(key, *now, |slot| {
        let Some(value) = slot.read()? else { return Ok(out.nil()) };
        let number = expiry.flatten();
        let deadline = number.map(|(unit, number)| unit.parse(number, *now)).transpose()?;
        let done = out.bulk(value);
        if deadline.is_some_and(|deadline| deadline <= *now) {
            slot.remove();
        } else if expiry.is_some() {
            slot.set_deadline(deadline);
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
pub(crate) struct Unit {
    /// The length of the unit in milliseconds.
    ms: i64,
    /// Whether the number counts from the beginning of 1970, not from now.
    is_absolute: bool,
}

impl Unit {
    pub(crate) const EX: Self = Self { ms: 1000, is_absolute: false };
    pub(crate) const PX: Self = Self { ms: 1, is_absolute: false };
    pub(crate) const EXAT: Self = Self { ms: 1000, is_absolute: true };
    pub(crate) const PXAT: Self = Self { ms: 1, is_absolute: true };

    /// Returns the deadline, if it fits into 64 bits.
    pub(crate) fn deadline(self, number: i64, now: UnixMillis) -> Option<UnixMillis> {
        let start = if self.is_absolute { 0 } else { now.0 };
        number.checked_mul(self.ms)?.checked_add(start).map(UnixMillis)
    }

    /// Returns the deadline, if the number is positive. Mirrors `getExpireMillisecondsOrReply`.
    fn parse(self, number: &[u8], now: UnixMillis) -> Result<UnixMillis, CommandError> {
        let number = number::parse(number).ok_or(CommandError::NOT_AN_INTEGER)?;
        let deadline = self.deadline(number, now).filter(|_| number > 0);
        deadline.ok_or(CommandError::ExpireTime)
    }
}

/// The options that set a deadline, and the unit of their number.
const DEADLINES: [(&str, Unit); 4] =
    [("EX", Unit::EX), ("PX", Unit::PX), ("EXAT", Unit::EXAT), ("PXAT", Unit::PXAT)];

/// The options of SET and GETEX.
struct Options<'a> {
    condition: Condition,
    get: bool,
    /// The option about the deadline: KEEPTTL or PERSIST, or a unit with its number.
    expiry: Option<Option<(Unit, &'a [u8])>>,
}

impl<'a> Options<'a> {
    /// Returns those of a command that always sets a deadline.
    fn deadline(unit: Unit, number: &'a [u8]) -> Self {
        Self { condition: Condition::Always, get: false, expiry: Some(Some((unit, number))) }
    }

    /// Parses the options of SET, or of GETEX. One may be repeated, and its last number counts; two
    /// different ones of a kind are a syntax error. Mirrors `parseExtendedStringArgumentsOrReply`.
    fn parse(mut args: &[&'a [u8]], is_set: bool) -> Result<Self, CommandError> {
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
                (None, _) if is(if is_set { "KEEPTTL" } else { "PERSIST" }) => {
                    options.set_expiry(None)?;
                }
                _ if !is_set => return Err(CommandError::SYNTAX.into()),
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

//! SET, with all its options.

use crate::clock::UnixMillis;
use crate::command::CommandError;
use crate::db::{Condition, Db, Expiry};
use crate::resp::{Reply, parse_integer};

/// `SET key value [NX | XX] [GET] [EX s | PX ms | EXAT s | PXAT ms | KEEPTTL]`, mirrors
/// `setGenericCommand`.
pub(crate) fn set(args: &[&[u8]], db: &Db, now: UnixMillis) -> Result<Reply, CommandError> {
    let [key, value, options @ ..] = args else { return Err(CommandError::Arity) };
    let Options { condition, get, expiry } = Options::parse(options)?;
    let expiry = parse_expiry(expiry, now)?;
    let (is_set, old) = db.set_if(condition, key, value, expiry, get, now);
    Ok(match (get, is_set) {
        (true, _) => old.map_or(Reply::Nil, Reply::Bulk),
        (false, true) => Reply::Simple("OK"),
        (false, false) => Reply::Nil,
    })
}

/// Returns whether SET with these options reads the old value, too. Mirrors `setGetKeys`.
pub(crate) fn reads(options: &[&[u8]]) -> bool {
    options.iter().any(|option| option.eq_ignore_ascii_case(b"GET"))
}

/// What the words behind the value say.
struct Options<'a> {
    condition: Condition,
    get: bool,
    /// The option about the deadline, and the number behind it.
    expiry: Option<(&'static str, Option<&'a [u8]>)>,
}

impl<'a> Options<'a> {
    /// The same option may come again, and its last number counts; two different ones of a kind
    /// contradict each other. Mirrors `parseExtendedStringArgumentsOrReply`.
    fn parse(mut args: &[&'a [u8]]) -> Result<Self, CommandError> {
        const NAMES: [&str; 8] = ["EX", "PX", "EXAT", "PXAT", "KEEPTTL", "NX", "XX", "GET"];
        let mut options = Self { condition: Condition::Always, get: false, expiry: None };
        while let [option, rest @ ..] = args {
            let option =
                NAMES.into_iter().find(|name| option.eq_ignore_ascii_case(name.as_bytes()));
            args = match (option.ok_or(CommandError::SYNTAX)?, rest) {
                ("GET", rest) => {
                    options.get = true;
                    rest
                }
                ("NX", rest) => options.set_condition(Condition::IfAbsent, rest)?,
                ("XX", rest) => options.set_condition(Condition::IfPresent, rest)?,
                ("KEEPTTL", rest) => options.set_expiry("KEEPTTL", None, rest)?,
                (option, [number, rest @ ..]) => options.set_expiry(option, Some(number), rest)?,
                _ => return Err(CommandError::SYNTAX.into()),
            };
        }
        Ok(options)
    }

    fn set_condition<'b>(
        &mut self,
        condition: Condition,
        rest: &'b [&'a [u8]],
    ) -> Result<&'b [&'a [u8]], CommandError> {
        if ![Condition::Always, condition].contains(&self.condition) {
            return Err(CommandError::SYNTAX.into());
        }
        self.condition = condition;
        Ok(rest)
    }

    fn set_expiry<'b>(
        &mut self,
        option: &'static str,
        number: Option<&'a [u8]>,
        rest: &'b [&'a [u8]],
    ) -> Result<&'b [&'a [u8]], CommandError> {
        if self.expiry.replace((option, number)).is_some_and(|(other, _)| other != option) {
            return Err(CommandError::SYNTAX.into());
        }
        Ok(rest)
    }
}

/// Returns what the option makes of the key's deadline. Like Redis, we parse no number until
/// all options are known to be well-formed. Mirrors `getExpireMillisecondsOrReply`.
fn parse_expiry(
    option: Option<(&str, Option<&[u8]>)>,
    now: UnixMillis,
) -> Result<Expiry, CommandError> {
    let Some((option, number)) = option else { return Ok(Expiry::Never) };
    let Some(number) = number else { return Ok(Expiry::Keep) };
    let number = parse_integer(number).ok_or(CommandError::NOT_AN_INTEGER)?;
    let (unit_ms, start) = match option {
        "EX" => (1000, now.0),
        "PX" => (1, now.0),
        "EXAT" => (1000, 0),
        _ => (1, 0),
    };
    let deadline = number.checked_mul(unit_ms).and_then(|ms| ms.checked_add(start));
    match deadline {
        Some(deadline) if number > 0 => Ok(Expiry::At(UnixMillis(deadline))),
        _ => Err("invalid expire time in 'set' command".into()),
    }
}

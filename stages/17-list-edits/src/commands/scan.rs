//! SCAN: all keys in small pieces, without blocking the server.

use crate::command::context::{Context, Outcome};
use crate::command::error::CommandError;
use crate::command::flags::READONLY;
use crate::command::{Command, Keys};
use crate::commands::keys;
use crate::protocol::glob::Glob;
use crate::protocol::number;

/// SCAN.
pub const COMMANDS: &[Command] = &[Command::new("scan", -2, READONLY, Keys::NONE, scan)];

/// `SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]`, mirrors `scanGenericCommand`.
///
/// The options filter the keys found: a reply may be empty long before the end.
fn scan(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [cursor, options @ ..] = args else { return Err(CommandError::Arity) };
    let cursor = parse_cursor(cursor).ok_or("invalid cursor")?;
    let options = Options::parse(options)?;
    let now = context.now;
    let (next, mut keys) = context.db().scan(cursor, options.count, now);
    keys.retain(|key| options.want(key, context));
    let done = context.out.array(2);
    context.out.bulk(next.to_string().as_bytes());
    context.out.array(keys.len());
    for key in keys {
        context.out.bulk(&key);
    }
    Ok(done)
}

/// Which keys SCAN returns.
struct Options<'a> {
    pattern: Option<&'a [u8]>,
    count: usize,
    kind: Option<&'a [u8]>,
}

impl<'a> Options<'a> {
    /// Parses the options. If one is repeated, the last counts.
    fn parse(mut args: &[&'a [u8]]) -> Result<Self, CommandError> {
        let mut options = Self { pattern: None, count: 10, kind: None };
        while let [option, rest @ ..] = args {
            let [value, rest @ ..] = rest else { return Err(CommandError::SYNTAX.into()) };
            match option.to_ascii_lowercase().as_slice() {
                b"match" => options.pattern = Some(value),
                b"type" => options.kind = Some(value),
                b"count" => {
                    let count = number::parse(value).ok_or(CommandError::NOT_AN_INTEGER)?;
                    let count = usize::try_from(count).ok().filter(|count| *count > 0);
                    options.count = count.ok_or(CommandError::SYNTAX)?;
                }
                _ => return Err(CommandError::SYNTAX.into()),
            }
            args = rest;
        }
        Ok(options)
    }

    /// The type is that of a value, so TYPE looks up each key that the pattern matches, and INFO
    /// counts these lookups.
    fn want(&self, key: &[u8], context: &mut Context<'_>) -> bool {
        self.pattern.is_none_or(|pattern| {
            // To SCAN, as to KEYS, a lone star matches the empty key as well.
            Glob { pattern, ignore_case: false }.matches(key)
        }) && self
            .kind
            .is_none_or(|kind| kind.eq_ignore_ascii_case(keys::type_name(key, context).as_bytes()))
    }
}

/// Returns the number that C's `strtoul` reads, if nothing comes before or after it: unlike
/// elsewhere in Redis, `+5`, `007` and the empty string are numbers, and -1 is the largest. Mirrors
/// `parseScanCursorOrReply`.
fn parse_cursor(text: &[u8]) -> Option<u64> {
    let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
    let (is_negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if text.is_empty() {
        return Some(0);
    }
    if digits.is_empty() {
        return None;
    }
    let mut number: u64 = 0;
    for digit in digits {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10)?;
        number = number.checked_mul(10)?.checked_add(digit.into())?;
    }
    Some(if is_negative { number.wrapping_neg() } else { number })
}

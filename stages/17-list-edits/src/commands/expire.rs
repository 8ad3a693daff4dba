//! Commands that change the deadline of a key, and nothing else: EXPIRE and its relatives, PERSIST.

use crate::command::context::{Context, Outcome};
use crate::command::error::CommandError;
use crate::command::flags::{FAST, Flags, WRITE};
use crate::command::{Command, Keys};
use crate::commands::set::Unit;
use crate::protocol::clock::UnixMillis;
use crate::protocol::number;

/// What all of them are.
const FLAGS: Flags = WRITE | FAST;

/// What one can do to a deadline.
pub const COMMANDS: &[Command] = &[
    Command::new("expire", -3, FLAGS, Keys::ONE, |args, context| expire(args, Unit::EX, context)),
    Command::new("pexpire", -3, FLAGS, Keys::ONE, |args, context| expire(args, Unit::PX, context)),
    Command::new("expireat", -3, FLAGS, Keys::ONE, |args, context| {
        expire(args, Unit::EXAT, context)
    }),
    Command::new("pexpireat", -3, FLAGS, Keys::ONE, |args, context| {
        expire(args, Unit::PXAT, context)
    }),
    Command::new("persist", 2, FLAGS, Keys::ONE, persist),
];

/// `EXPIRE key number [NX | XX | GT | LT]` in this unit. A deadline that is not in the future removes
/// the key at once, and does not count as expired. Mirrors `expireGenericCommand`.
fn expire(args: &[&[u8]], unit: Unit, context: &mut Context<'_>) -> Outcome {
    let [key, number, options @ ..] = args else { return Err(CommandError::Arity) };
    let conditions = Conditions::parse(options)?;
    let number = number::parse(number).ok_or(CommandError::NOT_AN_INTEGER)?;
    let now = context.now;
    let deadline = unit.deadline(number, now).ok_or(CommandError::ExpireTime)?;
    let holds = context.db().update(key, now, |slot| {
        let holds = slot.is_set() && conditions.hold(slot.deadline(), deadline);
        if holds && deadline > now {
            slot.set_deadline(Some(deadline));
        } else if holds {
            slot.remove();
        }
        holds
    });
    Ok(context.out.integer(holds.into()))
}

/// When EXPIRE sets the deadline. Without any of them: always.
struct Conditions {
    /// If the key has no deadline.
    nx: bool,
    /// If the key has a deadline.
    xx: bool,
    /// If the new deadline is later.
    gt: bool,
    /// If the new deadline is earlier.
    lt: bool,
}

impl Conditions {
    /// Mirrors `parseExtendedExpireArgumentsOrReply`.
    fn parse(options: &[&[u8]]) -> Result<Self, CommandError> {
        let mut conditions = Self { nx: false, xx: false, gt: false, lt: false };
        for option in options {
            match option.to_ascii_lowercase().as_slice() {
                b"nx" => conditions.nx = true,
                b"xx" => conditions.xx = true,
                b"gt" => conditions.gt = true,
                b"lt" => conditions.lt = true,
                _ => return Err(CommandError::quoting("Unsupported option ", option, "")),
            }
        }
        let Self { nx, xx, gt, lt } = conditions;
        if nx && (xx || gt || lt) {
            return Err("NX and XX, GT or LT options at the same time are not compatible".into());
        }
        if gt && lt {
            return Err("GT and LT options at the same time are not compatible".into());
        }
        Ok(conditions)
    }

    /// A key without a deadline lives forever: no deadline is later, and each is earlier.
    fn hold(&self, old: Option<UnixMillis>, new: UnixMillis) -> bool {
        match old {
            Some(old) => !self.nx && (!self.gt || new > old) && (!self.lt || new < old),
            None => !self.xx && !self.gt,
        }
    }
}

/// `PERSIST key`: removes the deadline.
fn persist(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key] = args else { return Err(CommandError::Arity) };
    let now = context.now;
    let had = context.db().update(key, now, |slot| {
        let had = slot.deadline().is_some();
        slot.set_deadline(None);
        had
    });
    Ok(context.out.integer(had.into()))
}

//! Commands about keys, whatever their values: EXISTS, TYPE, TTL, DBSIZE; and STRLEN.

use crate::command::{CommandError, Context, Outcome};

/// `EXISTS key ...`: how many of them exist; one that is named twice counts twice.
pub(crate) fn exists(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let now = context.now;
    let count = args.iter().filter(|key| context.db().exists(key, now)).count();
    Ok(context.out.integer(count as i64))
}

/// `TYPE key`
pub(crate) fn type_of(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key] = args else { return Err(CommandError::Arity) };
    let name = type_name(key, context);
    Ok(context.out.simple(name))
}

/// Returns what TYPE says of a key: all values are strings. Mirrors `getObjectTypeName`.
pub(crate) fn type_name(key: &[u8], context: &mut Context<'_>) -> &'static str {
    let now = context.now;
    if context.db().exists(key, now) { "string" } else { "none" }
}

/// `STRLEN key`: 0, if it has no value.
pub(crate) fn strlen(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [key] = args else { return Err(CommandError::Arity) };
    let now = context.now;
    let length = context.db().get(key, now).map_or(0, <[u8]>::len);
    Ok(context.out.integer(length as i64))
}

/// `TTL key`: rounded, so half a second left is still one.
pub(crate) fn ttl(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    time_to_live(args, context, |ms| ms.saturating_add(500) / 1000)
}

/// `PTTL key`
pub(crate) fn pttl(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    time_to_live(args, context, |ms| ms)
}

/// Mirrors `ttlGenericCommand`.
fn time_to_live(
    args: &[&[u8]],
    context: &mut Context<'_>,
    unit: impl FnOnce(i64) -> i64,
) -> Outcome {
    let [key] = args else { return Err(CommandError::Arity) };
    let now = context.now;
    let left = match context.db().deadline(key, now) {
        None => -2,
        Some(None) => -1,
        Some(Some(deadline)) => unit(deadline.0.saturating_sub(now.0)),
    };
    Ok(context.out.integer(left))
}

/// `DBSIZE`: counts expired keys, too, until a client looks them up.
pub(crate) fn dbsize(_: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let length = context.db().len();
    Ok(context.out.integer(length as i64))
}

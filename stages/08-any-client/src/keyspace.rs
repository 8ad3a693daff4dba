//! Commands about keys, whatever their values: EXISTS, TYPE, TTL, DBSIZE; and STRLEN.

use crate::clock::UnixMillis;
use crate::command::CommandError;
use crate::db::Db;
use crate::resp::Reply;

/// `EXISTS key ...`: how many of them there are; one that is named twice counts twice.
pub(crate) fn exists(args: &[&[u8]], db: &Db, now: UnixMillis) -> Result<Reply, CommandError> {
    let count = args.iter().filter(|key| db.exists(key, now)).count();
    Ok(Reply::Integer(count as i64))
}

/// `TYPE key`
pub(crate) fn type_of(args: &[&[u8]], db: &Db, now: UnixMillis) -> Result<Reply, CommandError> {
    let [key] = args else { return Err(CommandError::Arity) };
    Ok(Reply::Simple(type_name(key, db, now)))
}

/// Returns what TYPE says of a key: all values are strings. Mirrors `getObjectTypeName`.
pub(crate) fn type_name(key: &[u8], db: &Db, now: UnixMillis) -> &'static str {
    if db.exists(key, now) { "string" } else { "none" }
}

/// `STRLEN key`
pub(crate) fn strlen(args: &[&[u8]], db: &Db, now: UnixMillis) -> Result<Reply, CommandError> {
    let [key] = args else { return Err(CommandError::Arity) };
    Ok(Reply::Integer(db.strlen(key, now) as i64))
}

/// `TTL key`: rounded, so half a second left is still one.
pub(crate) fn ttl(args: &[&[u8]], db: &Db, now: UnixMillis) -> Result<Reply, CommandError> {
    let [key] = args else { return Err(CommandError::Arity) };
    Ok(time_to_live(key, db, now, |ms| ms.saturating_add(500) / 1000))
}

/// `PTTL key`
pub(crate) fn pttl(args: &[&[u8]], db: &Db, now: UnixMillis) -> Result<Reply, CommandError> {
    let [key] = args else { return Err(CommandError::Arity) };
    Ok(time_to_live(key, db, now, |ms| ms))
}

/// Mirrors `ttlGenericCommand`.
fn time_to_live(key: &[u8], db: &Db, now: UnixMillis, unit: impl Fn(i64) -> i64) -> Reply {
    Reply::Integer(match db.deadline(key, now) {
        None => -2,
        Some(None) => -1,
        Some(Some(deadline)) => unit(deadline.0.saturating_sub(now.0)),
    })
}

/// `DBSIZE`: with those that have expired and that nobody has looked up since.
pub(crate) fn dbsize(db: &Db) -> Result<Reply, CommandError> {
    Ok(Reply::Integer(db.len() as i64))
}

//! What kind of command a command is: a set of flags, as Redis has them (`CMD_WRITE` and so on).

/// A set of flags, one bit for each.
pub type Flags = u16;

/// It may change keys.
pub const WRITE: Flags = 1;
/// It reads keys, and changes none.
pub const READONLY: Flags = 1 << 1;
/// It may take memory, so a server that has none left refuses it.
pub const DENYOOM: Flags = 1 << 2;
/// It is for those who run the server.
pub const ADMIN: Flags = 1 << 3;
/// No script may call it.
pub const NOSCRIPT: Flags = 1 << 4;
/// It works while the dump is still being loaded.
pub const LOADING: Flags = 1 << 5;
/// It works on a replica whose data are out of date.
pub const STALE: Flags = 1 << 6;
/// It takes a short time, however many keys there are.
pub const FAST: Flags = 1 << 7;
/// It works before AUTH.
pub const NO_AUTH: Flags = 1 << 8;
/// It works while a script runs for too long.
pub const ALLOW_BUSY: Flags = 1 << 9;
/// Another argument says which are keys.
pub const MOVABLE_KEYS: Flags = 1 << 11;
/// It counts keys, so those that have expired are freed before. Redis has no such flag.
pub const COUNTS: Flags = 1 << 10;

/// The names of Redis's flags, in the order of COMMAND INFO.
const NAMES: [(Flags, &str); 11] = [
    (WRITE, "write"),
    (READONLY, "readonly"),
    (DENYOOM, "denyoom"),
    (ADMIN, "admin"),
    (NOSCRIPT, "noscript"),
    (LOADING, "loading"),
    (STALE, "stale"),
    (FAST, "fast"),
    (NO_AUTH, "no_auth"),
    (ALLOW_BUSY, "allow_busy"),
    (MOVABLE_KEYS, "movablekeys"),
];

/// Returns the names of some flags.
pub fn names_of(flags: Flags) -> Vec<&'static str> {
    let set = NAMES.iter().filter(|(flag, _)| flags & flag != 0);
    set.map(|(_, name)| *name).collect()
}

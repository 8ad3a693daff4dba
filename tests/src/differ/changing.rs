//! The commands that change keys, as sessions have them: what each takes.

use crate::workspace::number_of;

/// What an argument is.
#[derive(Debug, Clone, Copy)]
pub enum Argument {
    /// A key.
    Key,
    /// One key or more.
    Keys,
    /// One key or more, each with a value; now and then the last value is missing.
    Pairs,
    /// Any value.
    Value,
    /// This word.
    Word(&'static str),
    /// One of these, or anything else.
    OneOf(&'static [&'static str]),
    /// One of these, or nothing.
    Maybe(&'static [&'static str]),
}

use Argument::{Key, Keys, Maybe, OneOf, Pairs, Value, Word};

/// Numbers of databases, most of them of one that there is.
const DATABASES: Argument =
    OneOf(&["0", "0", "1", "1", "2", "15", "16", "-1", "x", "2147483647", "2147483648", ""]);

const INTEGERS: Argument = OneOf(&[
    "0",
    "1",
    "1",
    "-1",
    "10",
    "-7",
    "9999",
    "10000",
    "9223372036854775807",
    "-9223372036854775808",
    "-9223372036854775807",
    "9223372036854775808",
    "+1",
    "01",
    "",
    "1.0",
]);

/// Where a part of a value starts or ends. None makes a value of many megabytes.
const OFFSETS: Argument = OneOf(&[
    "0",
    "0",
    "1",
    "2",
    "5",
    "-1",
    "-2",
    "-5",
    "100",
    "3000",
    "536870912",
    "-9223372036854775808",
    "9223372036854775807",
    "9223372036854775808",
    "x",
]);

const FLOATS: Argument = OneOf(&[
    "0",
    "1",
    "-1",
    "0.1",
    "1.1",
    "-0.3",
    "3.0",
    "1e3",
    "1E-3",
    "5e-18",
    "1e-17",
    "-0.0",
    ".5",
    "5.",
    "+5",
    "0x10",
    "0x1p-3",
    "0x1P",
    "1e",
    "1e+",
    "inf",
    "-Infinity",
    "nan",
    "1e4932",
    "-1e4932",
    "1e5000",
    "1e-4940",
    "1e-5000",
    "0e99999",
    "0.000003814697265625",
    "123456789012345678901234567890",
    "18446744073709551615",
    "0.12345678901234567890123",
    "1.2.3",
    " 1",
    "",
]);

/// Numbers of seconds or milliseconds from now. None makes a deadline that is near.
const TIMES: Argument = OneOf(&[
    "100000000",
    "5000000000",
    "100000000000",
    "0",
    "-1",
    "-100000000",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "9223372036854775",
    "-9223372036854776",
    "+5",
    "",
    "1.5",
]);

/// Numbers of seconds or milliseconds since 1970, likewise.
const MOMENTS: Argument = OneOf(&[
    "4102444800",
    "4102444800",
    "4102444801",
    "4102444800000",
    "4102444800000",
    "4102444799999",
    "5000000000000",
    "9223372036854775",
    "9223372036854775807",
    "9223372036854776",
    "-9223372036854775808",
    "1",
    "0",
    "-1",
    "x",
]);

/// Conditions that hold at every moment alike.
const IF: Argument = Maybe(&["NX", "XX", "nx", "xx", "", "PX"]);

/// All of them.
const COMPARED: Argument = Maybe(&["NX", "XX", "GT", "LT", "gt", "lt", "GTT"]);

/// How many elements to take out.
const COUNTS: Argument = OneOf(&[
    "0",
    "1",
    "1",
    "2",
    "3",
    "100",
    "-1",
    "9223372036854775807",
    "9223372036854775808",
    "x",
]);

/// Where an element is.
const INDEXES: Argument = OneOf(&[
    "0",
    "0",
    "1",
    "2",
    "-1",
    "-1",
    "-2",
    "-3",
    "100",
    "-100",
    "-0",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "",
]);

/// Keys that are lists again and again, and strings now and then.
const LIST: Argument = OneOf(&["k", "a", "b", "l", "l", "m"]);

const SIDE: Argument = OneOf(&["LEFT", "RIGHT", "left", "rIght"]);

const FLUSH: Argument = Maybe(&["ASYNC", "SYNC", "x"]);

/// The stages that bring them.
const KEYS: u32 = number_of("13-del-rename");
const VALUES: u32 = number_of("14-incr-append");
const DEADLINES: u32 = number_of("15-exact-expiry");
const LISTS: u32 = number_of("16-lists");
const EDITS: u32 = number_of("17-list-edits");

/// Each with the stage that brings it.
pub const CHANGING: [(&str, u32, &[Argument]); 92] = [
    ("DEL", KEYS, &[Keys]),
    ("UNLINK", KEYS, &[Keys]),
    ("TOUCH", KEYS, &[Keys]),
    ("RENAME", KEYS, &[Key, Key]),
    ("RENAMENX", KEYS, &[Key, Key]),
    ("COPY", KEYS, &[Key, Key]),
    (
        "COPY",
        KEYS,
        &[Key, Key, Maybe(&["REPLACE", "x"]), Word("DB"), DATABASES, Maybe(&["REPLACE"])],
    ),
    ("MOVE", KEYS, &[Key, DATABASES]),
    ("SWAPDB", KEYS, &[DATABASES, DATABASES]),
    ("RANDOMKEY", KEYS, &[]),
    ("FLUSHDB", KEYS, &[FLUSH]),
    ("FLUSHALL", KEYS, &[FLUSH]),
    ("INCR", VALUES, &[Key]),
    ("INCR", VALUES, &[Key]),
    ("DECR", VALUES, &[Key]),
    ("INCRBY", VALUES, &[Key, INTEGERS]),
    ("DECRBY", VALUES, &[Key, INTEGERS]),
    ("SET", VALUES, &[Key, INTEGERS]),
    ("SET", VALUES, &[Key, FLOATS]),
    ("INCRBYFLOAT", VALUES, &[Key, FLOATS]),
    ("INCRBYFLOAT", VALUES, &[Key, FLOATS]),
    ("APPEND", VALUES, &[Key, Value]),
    ("APPEND", VALUES, &[Key, INTEGERS]),
    ("GETRANGE", VALUES, &[Key, OFFSETS, OFFSETS]),
    ("SUBSTR", VALUES, &[Key, OFFSETS, OFFSETS]),
    ("SETRANGE", VALUES, &[Key, OFFSETS, Value]),
    ("GETSET", VALUES, &[Key, Value]),
    ("GETDEL", VALUES, &[Key]),
    ("SETNX", VALUES, &[Key, Value]),
    ("MGET", VALUES, &[Keys]),
    ("MSET", VALUES, &[Pairs]),
    ("MSETNX", VALUES, &[Pairs]),
    ("OBJECT", VALUES, &[Word("ENCODING"), Key]),
    ("OBJECT", VALUES, &[Word("REFCOUNT"), Key]),
    ("OBJECT", VALUES, &[Word("FREQ"), Key]),
    ("EXPIRE", DEADLINES, &[Key, TIMES, IF]),
    ("PEXPIRE", DEADLINES, &[Key, TIMES, IF]),
    ("EXPIREAT", DEADLINES, &[Key, MOMENTS, COMPARED]),
    ("EXPIREAT", DEADLINES, &[Key, MOMENTS, COMPARED, COMPARED]),
    ("PEXPIREAT", DEADLINES, &[Key, MOMENTS, COMPARED]),
    ("PEXPIREAT", DEADLINES, &[Key, MOMENTS, COMPARED, COMPARED]),
    ("PERSIST", DEADLINES, &[Key]),
    ("TTL", DEADLINES, &[Key]),
    ("PTTL", DEADLINES, &[Key]),
    ("EXPIRETIME", DEADLINES, &[Key]),
    ("PEXPIRETIME", DEADLINES, &[Key]),
    ("GETEX", DEADLINES, &[Key, Maybe(&["PERSIST", "persist", "KEEPTTL", "NX", "GET", "EX", ""])]),
    ("GETEX", DEADLINES, &[Key, OneOf(&["EX", "px", "PX"]), TIMES]),
    ("GETEX", DEADLINES, &[Key, OneOf(&["EXAT", "PXAT", "pxat"]), MOMENTS]),
    ("GETEX", DEADLINES, &[Key, Word("PXAT"), MOMENTS, Maybe(&["PERSIST", "PXAT", "EX"]), MOMENTS]),
    ("SETEX", DEADLINES, &[Key, TIMES, Value]),
    ("PSETEX", DEADLINES, &[Key, TIMES, Value]),
    ("PSETEX", DEADLINES, &[Key, Word("5000000000"), Value]),
    ("SET", DEADLINES, &[Key, Value, Word("PXAT"), MOMENTS]),
    ("LPUSH", LISTS, &[LIST, Keys]),
    ("LPUSH", LISTS, &[LIST, Value]),
    ("RPUSH", LISTS, &[LIST, Keys]),
    ("RPUSH", LISTS, &[LIST, Value]),
    ("RPUSH", LISTS, &[Key, Value, Value]),
    ("LPUSHX", LISTS, &[LIST, Value]),
    ("RPUSHX", LISTS, &[LIST, Keys]),
    ("LPOP", LISTS, &[LIST]),
    ("RPOP", LISTS, &[LIST]),
    ("LPOP", LISTS, &[LIST, COUNTS]),
    ("RPOP", LISTS, &[LIST, COUNTS]),
    ("LLEN", LISTS, &[LIST]),
    ("LINDEX", LISTS, &[LIST, INDEXES]),
    ("LRANGE", LISTS, &[LIST, INDEXES, INDEXES]),
    ("LRANGE", LISTS, &[LIST, Word("0"), Word("-1")]),
    ("TYPE", LISTS, &[LIST]),
    ("GET", LISTS, &[LIST]),
    ("SET", LISTS, &[LIST, Value, Maybe(&["GET", "NX", "XX", "KEEPTTL"])]),
    ("COPY", LISTS, &[LIST, LIST, Maybe(&["REPLACE"])]),
    ("RENAME", LISTS, &[LIST, LIST]),
    ("DEL", LISTS, &[LIST]),
    ("OBJECT", LISTS, &[Word("ENCODING"), LIST]),
    ("LSET", EDITS, &[LIST, INDEXES, Value]),
    ("LINSERT", EDITS, &[LIST, OneOf(&["BEFORE", "after"]), Key, Value]),
    ("LREM", EDITS, &[LIST, COUNTS, Key]),
    ("LREM", EDITS, &[LIST, INDEXES, Value]),
    ("LTRIM", EDITS, &[LIST, INDEXES, INDEXES]),
    ("LTRIM", EDITS, &[LIST, Word("0"), Word("-1")]),
    ("LPOS", EDITS, &[LIST, Key]),
    ("LPOS", EDITS, &[LIST, Key, OneOf(&["RANK", "COUNT", "MAXLEN"]), INDEXES]),
    ("LPOS", EDITS, &[LIST, Key, Word("COUNT"), COUNTS, OneOf(&["rank", "maxlen"]), INDEXES]),
    ("LMOVE", EDITS, &[LIST, LIST, SIDE, SIDE]),
    ("LMOVE", EDITS, &[LIST, Key, SIDE, SIDE]),
    ("RPOPLPUSH", EDITS, &[LIST, LIST]),
    ("LMPOP", EDITS, &[Word("2"), LIST, LIST, SIDE]),
    ("LMPOP", EDITS, &[Word("1"), LIST, SIDE, Word("COUNT"), COUNTS]),
    ("LMPOP", EDITS, &[COUNTS, LIST, LIST, SIDE]),
    ("COMMAND", EDITS, &[Word("GETKEYS"), Word("LMPOP"), COUNTS, LIST, LIST, SIDE]),
];

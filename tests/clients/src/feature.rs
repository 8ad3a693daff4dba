//! What a client is asked to do, and how it went.

use crate::setup::NotHad;

/// What every client for programs is to do, in the order of the table.
pub const FEATURES: [&str; 50] = [
    "connect",
    "PING",
    "ECHO",
    "SET and GET",
    "GETSET GETDEL SETNX",
    "MSET MGET MSETNX",
    "INCR DECR INCRBY DECRBY",
    "INCRBYFLOAT",
    "APPEND STRLEN GETRANGE SETRANGE",
    "SET with an expiry",
    "TTL and PTTL",
    "SETEX PSETEX",
    "GETEX",
    "EXPIRE PEXPIRE",
    "EXPIREAT PEXPIREAT",
    "EXPIRETIME PEXPIRETIME",
    "PERSIST",
    "EXISTS",
    "DEL UNLINK TOUCH",
    "RENAME RENAMENX",
    "COPY MOVE",
    "TYPE",
    "OBJECT ENCODING REFCOUNT",
    "KEYS",
    "SCAN",
    "RANDOMKEY",
    "DBSIZE",
    "SELECT",
    "SWAPDB",
    "CONFIG GET",
    "HELLO",
    "CLIENT ID INFO LIST",
    "CLIENT SETNAME GETNAME",
    "CLIENT REPLY",
    "CLIENT NO-EVICT",
    "CLIENT KILL",
    "COMMAND",
    "COMMAND COUNT LIST",
    "COMMAND INFO",
    "COMMAND DOCS",
    "COMMAND GETKEYS",
    "INFO",
    "RESET",
    "QUIT",
    "errors",
    "pipeline",
    "binary values",
    "large values",
    "FLUSHDB FLUSHALL",
    "reconnect",
];

/// How one feature went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// As it should.
    Passed,
    /// Otherwise; with what was seen.
    Failed(String),
    /// The client's interface does not have it; with the reason.
    Absent(String),
}

/// What came of one client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It ran.
    Ran(Report),
    /// It is not to be had here; with the reason.
    NotHad(NotHad),
}

/// What a client told that ran.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Its version, in its own words.
    pub version: Option<String>,
    /// The version of RESP that it chose.
    pub protocol: Option<String>,
    /// Each feature with its mark, in the order of the table.
    pub marks: Vec<(&'static str, Mark)>,
}

impl Report {
    /// Returns the report of a client that did nothing as it should, for one reason.
    #[must_use]
    pub fn all_failed(reason: &str) -> Self {
        let marks = FEATURES.map(|feature| (feature, Mark::Failed(reason.to_owned())));
        Self { marks: marks.into(), ..Self::default() }
    }

    /// Returns how one feature went.
    #[must_use]
    pub fn mark(&self, feature: &str) -> Option<&Mark> {
        self.marks.iter().find(|(name, _)| *name == feature).map(|(_, mark)| mark)
    }
}

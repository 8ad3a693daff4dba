//! What is known of a command: enough to find it, to check its arguments, and to describe it.

use crate::command::Handler;

/// A command, or a subcommand such as CLIENT ID (Redis: `redisCommand`).
#[derive(Debug)]
pub struct Command {
    /// In lower case, with the command's name before a subcommand's: `client|id`.
    pub name: &'static str,
    /// The last part of the name: `id`. It is stored because every request is compared with it.
    pub own_name: &'static str,
    /// How many arguments a request has, including the name. Negative: at least that many.
    pub arity: i64,
    /// What kind of command it is.
    pub flags: &'static [&'static str],
    /// The categories by which an access control list allows it.
    pub categories: &'static [&'static str],
    /// Hints for proxies.
    pub tips: &'static [&'static str],
    /// Which of its arguments are keys.
    pub keys: Option<Keys>,
    /// The documentation of COMMAND DOCS.
    pub docs: Docs,
    /// The subcommands, if the command needs one.
    pub subcommands: &'static [Command],
    /// The function that executes it.
    pub handler: Handler,
}

/// Where a request's keys are: from the first argument after the name on (Redis: `keySpec`).
#[derive(Clone, Copy, Debug)]
pub struct Keys {
    /// What happens to the keys.
    pub flags: &'static [&'static str],
    /// Remarks about the flags.
    pub notes: Option<&'static str>,
    /// The last key, counted from the first one. Negative: counted from the request's end.
    pub last: i64,
}

/// What COMMAND DOCS reports about a command.
#[derive(Clone, Copy, Debug)]
pub struct Docs {
    /// What it does, in a line.
    pub summary: &'static str,
    /// The first version of Redis that has it.
    pub since: &'static str,
    /// The chapter of the manual.
    pub group: &'static str,
    /// How its cost grows.
    pub complexity: &'static str,
    /// What has changed, each after its version.
    pub history: &'static [(&'static str, &'static str)],
    /// The arguments.
    pub arguments: &'static [Argument],
}

/// An argument of a command, or several that belong together (Redis: `redisCommandArg`).
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    /// What the manual calls it.
    pub name: &'static str,
    /// What it is: a number, a text, a choice, …
    pub kind: &'static str,
    /// Which of the command's [`Keys`] it belongs to.
    pub key_spec: Option<i64>,
    /// The token before its value, such as `PX`.
    pub token: Option<&'static str>,
    /// The first version that accepts it.
    pub since: Option<&'static str>,
    /// The version that deprecated it.
    pub deprecated_since: Option<&'static str>,
    /// Whether it is optional, or may be repeated.
    pub flags: &'static [&'static str],
    /// The alternatives of a choice, or the parts of a block.
    pub arguments: &'static [Argument],
}

impl Command {
    /// Describes a command without anything special to it.
    pub const fn new(name: &'static str, arity: i64, docs: Docs, handler: Handler) -> Self {
        let (flags, categories, tips, subcommands): (&[_], &[_], &[_], &[_]) = (&[], &[], &[], &[]);
        let (keys, own_name) = (None, own_name(name));
        Self { name, own_name, arity, flags, categories, tips, keys, docs, subcommands, handler }
    }

    /// Sets what kind of command it is.
    pub const fn flags(self, flags: &'static [&'static str]) -> Self {
        Self { flags, ..self }
    }

    /// Sets the categories.
    pub const fn categories(self, categories: &'static [&'static str]) -> Self {
        Self { categories, ..self }
    }

    /// Sets the hints for proxies.
    pub const fn tips(self, tips: &'static [&'static str]) -> Self {
        Self { tips, ..self }
    }

    /// Sets which arguments are keys.
    pub const fn keys(self, keys: Keys) -> Self {
        Self { keys: Some(keys), ..self }
    }

    /// Sets the subcommands.
    pub const fn subcommands(self, subcommands: &'static [Command]) -> Self {
        Self { subcommands, ..self }
    }

    /// Returns how many arguments the name takes: 2 for a subcommand.
    pub fn words(&self) -> usize {
        if self.own_name == self.name { 1 } else { 2 }
    }

    /// Returns whether this command accepts a request of this many arguments. Mirrors
    /// `commandCheckArity`.
    pub fn takes(&self, words: usize) -> bool {
        let words = i64::try_from(words).unwrap_or(i64::MAX);
        if self.arity < 0 { words >= -self.arity } else { words == self.arity }
    }
}

/// Returns what follows the `|` of a name, or all of it.
const fn own_name(name: &'static str) -> &'static str {
    let mut start = name.len();
    while start > 0 && name.as_bytes()[start - 1] != b'|' {
        start -= 1;
    }
    name.split_at(start).1
}

impl Docs {
    /// Describes a command that has no history and takes no arguments.
    pub const fn new(
        summary: &'static str,
        since: &'static str,
        group: &'static str,
        complexity: &'static str,
    ) -> Self {
        Self { summary, since, group, complexity, history: &[], arguments: &[] }
    }

    /// Sets what has changed in which version.
    pub const fn history(self, history: &'static [(&'static str, &'static str)]) -> Self {
        Self { history, ..self }
    }

    /// Sets the arguments.
    pub const fn arguments(self, arguments: &'static [Argument]) -> Self {
        Self { arguments, ..self }
    }
}

impl Keys {
    /// Describes a request with one key.
    pub const fn one(flags: &'static [&'static str]) -> Self {
        Self { flags, notes: None, last: 0 }
    }

    /// Describes a request whose arguments are all keys.
    pub const fn all(flags: &'static [&'static str]) -> Self {
        Self { flags, notes: None, last: -1 }
    }

    /// Sets the remarks about the flags.
    pub const fn notes(self, notes: &'static str) -> Self {
        Self { notes: Some(notes), ..self }
    }
}

impl Argument {
    /// Describes an argument that must be given.
    pub const fn new(name: &'static str, kind: &'static str) -> Self {
        Self {
            name,
            kind,
            key_spec: None,
            token: None,
            since: None,
            deprecated_since: None,
            flags: &[],
            arguments: &[],
        }
    }

    /// Describes a token without a value, such as `NX`.
    pub const fn word(name: &'static str, token: &'static str) -> Self {
        Self::new(name, "pure-token").token(token)
    }

    /// Describes a key.
    pub const fn key() -> Self {
        Self { key_spec: Some(0), ..Self::new("key", "key") }
    }

    /// Describes a choice of one among several arguments.
    pub const fn choice(name: &'static str, arguments: &'static [Argument]) -> Self {
        Self { arguments, ..Self::new(name, "oneof") }
    }

    /// Describes several arguments that come together.
    pub const fn block(name: &'static str, arguments: &'static [Argument]) -> Self {
        Self { arguments, ..Self::new(name, "block") }
    }

    /// Sets the token before its value.
    pub const fn token(self, token: &'static str) -> Self {
        Self { token: Some(token), ..self }
    }

    /// Sets the first version that accepts it.
    pub const fn since(self, version: &'static str) -> Self {
        Self { since: Some(version), ..self }
    }

    /// Sets the version that deprecated it.
    pub const fn deprecated(self, version: &'static str) -> Self {
        Self { deprecated_since: Some(version), ..self }
    }

    /// Sets whether it is optional, or may be repeated.
    pub const fn flags(self, flags: &'static [&'static str]) -> Self {
        Self { flags, ..self }
    }
}

//! What is known of a command: enough to find it, to check its arguments, and to describe it.

use crate::command::Handler;

/// A command, or a subcommand such as CLIENT ID (Redis: `redisCommand`).
#[derive(Debug)]
pub struct Command {
    /// In small letters, with the command's name before a subcommand's: `client|id`.
    pub name: &'static str,
    /// The part of the name that a client types last. Every request is compared with it, so it is
    /// not looked for each time.
    pub own_name: &'static str,
    /// How many words a request has, with those of the name. Negative: at least so many.
    pub arity: i64,
    /// What kind of command it is.
    pub flags: &'static [&'static str],
    /// The groups by which an access control list allows it.
    pub categories: &'static [&'static str],
    /// What a proxy should know of it.
    pub tips: &'static [&'static str],
    /// Which of its arguments are keys.
    pub keys: Option<Keys>,
    /// What it is for.
    pub docs: Docs,
    /// What the first argument can be, of a command that is only the beginning of a name.
    pub subcommands: &'static [Command],
    /// What executes it.
    pub handler: Handler,
}

/// Where a request's keys are: from its second word on (Redis: `keySpec`).
#[derive(Clone, Copy, Debug)]
pub struct Keys {
    /// What happens to the keys.
    pub flags: &'static [&'static str],
    /// What is special about that.
    pub notes: Option<&'static str>,
    /// How many words the last key is behind the first. Negative: counted from the request's end.
    pub last: i64,
}

/// What COMMAND DOCS tells of a command.
#[derive(Clone, Copy, Debug)]
pub struct Docs {
    /// What it does, in a line.
    pub summary: &'static str,
    /// The version of Redis that was the first to have it.
    pub since: &'static str,
    /// The chapter of the manual.
    pub group: &'static str,
    /// How its cost grows.
    pub complexity: &'static str,
    /// What has changed, each behind the version.
    pub history: &'static [(&'static str, &'static str)],
    /// What it takes.
    pub arguments: &'static [Argument],
}

/// One thing that a command takes, or several that belong together (Redis: `redisCommandArg`).
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    /// What the manual calls it.
    pub name: &'static str,
    /// What it is: a number, a text, a choice, …
    pub kind: &'static str,
    /// Which of the command's [`Keys`] it belongs to.
    pub key_spec: Option<i64>,
    /// The word that stands before it.
    pub token: Option<&'static str>,
    /// The version that was the first to take it.
    pub since: Option<&'static str>,
    /// The version from which on there is something better.
    pub deprecated_since: Option<&'static str>,
    /// Whether it may be left out, or come again.
    pub flags: &'static [&'static str],
    /// What there is to choose from, or what it is made of.
    pub arguments: &'static [Argument],
}

impl Command {
    /// Describes a command without anything special to it.
    pub const fn new(name: &'static str, arity: i64, docs: Docs, handler: Handler) -> Self {
        let (flags, categories, tips, subcommands): (&[_], &[_], &[_], &[_]) = (&[], &[], &[], &[]);
        let (keys, own_name) = (None, own_name(name));
        Self { name, own_name, arity, flags, categories, tips, keys, docs, subcommands, handler }
    }

    /// It is of these kinds.
    pub const fn flags(self, flags: &'static [&'static str]) -> Self {
        Self { flags, ..self }
    }

    /// It belongs to these groups.
    pub const fn categories(self, categories: &'static [&'static str]) -> Self {
        Self { categories, ..self }
    }

    /// A proxy should know this of it.
    pub const fn tips(self, tips: &'static [&'static str]) -> Self {
        Self { tips, ..self }
    }

    /// It takes these keys.
    pub const fn keys(self, keys: Keys) -> Self {
        Self { keys: Some(keys), ..self }
    }

    /// It is the beginning of these names.
    pub const fn subcommands(self, subcommands: &'static [Command]) -> Self {
        Self { subcommands, ..self }
    }

    /// Returns how many words a client types for the name.
    pub fn words(&self) -> usize {
        if self.own_name == self.name { 1 } else { 2 }
    }

    /// Returns whether a request of so many words can be one of this command. Mirrors
    /// `commandCheckArity`.
    pub fn takes(&self, words: usize) -> bool {
        let words = i64::try_from(words).unwrap_or(i64::MAX);
        if self.arity < 0 { words >= -self.arity } else { words == self.arity }
    }
}

/// Returns what stands behind the `|` of a name, or all of it.
const fn own_name(name: &'static str) -> &'static str {
    let mut start = name.len();
    while start > 0 && name.as_bytes()[start - 1] != b'|' {
        start -= 1;
    }
    name.split_at(start).1
}

impl Docs {
    /// Describes a command that has always been the same and takes nothing.
    pub const fn new(
        summary: &'static str,
        since: &'static str,
        group: &'static str,
        complexity: &'static str,
    ) -> Self {
        Self { summary, since, group, complexity, history: &[], arguments: &[] }
    }

    /// It has changed in these versions.
    pub const fn history(self, history: &'static [(&'static str, &'static str)]) -> Self {
        Self { history, ..self }
    }

    /// It takes these.
    pub const fn arguments(self, arguments: &'static [Argument]) -> Self {
        Self { arguments, ..self }
    }
}

impl Keys {
    /// One key.
    pub const fn one(flags: &'static [&'static str]) -> Self {
        Self { flags, notes: None, last: 0 }
    }

    /// All arguments.
    pub const fn all(flags: &'static [&'static str]) -> Self {
        Self { flags, notes: None, last: -1 }
    }

    /// This is special about them.
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

    /// Describes a word that says something by being there.
    pub const fn word(name: &'static str, token: &'static str) -> Self {
        Self::new(name, "pure-token").token(token)
    }

    /// Describes a key.
    pub const fn key() -> Self {
        Self { key_spec: Some(0), ..Self::new("key", "key") }
    }

    /// Describes one of several.
    pub const fn choice(name: &'static str, arguments: &'static [Argument]) -> Self {
        Self { arguments, ..Self::new(name, "oneof") }
    }

    /// Describes several that come together.
    pub const fn block(name: &'static str, arguments: &'static [Argument]) -> Self {
        Self { arguments, ..Self::new(name, "block") }
    }

    /// It stands behind this word.
    pub const fn token(self, token: &'static str) -> Self {
        Self { token: Some(token), ..self }
    }

    /// It came with this version.
    pub const fn since(self, version: &'static str) -> Self {
        Self { since: Some(version), ..self }
    }

    /// From this version on, there is something better.
    pub const fn deprecated(self, version: &'static str) -> Self {
        Self { deprecated_since: Some(version), ..self }
    }

    /// It is what these flags say.
    pub const fn flags(self, flags: &'static [&'static str]) -> Self {
        Self { flags, ..self }
    }
}

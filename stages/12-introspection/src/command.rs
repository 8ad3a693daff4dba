//! Commands: what the table says of each, and what a handler works with.

pub mod error;
pub mod flags;

use std::array;

use crate::command::error::CommandError;
use crate::command::flags::Flags;
use crate::keyspace::db::Db;
use crate::keyspace::walk::Walk;
use crate::protocol::clock::UnixMillis;
use crate::protocol::out::{Done, Out};
use crate::server::Server;
use crate::server::client::Client;

/// A command, or a subcommand such as CLIENT ID (Redis: `redisCommand`).
#[derive(Debug)]
pub struct Command {
    /// In lower case, with the command's name before a subcommand's: `client|id`.
    pub name: &'static str,
    /// How many arguments a request has, including the name. Negative: at least that many.
    pub arity: i32,
    /// What kind of command it is.
    pub flags: Flags,
    /// Which of its arguments are keys.
    pub keys: Keys,
    /// The function that executes it.
    pub run: Handler,
    /// The subcommands, if it has any.
    pub subcommands: &'static [Command],
}

/// A command's handler. It receives the arguments after the command's name, or the subcommand's.
pub type Handler = fn(&[&[u8]], &mut Context<'_>) -> Outcome;

/// What a handler returns: proof that it has replied, or why it could not.
pub type Outcome = Result<Done, CommandError>;

/// What a command works on.
#[derive(Debug)]
pub struct Context<'a> {
    /// What all connections share.
    pub server: &'a mut Server,
    /// The ID of the client that sent the request.
    pub id: u64,
    /// The number of the database that it has selected.
    pub database: usize,
    /// The current time.
    pub now: UnixMillis,
    /// Where the reply goes.
    pub out: Out<'a>,
    /// The walk that finds the reply, if the command needs one.
    pub walk: Option<Walk>,
    /// All commands.
    pub table: &'a Table,
}

/// Where a request's keys are (Redis: `keySpec`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    /// The first key, counted from the command's name. 0: there are none.
    pub first: usize,
    /// The last key. Negative: counted from the request's end.
    pub last: isize,
}

/// All commands by name.
///
/// The first and the last letter of a name choose its bucket, so a lookup compares it with few
/// others, however many there are.
#[derive(Debug)]
pub struct Table {
    /// In the order of their buckets.
    commands: Vec<&'static Command>,
    /// Where each bucket starts; the last number is where the last bucket ends.
    starts: [u16; BUCKETS + 1],
}

/// How many bits of a letter choose a bucket: all but those of its case.
const LETTER_BITS: u32 = 5;

/// How many buckets there are: one for each pair of a first and a last letter.
const BUCKETS: usize = 1 << (2 * LETTER_BITS);

impl Command {
    /// Describes a command: all that there is to know, in one line.
    pub const fn new(
        name: &'static str,
        arity: i32,
        flags: Flags,
        keys: Keys,
        run: Handler,
    ) -> Self {
        Self { name, arity, flags, keys, run, subcommands: &[] }
    }

    /// Describes a command that needs a subcommand.
    pub const fn container(name: &'static str, subcommands: &'static [Command]) -> Self {
        Self::new(name, -2, 0, Keys::NONE, only_subcommands).with(subcommands)
    }

    /// Adds the subcommands.
    pub const fn with(self, subcommands: &'static [Command]) -> Self {
        Self { subcommands, ..self }
    }

    /// Returns whether this command accepts a request of this many arguments. Mirrors
    /// `commandCheckArity`.
    pub fn takes(&self, arguments: usize) -> bool {
        let least = self.arity.unsigned_abs() as usize;
        if self.arity < 0 { arguments >= least } else { arguments == least }
    }

    /// Returns the subcommand of this name.
    fn subcommand(&self, name: &[u8]) -> Option<&'static Command> {
        // Its full name begins with this one's, and a bar.
        let is = |command: &&Command| {
            name.eq_ignore_ascii_case(&command.name.as_bytes()[self.name.len() + 1..])
        };
        self.subcommands.iter().find(is)
    }
}

/// The handler of a command that needs a subcommand. It never runs: the arity requires an argument,
/// and an unknown subcommand is not found.
fn only_subcommands(_: &[&[u8]], _: &mut Context<'_>) -> Outcome {
    Err(CommandError::Arity)
}

impl Context<'_> {
    /// Returns the client that sent the request. If another client has killed it, the list no
    /// longer has it.
    pub fn client(&mut self) -> Result<&mut Client, CommandError> {
        Ok(self.server.clients.get_mut(self.id).ok_or("No such client")?)
    }

    /// Returns the database that the client has selected.
    pub fn db(&mut self) -> &mut Db {
        &mut self.server.databases[self.database]
    }
}

impl Keys {
    /// None of the arguments is a key.
    pub const NONE: Self = Self { first: 0, last: 0 };
    /// The first argument is a key.
    pub const ONE: Self = Self { first: 1, last: 1 };
    /// All arguments are keys.
    pub const ALL: Self = Self { first: 1, last: -1 };
}

impl Table {
    /// Returns the table of these commands, which come in families.
    pub fn new(families: &[&'static [Command]]) -> Self {
        let mut commands = Vec::from_iter(families.iter().copied().flatten());
        commands.sort_by_key(|command| bucket(command.name.as_bytes()));
        let starts = array::from_fn(|number| {
            commands.partition_point(|command| bucket(command.name.as_bytes()) < number) as u16
        });
        Self { commands, starts }
    }

    /// Returns all commands.
    pub fn commands(&self) -> &[&'static Command] {
        &self.commands
    }

    /// Returns the command, or the subcommand, that a request names, and the arguments after the
    /// name. Mirrors `lookupCommand`.
    pub fn find<'r, 'a>(
        &self,
        request: &'r [&'a [u8]],
    ) -> Result<(&'static Command, &'r [&'a [u8]]), CommandError> {
        let [name, args @ ..] = request else { return Err(CommandError::unknown(b"", request)) };
        let command = self.command(name).ok_or_else(|| CommandError::unknown(name, args))?;
        match args {
            [name, args @ ..] if !command.subcommands.is_empty() => {
                let subcommand = command.subcommand(name);
                let unknown = || CommandError::unknown_subcommand(name, command.name);
                Ok((subcommand.ok_or_else(unknown)?, args))
            }
            _ => Ok((command, args)),
        }
    }

    /// Returns the command of this name, in any letter case.
    fn command(&self, name: &[u8]) -> Option<&'static Command> {
        let number = bucket(name);
        let (start, end) = (self.starts[number].into(), self.starts[number + 1].into());
        let mut commands = self.commands[start..end].iter().copied();
        commands.find(|command| name.eq_ignore_ascii_case(command.name.as_bytes()))
    }
}

/// Returns the number of the bucket of a name. A letter has the same last five bits in both cases.
fn bucket(name: &[u8]) -> usize {
    let letter = |byte: Option<&u8>| usize::from(*byte.unwrap_or(&0)) % (1 << LETTER_BITS);
    letter(name.first()) << LETTER_BITS | letter(name.last())
}

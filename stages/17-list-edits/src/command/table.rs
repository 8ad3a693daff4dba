//! The table of all commands.

use std::array;

use crate::command::error::CommandError;
use crate::command::{Command, Keys};

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

    /// Returns the keys in a request. None, if no command has its name.
    pub fn keys<'a>(&self, request: &[&'a [u8]]) -> impl Iterator<Item = &'a [u8]> {
        let command = request.first().and_then(|name| self.command(name));
        command.map_or(Keys::NONE, |command| command.keys).of(request)
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

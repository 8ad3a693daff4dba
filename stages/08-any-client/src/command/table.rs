//! The table of all commands.

use crate::command::Command;
use crate::command::error::CommandError;

/// All commands by name.
#[derive(Debug)]
pub struct Table {
    commands: Vec<&'static Command>,
}

impl Table {
    /// Returns the table of these commands, which come in families.
    pub fn new(families: &[&'static [Command]]) -> Self {
        Self { commands: Vec::from_iter(families.iter().copied().flatten()) }
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
        let mut commands = self.commands.iter().copied();
        commands.find(|command| name.eq_ignore_ascii_case(command.name.as_bytes()))
    }
}

//! CLIENT: what a connection asks and says about itself.

use crate::command::context::{Context, Outcome};
use crate::command::error::CommandError;
use crate::command::flags::{Flags, LOADING, NOSCRIPT, STALE};
use crate::command::{Command, Keys};
use crate::commands::connection;

/// What most of its subcommands are: nothing that waits, and nothing for a script.
const FLAGS: Flags = NOSCRIPT | LOADING | STALE;

/// CLIENT.
pub const COMMANDS: &[Command] = &[Command::container(
    "client",
    &[
        Command::new("client|id", 2, FLAGS, Keys::NONE, id),
        Command::new("client|setname", 3, FLAGS, Keys::NONE, set_name),
        Command::new("client|getname", 2, FLAGS, Keys::NONE, get_name),
        Command::new("client|help", 2, LOADING | STALE, Keys::NONE, help),
    ],
)];

/// `CLIENT ID`
fn id(_: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    Ok(context.out.integer(context.id as i64))
}

/// `CLIENT SETNAME name`
fn set_name(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let [name] = args else { return Err(CommandError::Arity) };
    connection::set_name(name, context)?;
    Ok(context.out.simple("OK"))
}

/// `CLIENT GETNAME`
fn get_name(_: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let name = context.client()?.name.clone();
    Ok(if name.is_empty() { context.out.nil() } else { context.out.bulk(&name) })
}

/// `CLIENT HELP`
fn help(_: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    Ok(context.out.lines(&[
        "CLIENT <subcommand> [<arg> ...]. Subcommands are:",
        "GETNAME",
        "    Return the name of this connection.",
        "ID",
        "    Return the number of this connection.",
        "SETNAME <name>",
        "    Give this connection a name.",
        "HELP",
        "    Prints this help.",
    ]))
}

//! CONFIG: the parameters with which the server was started.

use crate::command::context::{Context, Outcome};
use crate::command::flags::{ADMIN, LOADING, NOSCRIPT, STALE};
use crate::command::{Command, Keys};

/// CONFIG.
pub const COMMANDS: &[Command] = &[Command::container(
    "config",
    &[
        Command::new("config|get", -3, ADMIN | NOSCRIPT | LOADING | STALE, Keys::NONE, get),
        Command::new("config|help", 2, LOADING | STALE, Keys::NONE, help),
    ],
)];

/// `CONFIG GET name ...`
fn get(names: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let found = context.server.config.get(names);
    let done = context.out.map(found.len());
    for (name, value) in found {
        context.out.bulk(name);
        context.out.bulk(&value);
    }
    Ok(done)
}

/// `CONFIG HELP`
fn help(_: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    Ok(context.out.lines(&[
        "CONFIG <subcommand> [<arg> ...]. Subcommands are:",
        "GET <pattern> [<pattern> ...]",
        "    Return the parameters whose names match, and their values.",
        "HELP",
        "    Prints this help.",
    ]))
}

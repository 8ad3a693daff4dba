//! COMMAND: what the server reports about its own commands.

use crate::command::context::{Context, Outcome};
use crate::command::error::CommandError;
use crate::command::flags::{Flags, LOADING, STALE, names_of};
use crate::command::table::Table;
use crate::command::{Command, Keys};
use crate::commands::about::About;
use crate::commands::set;
use crate::protocol::glob::Glob;
use crate::protocol::out::{Done, Out};

/// What all of them are.
const FLAGS: Flags = LOADING | STALE;

/// COMMAND.
pub const COMMANDS: &[Command] = &[Command::new("command", -1, FLAGS, Keys::NONE, all).with(&[
    Command::new("command|count", 2, FLAGS, Keys::NONE, count),
    Command::new("command|info", -2, FLAGS, Keys::NONE, info),
    Command::new("command|docs", -2, FLAGS, Keys::NONE, docs),
    Command::new("command|list", -2, FLAGS, Keys::NONE, list),
    Command::new("command|getkeys", -4, FLAGS, Keys::NONE, get_keys),
    Command::new("command|getkeysandflags", -4, FLAGS, Keys::NONE, get_keys_and_flags),
    Command::new("command|help", 2, FLAGS, Keys::NONE, help),
])];

/// `COMMAND`
fn all(_: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let commands = context.table.commands();
    let done = context.out.array(commands.len());
    commands.iter().for_each(|command| describe(command, &mut context.out));
    Ok(done)
}

/// `COMMAND COUNT`
fn count(_: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    Ok(context.out.integer(context.table.commands().len() as i64))
}

/// `COMMAND INFO [name ...]`
fn info(names: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    if names.is_empty() {
        return all(names, context);
    }
    let done = context.out.array(names.len());
    for name in names {
        match by_full_name(context.table, name) {
            Some(command) => describe(command, &mut context.out),
            None => drop(context.out.nil()),
        }
    }
    Ok(done)
}

/// `COMMAND DOCS [name ...]`: an unknown name is left out.
fn docs(names: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let table = context.table;
    let commands = match names {
        [] => table.commands().to_vec(),
        _ => names.iter().filter_map(|name| by_full_name(table, name)).collect(),
    };
    Ok(document_all(commands, &mut context.out))
}

/// `COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN pattern]`
fn list(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let names = match args {
        [] => names(context.table, |_| true),
        [option, kind, wanted] if option.eq_ignore_ascii_case(b"filterby") => {
            match kind.to_ascii_lowercase().as_slice() {
                b"module" => Vec::new(),
                b"aclcat" => names(context.table, |command| {
                    let mut categories = categories(command);
                    categories
                        .any(|category| wanted.eq_ignore_ascii_case(&category.as_bytes()[1..]))
                }),
                b"pattern" => {
                    let glob = Glob { pattern: wanted, ignore_case: true };
                    names(context.table, |command| glob.matches(command.name.as_bytes()))
                }
                _ => return Err(CommandError::SYNTAX.into()),
            }
        }
        _ => return Err(CommandError::SYNTAX.into()),
    };
    let done = context.out.array(names.len());
    for name in names {
        context.out.bulk(name.as_bytes());
    }
    Ok(done)
}

/// `COMMAND GETKEYS command argument ...`
fn get_keys(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let (_, keys) = find_keys(context.table, args)?;
    let done = context.out.array(keys.len());
    for key in keys {
        context.out.bulk(key);
    }
    Ok(done)
}

/// `COMMAND GETKEYSANDFLAGS command argument ...`
fn get_keys_and_flags(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let (command, keys) = find_keys(context.table, args)?;
    let recorded = || About::of(command.name).map(|about| about.keys.flags()).unwrap_or_default();
    let key_flags: Vec<Vec<&str>> = match (command.name, args) {
        // The only command whose options decide.
        ("set", [_, _, _, options @ ..]) if set::reads(options) => {
            vec![vec!["RW", "access", "update"]]
        }
        ("set", _) => vec![vec!["OW", "update"]],
        _ => recorded(),
    };
    let done = context.out.array(keys.len());
    for (index, key) in keys.into_iter().enumerate() {
        context.out.array(2);
        context.out.bulk(key);
        // The last description is of all keys from there on.
        let flags = key_flags.get(index).or(key_flags.last());
        set_of(flags.map_or(&[], Vec::as_slice), &mut context.out);
    }
    Ok(done)
}

/// Returns a command and those of its arguments that are keys. Mirrors `getKeysSubcommandImpl`.
fn find_keys<'a>(
    table: &Table,
    args: &'a [&'a [u8]],
) -> Result<(&'static Command, Vec<&'a [u8]>), CommandError> {
    let (command, _) = table.find(args).map_err(|_| "Invalid command specified")?;
    if command.keys == Keys::NONE {
        return Err("The command has no key arguments".into());
    }
    if !command.takes(args.len()) {
        return Err("Invalid number of arguments specified for command".into());
    }
    let keys = Vec::from_iter(command.keys.of(args));
    if keys.is_empty() {
        return Err("Invalid arguments specified for command".into());
    }
    Ok((command, keys))
}

/// `COMMAND HELP`
fn help(_: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    Ok(context.out.lines(&[
        "COMMAND [<subcommand> [<arg> ...]]. Subcommands are:",
        "(no subcommand)",
        "    Return what there is to know of each command.",
        "COUNT",
        "    Return how many commands there are.",
        "DOCS [<command-name> ...]",
        "    Return what these commands are for, or all.",
        "GETKEYS <full-command>",
        "    Return those arguments of a command that are keys.",
        "GETKEYSANDFLAGS <full-command>",
        "    Return them, and what the command does to them.",
        "INFO [<command-name> ...]",
        "    Return what there is to know of these commands, or of all.",
        "LIST [FILTERBY (MODULE <name>|ACLCAT <category>|PATTERN <pattern>)]",
        "    Return the names of all commands, or of some.",
        "HELP",
        "    Prints this help.",
    ]))
}

/// Returns the command of this name, which is `client|id` for a subcommand. Mirrors
/// `lookupCommandBySds`.
fn by_full_name(table: &Table, name: &[u8]) -> Option<&'static Command> {
    let words: Vec<&[u8]> = name.split(|byte| *byte == b'|').collect();
    let (command, rest) = table.find(&words).ok()?;
    rest.is_empty().then_some(command)
}

fn names(table: &Table, wanted: impl Fn(&Command) -> bool) -> Vec<&'static str> {
    let commands = table.commands().iter().copied();
    let all = commands.flat_map(|command| [command].into_iter().chain(command.subcommands));
    all.filter(|command| wanted(command)).map(|command| command.name).collect()
}

fn categories(command: &Command) -> impl Iterator<Item = &'static str> {
    About::of(command.name).into_iter().flat_map(|about| about.categories.split_whitespace())
}

/// Mirrors `addReplyCommandInfo`.
fn describe(command: &Command, out: &mut Out<'_>) {
    let Keys { first, last, step, .. } = command.keys;
    out.array(10);
    out.bulk(command.name.as_bytes());
    out.integer(command.arity.into());
    set_of(&names_of(command.flags), out);
    out.integer(first as i64);
    out.integer(last as i64);
    out.integer(step as i64);
    set_of(&Vec::from_iter(categories(command)), out);
    match About::of(command.name) {
        Some(about) => {
            about.tips.write(out);
            about.keys.write(out);
        }
        None => {
            out.set(0);
            out.set(0);
        }
    }
    match command.subcommands {
        [] => out.set(0),
        subcommands => out.array(subcommands.len()),
    };
    command.subcommands.iter().for_each(|subcommand| describe(subcommand, out));
}

fn document_all(commands: Vec<&Command>, out: &mut Out<'_>) -> Done {
    let done = out.map(commands.len());
    for command in commands {
        out.bulk(command.name.as_bytes());
        document(command, out);
    }
    done
}

/// Mirrors `addReplyCommandDocs`.
fn document(command: &Command, out: &mut Out<'_>) {
    let has_subcommands = !command.subcommands.is_empty();
    match About::of(command.name) {
        Some(about) => about.docs.write_with(usize::from(has_subcommands), out),
        None => drop(out.map(usize::from(has_subcommands))),
    }
    if has_subcommands {
        out.bulk(b"subcommands");
        document_all(command.subcommands.iter().collect(), out);
    }
}

fn set_of(flags: &[&'static str], out: &mut Out<'_>) {
    out.set(flags.len());
    for flag in flags {
        out.simple(flag);
    }
}

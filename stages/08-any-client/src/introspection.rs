//! COMMAND: what the server reports about its own commands.

use crate::command::{CommandError, Context, Outcome, find};
use crate::commands::COMMANDS;
use crate::glob::Glob;
use crate::out::{Done, Out};
use crate::set;
use crate::spec::{Argument, Command, Docs, Keys};

/// `COMMAND`
pub(crate) fn all(_: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let done = context.out.array(COMMANDS.len());
    COMMANDS.iter().for_each(|command| describe(command, &mut context.out));
    Ok(done)
}

/// `COMMAND COUNT`
pub(crate) fn count(_: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    Ok(context.out.integer(COMMANDS.len() as i64))
}

/// `COMMAND INFO [name ...]`
pub(crate) fn info(names: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    if names.is_empty() {
        return all(names, context);
    }
    let done = context.out.array(names.len());
    for name in names {
        match by_full_name(name) {
            Some(command) => describe(command, &mut context.out),
            None => drop(context.out.nil()),
        }
    }
    Ok(done)
}

/// `COMMAND DOCS [name ...]`: an unknown name is left out.
pub(crate) fn docs(names: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let commands = match names {
        [] => COMMANDS.iter().collect(),
        _ => names.iter().filter_map(|name| by_full_name(name)).collect(),
    };
    Ok(document_all(commands, &mut context.out))
}

/// `COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN pattern]`
pub(crate) fn list(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let names = match args {
        [] => names(|_| true),
        [option, kind, wanted] if option.eq_ignore_ascii_case(b"filterby") => {
            match kind.to_ascii_lowercase().as_slice() {
                b"module" => Vec::new(),
                b"aclcat" => names(|command| {
                    let mut categories = command.categories.iter();
                    categories
                        .any(|category| wanted.eq_ignore_ascii_case(&category.as_bytes()[1..]))
                }),
                b"pattern" => {
                    let glob = Glob { pattern: wanted, ignore_case: true };
                    names(|command| glob.matches(command.name.as_bytes()))
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
pub(crate) fn get_keys(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let (keys, _) = find_keys(args)?;
    let done = context.out.array(keys.len());
    for key in keys {
        context.out.bulk(key);
    }
    Ok(done)
}

/// `COMMAND GETKEYSANDFLAGS command argument ...`
pub(crate) fn get_keys_and_flags(args: &[&[u8]], context: &mut Context<'_>) -> Outcome {
    let (keys, spec) = find_keys(args)?;
    let key_flags: &[&str] =
        match args {
            // The only command whose options decide.
            [name, _, _, options @ ..] if name.eq_ignore_ascii_case(b"set") => {
                if set::reads(options) { &["RW", "access", "update"] } else { &["OW", "update"] }
            }
            _ => spec.flags,
        };
    let done = context.out.array(keys.len());
    for key in keys {
        context.out.array(2);
        context.out.bulk(key);
        flags(key_flags, &mut context.out);
    }
    Ok(done)
}

/// Mirrors `getKeysSubcommandImpl`.
fn find_keys<'a>(args: &'a [&'a [u8]]) -> Result<(&'a [&'a [u8]], Keys), CommandError> {
    let command = find(args).map_err(|_| "Invalid command specified")?;
    let spec = command.keys.ok_or("The command has no key arguments")?;
    if !command.takes(args.len()) {
        return Err("Invalid number of arguments specified for command".into());
    }
    let end = if spec.last < 0 { args.len() } else { 2 + spec.last.unsigned_abs() as usize };
    Ok((args.get(1..end).unwrap_or_default(), spec))
}

/// `COMMAND HELP`
pub(crate) fn help(_: &[&[u8]], context: &mut Context<'_>) -> Outcome {
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
fn by_full_name(name: &[u8]) -> Option<&'static Command> {
    let words: Vec<&[u8]> = name.split(|byte| *byte == b'|').collect();
    find(&words).ok().filter(|command| command.words() == words.len())
}

fn names(wanted: impl Fn(&Command) -> bool) -> Vec<&'static str> {
    let all = COMMANDS.iter().flat_map(|command| [command].into_iter().chain(command.subcommands));
    all.filter(|command| wanted(command)).map(|command| command.name).collect()
}

/// Mirrors `addReplyCommandInfo`.
fn describe(command: &Command, out: &mut Out<'_>) {
    let (first, last, step) = command
        .keys
        .map_or((0, 0, 0), |keys| (1, if keys.last < 0 { keys.last } else { 1 + keys.last }, 1));
    out.array(10);
    out.bulk(command.name.as_bytes());
    out.integer(command.arity);
    flags(command.flags, out);
    out.integer(first);
    out.integer(last);
    out.integer(step);
    flags(command.categories, out);
    out.set(command.tips.len());
    for tip in command.tips {
        out.bulk(tip.as_bytes());
    }
    out.set(command.keys.iter().len());
    command.keys.iter().for_each(|keys| describe_keys(keys, out));
    match command.subcommands {
        [] => out.set(0),
        subcommands => out.array(subcommands.len()),
    };
    command.subcommands.iter().for_each(|subcommand| describe(subcommand, out));
}

/// Mirrors `addReplyCommandKeySpecs`.
fn describe_keys(keys: &Keys, out: &mut Out<'_>) {
    out.map(3 + usize::from(keys.notes.is_some()));
    if let Some(notes) = keys.notes {
        out.bulk(b"notes");
        out.bulk(notes.as_bytes());
    }
    out.bulk(b"flags");
    flags(keys.flags, out);
    out.bulk(b"begin_search");
    describe_search("index", &[("index", 1)], out);
    out.bulk(b"find_keys");
    describe_search("range", &[("lastkey", keys.last), ("keystep", 1), ("limit", 0)], out);
}

fn describe_search(kind: &str, spec: &[(&str, i64)], out: &mut Out<'_>) {
    out.map(2);
    out.bulk(b"type");
    out.bulk(kind.as_bytes());
    out.bulk(b"spec");
    out.map(spec.len());
    for (name, number) in spec {
        out.bulk(name.as_bytes());
        out.integer(*number);
    }
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
    let Docs { summary, since, group, complexity, history, arguments } = command.docs;
    let optional = [history.is_empty(), arguments.is_empty(), command.subcommands.is_empty()];
    out.map(4 + optional.iter().filter(|is_empty| !*is_empty).count());
    for (name, text) in
        [("summary", summary), ("since", since), ("group", group), ("complexity", complexity)]
    {
        out.bulk(name.as_bytes());
        out.bulk(text.as_bytes());
    }
    if !history.is_empty() {
        out.bulk(b"history");
        out.set(history.len());
        for (version, change) in history {
            out.array(2);
            out.bulk(version.as_bytes());
            out.bulk(change.as_bytes());
        }
    }
    if !arguments.is_empty() {
        document_arguments(arguments, out);
    }
    if !command.subcommands.is_empty() {
        out.bulk(b"subcommands");
        document_all(command.subcommands.iter().collect(), out);
    }
}

/// Mirrors `addReplyCommandArgList`.
fn document_arguments(arguments: &[Argument], out: &mut Out<'_>) {
    out.bulk(b"arguments");
    out.array(arguments.len());
    arguments.iter().for_each(|argument| document_argument(argument, out));
}

fn document_argument(argument: &Argument, out: &mut Out<'_>) {
    let texts = [
        ("token", argument.token),
        ("since", argument.since),
        ("deprecated_since", argument.deprecated_since),
    ];
    let texts = texts.iter().filter_map(|(name, text)| Some((name, (*text)?)));
    let more =
        [argument.key_spec.is_some(), !argument.flags.is_empty(), !argument.arguments.is_empty()];
    out.map(2 + texts.clone().count() + more.iter().filter(|there_is| **there_is).count());
    out.bulk(b"name");
    out.bulk(argument.name.as_bytes());
    out.bulk(b"type");
    out.bulk(argument.kind.as_bytes());
    if let Some(index) = argument.key_spec {
        out.bulk(b"key_spec_index");
        out.integer(index);
    }
    for (name, text) in texts {
        out.bulk(name.as_bytes());
        out.bulk(text.as_bytes());
    }
    if !argument.flags.is_empty() {
        out.bulk(b"flags");
        flags(argument.flags, out);
    }
    if !argument.arguments.is_empty() {
        document_arguments(argument.arguments, out);
    }
}

fn flags(flags: &[&'static str], out: &mut Out<'_>) {
    out.set(flags.len());
    for flag in flags {
        out.simple(flag);
    }
}

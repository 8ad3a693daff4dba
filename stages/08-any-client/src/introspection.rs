//! COMMAND: what the server tells of its own commands.

use crate::command::{CommandError, find};
use crate::commands::COMMANDS;
use crate::glob::Glob;
use crate::resp::Reply;
use crate::set;
use crate::spec::{Argument, Command, Docs, Keys};

/// `COMMAND`
pub(crate) fn all() -> Result<Reply, CommandError> {
    Ok(Reply::Array(COMMANDS.iter().map(describe).collect()))
}

/// `COMMAND COUNT`
pub(crate) fn count() -> Result<Reply, CommandError> {
    Ok(Reply::Integer(COMMANDS.len() as i64))
}

/// `COMMAND INFO [name ...]`
pub(crate) fn info(names: &[&[u8]]) -> Result<Reply, CommandError> {
    if names.is_empty() {
        return all();
    }
    let found = names.iter().map(|name| by_full_name(name).map_or(Reply::Nil, describe));
    Ok(Reply::Array(found.collect()))
}

/// `COMMAND DOCS [name ...]`: a name that there is not is left out.
pub(crate) fn docs(names: &[&[u8]]) -> Result<Reply, CommandError> {
    let named = names.iter().filter_map(|name| by_full_name(name));
    Ok(match names {
        [] => document_all(COMMANDS.iter()),
        _ => document_all(named),
    })
}

/// `COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN pattern]`
pub(crate) fn list(args: &[&[u8]]) -> Result<Reply, CommandError> {
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
    Ok(Reply::Array(names.into_iter().map(Reply::bulk).collect()))
}

/// `COMMAND GETKEYS command argument ...`
pub(crate) fn get_keys(args: &[&[u8]]) -> Result<Reply, CommandError> {
    let (keys, _) = find_keys(args)?;
    Ok(Reply::Array(keys.iter().map(|key| Reply::bulk(*key)).collect()))
}

/// `COMMAND GETKEYSANDFLAGS command argument ...`
pub(crate) fn get_keys_and_flags(args: &[&[u8]]) -> Result<Reply, CommandError> {
    let (keys, spec) = find_keys(args)?;
    let key_flags: &[&str] =
        match args {
            // The only command of which the options decide.
            [name, _, _, options @ ..] if name.eq_ignore_ascii_case(b"set") => {
                if set::reads(options) { &["RW", "access", "update"] } else { &["OW", "update"] }
            }
            _ => spec.flags,
        };
    let pairs = keys.iter().map(|key| Reply::Array(vec![Reply::bulk(*key), flags(key_flags)]));
    Ok(Reply::Array(pairs.collect()))
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
pub(crate) fn help() -> Result<Reply, CommandError> {
    const LINES: &[&str] = &[
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
    ];
    Ok(Reply::Array(LINES.iter().map(|line| Reply::Simple(line)).collect()))
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
fn describe(command: &Command) -> Reply {
    let (first, last, step) = command
        .keys
        .map_or((0, 0, 0), |keys| (1, if keys.last < 0 { keys.last } else { 1 + keys.last }, 1));
    Reply::Array(vec![
        Reply::bulk(command.name),
        Reply::Integer(command.arity),
        flags(command.flags),
        Reply::Integer(first),
        Reply::Integer(last),
        Reply::Integer(step),
        flags(command.categories),
        Reply::Set(command.tips.iter().map(|tip| Reply::bulk(*tip)).collect()),
        Reply::Set(command.keys.iter().map(describe_keys).collect()),
        match command.subcommands {
            [] => Reply::Set(Vec::new()),
            subcommands => Reply::Array(subcommands.iter().map(describe).collect()),
        },
    ])
}

/// Mirrors `addReplyCommandKeySpecs`.
fn describe_keys(keys: &Keys) -> Reply {
    let search = |kind: &str, spec: &[(&str, i64)]| {
        let spec = spec.iter().map(|(name, value)| pair(name, Reply::Integer(*value)));
        Reply::Map(vec![pair("type", Reply::bulk(kind)), pair("spec", Reply::Map(spec.collect()))])
    };
    let range = [("lastkey", keys.last), ("keystep", 1), ("limit", 0)];
    let notes = keys.notes.map(|notes| pair("notes", Reply::bulk(notes)));
    let mut pairs = Vec::from_iter(notes);
    pairs.push(pair("flags", flags(keys.flags)));
    pairs.push(pair("begin_search", search("index", &[("index", 1)])));
    pairs.push(pair("find_keys", search("range", &range)));
    Reply::Map(pairs)
}

fn document_all<'a>(commands: impl Iterator<Item = &'a Command>) -> Reply {
    Reply::Map(commands.map(|command| pair(command.name, document(command))).collect())
}

/// Mirrors `addReplyCommandDocs`.
fn document(command: &Command) -> Reply {
    let Docs { summary, since, group, complexity, history, arguments } = command.docs;
    let mut pairs = vec![
        pair("summary", Reply::bulk(summary)),
        pair("since", Reply::bulk(since)),
        pair("group", Reply::bulk(group)),
        pair("complexity", Reply::bulk(complexity)),
    ];
    if !history.is_empty() {
        let changes = history.iter();
        let changes = changes.map(|(version, change)| {
            Reply::Array(vec![Reply::bulk(*version), Reply::bulk(*change)])
        });
        pairs.push(pair("history", Reply::Set(changes.collect())));
    }
    if !arguments.is_empty() {
        pairs.push(pair("arguments", document_arguments(arguments)));
    }
    if !command.subcommands.is_empty() {
        pairs.push(pair("subcommands", document_all(command.subcommands.iter())));
    }
    Reply::Map(pairs)
}

/// Mirrors `addReplyCommandArgList`.
fn document_arguments(arguments: &[Argument]) -> Reply {
    Reply::Array(arguments.iter().map(document_argument).collect())
}

fn document_argument(argument: &Argument) -> Reply {
    let mut pairs =
        vec![pair("name", Reply::bulk(argument.name)), pair("type", Reply::bulk(argument.kind))];
    let key_spec = argument.key_spec.map(|index| pair("key_spec_index", Reply::Integer(index)));
    pairs.extend(key_spec);
    for (name, text) in [
        ("token", argument.token),
        ("since", argument.since),
        ("deprecated_since", argument.deprecated_since),
    ] {
        pairs.extend(text.map(|text| pair(name, Reply::bulk(text))));
    }
    if !argument.flags.is_empty() {
        pairs.push(pair("flags", flags(argument.flags)));
    }
    if !argument.arguments.is_empty() {
        pairs.push(pair("arguments", document_arguments(argument.arguments)));
    }
    Reply::Map(pairs)
}

fn flags(flags: &[&'static str]) -> Reply {
    Reply::Set(flags.iter().map(|flag| Reply::Simple(flag)).collect())
}

fn pair(name: &str, value: Reply) -> (Reply, Reply) {
    (Reply::bulk(name), value)
}

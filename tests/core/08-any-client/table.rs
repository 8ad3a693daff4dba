//! The table of commands: which names are found, and how many arguments they take.

use crate::corpus::from_echo::request::shown;
use crate::subject::stage::command::Command;
use crate::subject::{COMMANDS, Subject, TABLE};

/// Returns all commands and subcommands.
fn all() -> impl Iterator<Item = &'static Command> {
    let commands = COMMANDS.iter().copied().flatten();
    commands.flat_map(|command| [command].into_iter().chain(command.subcommands))
}

#[test]
fn every_name_is_found_in_any_letter_case_and_only_whole() {
    for command in all() {
        let words: Vec<&str> = command.name.split('|').collect();
        for name in [words.join(" "), words.join(" ").to_uppercase()] {
            let args: Vec<&[u8]> = name.split(' ').map(str::as_bytes).collect();
            let (found, rest) = TABLE.find(&args).expect("a command");
            assert_eq!((found.name, rest), (command.name, &[][..]));
            // The first and the last letter are those of the command, which is all that a bucket knows.
            let (start, last) = name.split_at(name.len() - 1);
            for other in
                [format!("{name}q"), format!("{start}q{last}"), format!("{start}{last}{last}")]
            {
                let args: Vec<&[u8]> = other.split(' ').map(str::as_bytes).collect();
                assert!(TABLE.find(&args).is_err(), "{other}");
            }
        }
        assert_eq!(command.name, command.name.to_ascii_lowercase());
    }
    for name in [&b"client|id"[..], b"", b"\0", b"g", b"\xff\xff"] {
        assert!(TABLE.find(&[name]).is_err(), "{}", name.escape_ascii());
    }
}

/// Returns how many words a command's name has.
fn words_of(command: &Command) -> usize {
    command.name.split('|').count()
}

#[test]
fn every_command_takes_as_many_words_as_the_table_says() {
    let mut subject = Subject::default();
    for command in all() {
        let mut complains = |count: usize| {
            let mut client = subject.connect(1);
            let mut args: Vec<&[u8]> = command.name.split('|').map(str::as_bytes).collect();
            args.resize(count.max(args.len()), b"1");
            let error = format!("wrong number of arguments for \\'{}\\' command", command.name);
            let reply = shown(&subject.execute_as(&mut client, &args));
            // There is no subcommand of that name.
            reply.contains(&error) || reply.contains("unknown subcommand")
        };
        let least = command.arity.unsigned_abs() as usize;
        let is_container = command.arity == -2 && !command.subcommands.is_empty();
        if least > words_of(command) {
            assert!(complains(least - 1), "{} with {}", command.name, least - 1);
        }
        assert!(is_container || !complains(least), "{} with {least}", command.name);
        if command.arity > 0 {
            assert!(complains(least + 1), "{} with {}", command.name, least + 1);
        }
    }
}

#[test]
fn a_subcommand_has_the_name_of_its_command_before_its_own() {
    for command in COMMANDS.iter().copied().flatten() {
        for subcommand in command.subcommands {
            assert!(subcommand.name.starts_with(&format!("{}|", command.name)));
            assert!(subcommand.subcommands.is_empty(), "{}", subcommand.name);
        }
    }
}

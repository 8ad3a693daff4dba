//! COMMAND: what the table of commands says, and that it is true.

use crate::corpus::from_echo::request::{shown, words};
use crate::corpus::from_keys::keys::header;
use crate::subject::Subject;
use crate::subject::stage::command::find;
use crate::subject::stage::commands::COMMANDS;
use crate::subject::stage::spec::{Argument, Command};

/// Returns all commands and subcommands.
fn all() -> impl Iterator<Item = &'static Command> {
    COMMANDS.iter().flat_map(|command| [command].into_iter().chain(command.subcommands))
}

/// Returns how many elements an array has. A map is one of names and values.
fn length(reply: &[u8]) -> usize {
    header(reply, b'*').0
}

fn say(request: &str) -> String {
    shown(&Subject::default().execute(&words(request)))
}

#[test]
fn every_name_is_found_in_any_letter_case_and_only_whole() {
    for command in all() {
        let words: Vec<&str> = command.name.split('|').collect();
        for name in [words.join(" "), words.join(" ").to_uppercase()] {
            let args: Vec<&[u8]> = name.split(' ').map(str::as_bytes).collect();
            assert_eq!(find(&args).expect("a command").name, command.name);
            let longer = format!("{name}x");
            let args: Vec<&[u8]> = longer.split(' ').map(str::as_bytes).collect();
            assert!(find(&args).is_err(), "{longer}");
        }
        assert_eq!(command.name, command.name.to_ascii_lowercase());
    }
    assert!(find(&[b"client|id"]).is_err());
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
        if least > command.words() {
            assert!(complains(least - 1), "{} with {}", command.name, least - 1);
        }
        assert!(is_container || !complains(least), "{} with {least}", command.name);
        if command.arity > 0 {
            assert!(complains(least + 1), "{} with {}", command.name, least + 1);
        }
    }
}

#[test]
fn the_table_is_consistent() {
    let mut subject = Subject::default();
    let entries = subject.execute(&words("COMMAND"));
    assert_eq!(length(&entries), COMMANDS.len());
    assert_eq!(say("COMMAND COUNT"), format!(":{}\\r\\n", COMMANDS.len()));
    assert!(subject.execute(&words("COMMAND INFO")) == entries);
    let docs = subject.execute(&words("COMMAND DOCS"));
    assert_eq!(length(&docs), 2 * COMMANDS.len());
    let names = subject.execute(&words("COMMAND LIST"));
    assert_eq!(length(&names), all().count());
    for command in all() {
        assert!(command.arity != 0 && command.arity.unsigned_abs() as usize >= command.words());
        let has = |flag: &str| command.flags.contains(&flag);
        let is_in = |category: &str| command.categories.contains(&category);
        assert!(is_in("@fast") != is_in("@slow"), "{}", command.name);
        assert_eq!(has("fast"), is_in("@fast"), "{}", command.name);
        assert_eq!(has("readonly"), is_in("@read"), "{}", command.name);
        assert_eq!(has("write"), is_in("@write"), "{}", command.name);
        assert_eq!(has("admin"), is_in("@admin"), "{}", command.name);
        let takes_key = command.docs.arguments.iter().any(|argument| argument.key_spec.is_some());
        assert_eq!(takes_key, command.keys.is_some(), "{}", command.name);
        command.docs.arguments.iter().for_each(|argument| is_sound(argument, command.name));
        for subcommand in command.subcommands {
            assert!(subcommand.name.starts_with(&format!("{}|", command.name)));
        }
    }
}

/// Checks that an argument's kind fits its parts.
fn is_sound(argument: &Argument, command: &str) {
    let is_compound = matches!(argument.kind, "oneof" | "block");
    assert_eq!(is_compound, !argument.arguments.is_empty(), "{command}: {}", argument.name);
    assert!(argument.kind != "pure-token" || argument.token.is_some(), "{command}");
    argument.arguments.iter().for_each(|argument| is_sound(argument, command));
}

#[test]
fn names_are_looked_up_as_a_whole() {
    const NONE: &str = r"*1\r\n$-1\r\n";
    for (name, is_known) in [
        ("get", true),
        ("GET", true),
        ("client|id", true),
        ("Client|ID", true),
        ("client", true),
        ("get|x", false),
        ("client|id|x", false),
        ("client|", false),
        ("|get", false),
        ("nosuch", false),
        ("client id", false),
        ("", false),
    ] {
        let mut subject = Subject::default();
        let info = shown(&subject.execute(&[b"COMMAND", b"INFO", name.as_bytes()]));
        assert_eq!(info != NONE, is_known, "{name}: {info}");
        let docs = subject.execute(&[b"COMMAND", b"DOCS", name.as_bytes()]);
        assert_eq!(length(&docs), 2 * usize::from(is_known), "{name}");
    }
}

#[test]
fn an_entry_has_the_form_that_redis_gives_it() {
    for (hello, expected) in [
        (
            "HELLO 2",
            r"*1\r\n*10\r\n$4\r\nping\r\n:-1\r\n*1\r\n+fast\r\n:0\r\n:0\r\n:0\r\n*2\r\n+@fast\r\n+@connection\r\n*2\r\n$25\r\nrequest_policy:all_shards\r\n$29\r\nresponse_policy:all_succeeded\r\n*0\r\n*0\r\n",
        ),
        (
            "HELLO 3",
            r"*1\r\n*10\r\n$4\r\nping\r\n:-1\r\n~1\r\n+fast\r\n:0\r\n:0\r\n:0\r\n~2\r\n+@fast\r\n+@connection\r\n~2\r\n$25\r\nrequest_policy:all_shards\r\n$29\r\nresponse_policy:all_succeeded\r\n~0\r\n~0\r\n",
        ),
    ] {
        let mut subject = Subject::default();
        subject.execute(&words(hello));
        assert_eq!(shown(&subject.execute(&words("COMMAND INFO ping"))), expected);
    }
}

#[test]
fn the_keys_of_a_request_are_found() {
    const NO_KEYS: &str = r"-ERR The command has no key arguments\r\n";
    const INVALID: &str = r"-ERR Invalid command specified\r\n";
    const COUNT: &str = r"-ERR Invalid number of arguments specified for command\r\n";
    for (request, expected) in [
        ("GET k", r"*1\r\n$1\r\nk\r\n"),
        ("set k v EX nonsense", r"*1\r\n$1\r\nk\r\n"),
        ("EXISTS a b a", r"*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\na\r\n"),
        ("PING x", NO_KEYS),
        ("SCAN 0", NO_KEYS),
        ("CLIENT ID", NO_KEYS),
        ("CLIENT NOSUCH", INVALID),
        ("client|id x", INVALID),
        ("NOSUCH x", INVALID),
        ("GET a b", COUNT),
        ("SET k", COUNT),
    ] {
        assert_eq!(say(&format!("COMMAND GETKEYS {request}")), expected, "{request}");
    }
    for (request, expected) in [
        ("SET k get", r"*1\r\n*2\r\n$1\r\nk\r\n*2\r\n+OW\r\n+update\r\n"),
        ("SET k v Get", r"*1\r\n*2\r\n$1\r\nk\r\n*3\r\n+RW\r\n+access\r\n+update\r\n"),
        ("TTL k", r"*1\r\n*2\r\n$1\r\nk\r\n*2\r\n+RO\r\n+access\r\n"),
        ("PING x", NO_KEYS),
    ] {
        assert_eq!(say(&format!("COMMAND GETKEYSANDFLAGS {request}")), expected, "{request}");
    }
}

#[test]
fn a_list_can_be_filtered() {
    const SYNTAX: &str = r"-ERR syntax error\r\n";
    for (request, expected) in [
        ("FILTERBY PATTERN *TTL", r"*2\r\n$3\r\nttl\r\n$4\r\npttl\r\n"),
        ("filterby aclcat WRITE", r"*1\r\n$3\r\nset\r\n"),
        ("FILTERBY ACLCAT @write", r"*0\r\n"),
        ("FILTERBY ACLCAT nosuch", r"*0\r\n"),
        ("FILTERBY MODULE x", r"*0\r\n"),
        ("FILTERBY NOSUCH x", SYNTAX),
        ("FILTERBY PATTERN", SYNTAX),
        ("FILTERBY PATTERN x y", SYNTAX),
        ("PATTERN x", SYNTAX),
    ] {
        assert_eq!(say(&format!("COMMAND LIST {request}")), expected, "{request}");
    }
}

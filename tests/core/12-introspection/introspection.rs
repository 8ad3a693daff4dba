//! COMMAND: what the table of commands says, and that it is true.

use crate::corpus::from_echo::request::{shown, words};
use crate::corpus::from_keys::keys::header;
use crate::subject::stage::command::flags::names_of;
use crate::subject::stage::command::{Command, Keys};
use crate::subject::{Subject, TABLE, key_step};

/// Returns all commands and subcommands.
fn all() -> impl Iterator<Item = &'static Command> {
    let commands = TABLE.commands().iter().copied();
    commands.flat_map(|command| [command].into_iter().chain(command.subcommands))
}

/// Returns how many elements an array has. A map is one of names and values.
fn length(reply: &[u8]) -> usize {
    header(reply, b'*').0
}

fn say(request: &str) -> String {
    shown(&Subject::default().execute(&words(request)))
}

#[test]
fn every_command_is_in_each_reply_about_all() {
    let mut subject = Subject::default();
    let count = TABLE.commands().len();
    let entries = subject.execute(&words("COMMAND"));
    assert_eq!(length(&entries), count);
    assert_eq!(say("COMMAND COUNT"), format!(":{count}\\r\\n"));
    assert!(subject.execute(&words("COMMAND INFO")) == entries);
    let docs = subject.execute(&words("COMMAND DOCS"));
    assert_eq!(length(&docs), 2 * count);
    let names = subject.execute(&words("COMMAND LIST"));
    assert_eq!(length(&names), all().count());
}

/// What redis-server says of the commands, as `cargo xtask record-commands` has written it.
const RECORDS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/commands/about.txt"));

#[test]
fn the_table_says_what_redis_says() {
    let mut records: Vec<(&str, String)> = Vec::new();
    for record in RECORDS.split_terminator("\n\n") {
        let mut lines = record.lines();
        let (name, _) = lines.next().expect("a name").split_once(':').expect("categories");
        records.push((name, lines.next().expect("a line").trim_end().to_owned()));
    }
    let mut table: Vec<(&str, String)> = all()
        .map(|command| {
            let Keys { first, last, .. } = command.keys;
            let step = key_step(command.keys);
            let flags = names_of(command.flags).join(" ");
            let line = format!("{} {first} {last} {step} {flags}", command.arity);
            (command.name, line.trim_end().to_owned())
        })
        .collect();
    table.sort();
    assert_eq!(table, records);
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
        ("FILTERBY PATTERN *TTL", r"*2\r\n$4\r\npttl\r\n$3\r\nttl\r\n"),
        (
            "filterby aclcat ADMIN",
            r"*4\r\n$10\r\nconfig|get\r\n$11\r\nclient|list\r\n$11\r\nclient|kill\r\n$15\r\nclient|no-evict\r\n",
        ),
        ("FILTERBY ACLCAT @admin", r"*0\r\n"),
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

//! Parameters: read from the command line, asked for with CONFIG GET.

use std::ffi::OsString;

use crate::corpus::from_echo::request::{shown, words};
use crate::subject::Subject;
use crate::subject::stage::config::{Action, Config, HELP};

/// Returns what a command line asks for, or the line that the user reads.
fn action(args: &[&str]) -> Result<Action, String> {
    Action::from_args(args.iter().map(OsString::from)).map_err(|error| error.to_string())
}

/// Returns the parameters that a command line sets.
fn config(args: &[&str]) -> Config {
    match action(args) {
        Ok(Action::Serve(config)) => config,
        other => panic!("{args:?}: {other:?}"),
    }
}

/// Returns what CONFIG GET gives for these names, as `name value` in printable form.
fn get(config: &Config, names: &[&[u8]]) -> Vec<String> {
    let found = config.get(names).into_iter();
    found.map(|(name, value)| format!("{} {}", shown(name), shown(&value))).collect()
}

fn reply(request: &str) -> String {
    shown(&Subject::default().execute(&words(request)))
}

#[test]
fn without_options_everything_has_its_default() {
    let config = config(&[]);
    assert_eq!(config, Config::default());
    assert_eq!(config.port, 6379);
    assert_eq!(config.bind, ["127.0.0.1"]);
    assert_eq!(config.dir.as_os_str(), ".");
    assert_eq!(config.dbfilename, "dump.rdb");
    assert_eq!(config.maxclients, 10_000);
}

#[test]
fn every_option_sets_its_parameter() {
    let config = config(&[
        "--port",
        "7000",
        "--bind",
        "::1",
        "--dir",
        "/x",
        "--dbfilename",
        "y",
        "--maxclients",
        "5",
    ]);
    assert_eq!(config.port, 7000);
    assert_eq!(config.bind, ["::1"]);
    assert_eq!(config.dir.as_os_str(), "/x");
    assert_eq!(config.dbfilename, "y");
    assert_eq!(config.maxclients, 5);
}

#[test]
fn an_option_sets_no_other_parameter() {
    let default = Config::default;
    for (args, expected) in [
        (["--port", "0"], Config { port: 0, ..default() }),
        (["--port", "65535"], Config { port: 65535, ..default() }),
        (["--dir", ""], Config { dir: "".into(), ..default() }),
        (["--dir", "--x"], Config { dir: "--x".into(), ..default() }),
        (["--dbfilename", "--x.rdb"], Config { dbfilename: "--x.rdb".into(), ..default() }),
        (["--dbfilename", "a b.rdb"], Config { dbfilename: "a b.rdb".into(), ..default() }),
        (["--maxclients", "1"], Config { maxclients: 1, ..default() }),
        (["--maxclients", "4294967295"], Config { maxclients: u32::MAX, ..default() }),
    ] {
        assert_eq!(config(&args), expected, "{args:?}");
    }
}

#[test]
fn an_option_is_read_in_any_letter_case() {
    for option in ["--port", "--PORT", "--Port"] {
        assert_eq!(config(&[option, "7000"]).port, 7000, "{option}");
    }
    assert_eq!(config(&["--DbFileName", "Quiet.rdb"]).dbfilename, "Quiet.rdb");
    assert_eq!(config(&["--BIND", "::1"]).bind, ["::1"]);
    assert_eq!(action(&["--HELP"]), Ok(Action::Help));
}

#[test]
fn of_an_option_given_twice_the_last_counts() {
    assert_eq!(config(&["--port", "1", "--port", "2"]).port, 2);
    assert_eq!(
        config(&["--bind", "::1", "--port", "1", "--bind", "127.0.0.1"]).bind,
        ["127.0.0.1"]
    );
    assert_eq!(config(&["--dir", "a", "--dir", "b"]).dir.as_os_str(), "b");
    assert_eq!(config(&["--dbfilename", "a", "--dbfilename", "b"]).dbfilename, "b");
}

#[test]
fn bind_takes_several_addresses_as_words_or_in_one() {
    for (args, expected) in [
        (&["--bind", "127.0.0.1", "::1"][..], &["127.0.0.1", "::1"][..]),
        (&["--bind", "127.0.0.1 ::1"], &["127.0.0.1", "::1"]),
        (&["--bind", " 127.0.0.1  ::1 "], &["127.0.0.1", "::1"]),
        (&["--bind", "127.0.0.1\t'::1' \"a b\""], &["127.0.0.1", "::1", "a b"]),
        (&["--bind", "'127.0.0.1'", " ::1", "a b", ""], &["'127.0.0.1'", " ::1", "a b", ""]),
        (&["--bind", "* -::*"], &["*", "-::*"]),
        (&["--bind", "127.0.0.1", "-::1"], &["127.0.0.1", "-::1"]),
        (&["--bind", "-::1", "127.0.0.1"], &["-::1", "127.0.0.1"]),
        (&["--bind", "127.0.0.1", "::1", "--port", "1"], &["127.0.0.1", "::1"]),
        (&["--bind", "localhost", "-x"], &["localhost", "-x"]),
    ] {
        assert_eq!(config(args).bind, expected, "{args:?}");
    }
}

#[test]
fn bind_takes_no_more_than_16_addresses() {
    let hosts: Vec<String> = (1..=17).map(|host| format!("127.0.0.{host}")).collect();
    for (count, is_taken) in [(16, true), (17, false)] {
        let in_one = ["--bind", &hosts[..count].join(" ")];
        let words = hosts[..count].iter().map(String::as_str);
        let words: Vec<&str> = std::iter::once("--bind").chain(words).collect();
        for args in [&in_one[..], &words] {
            assert_eq!(action(args).is_ok(), is_taken, "{args:?}");
        }
    }
}

#[test]
fn a_value_may_follow_an_equals_sign() {
    assert_eq!(config(&["--port=7000"]).port, 7000);
    assert_eq!(config(&["--dir=a=b"]).dir.as_os_str(), "a=b");
    assert_eq!(config(&["--dbfilename=x.rdb"]).dbfilename, "x.rdb");
    assert_eq!(config(&["--bind=127.0.0.1"]).bind, ["127.0.0.1"]);
    assert_eq!(config(&["--bind=127.0.0.1 ::1"]).bind, ["127.0.0.1", "::1"]);
    assert_eq!(config(&["--bind=127.0.0.1", "-::1"]).bind, ["127.0.0.1", "-::1"]);
}

#[test]
fn help_and_version_are_asked_for_anywhere() {
    for args in [&["--help"][..], &["-h"], &["--port", "7000", "--help"], &["-hv"]] {
        assert_eq!(action(args), Ok(Action::Help), "{args:?}");
    }
    for args in [&["--version"][..], &["-v"], &["--port", "7000", "-v"], &["-v", "-h"]] {
        assert_eq!(action(args), Ok(Action::Version), "{args:?}");
    }
}

#[test]
fn the_help_names_every_option() {
    let parameters = ["--port", "--bind", "--dir", "--dbfilename", "--maxclients"];
    for option in parameters.into_iter().chain(["--help", "--version"]) {
        assert!(HELP.contains(option), "{option}");
    }
}

#[test]
fn an_error_names_what_is_wrong() {
    for (args, named) in [
        (&["--nosuch"][..], "--nosuch"),
        (&["--nosuch", "x"], "--nosuch"),
        (&["--NoSuch"], "--nosuch"),
        (&["--ports", "1"], "--ports"),
        (&["-p", "7000"], "-p"),
        (&["stray"], "stray"),
        (&["nosuch.conf", "--port", "1"], "nosuch.conf"),
        (&["--port", "1", "stray"], "stray"),
        (&["--dir", "a", "b"], "b"),
        (&["--dbfilename", "a", "b"], "b"),
        (&["--port"], "--port"),
        (&["--dir"], "--dir"),
        (&["--dbfilename"], "--dbfilename"),
        (&["--maxclients"], "--maxclients"),
        (&["--bind"], "--bind"),
        (&["--bind", ""], "--bind"),
        (&["--bind", " "], "--bind"),
        (&["--bind", "'127.0.0.1"], "a quote in --bind is not closed"),
        (&["--bind", "\"\\xff\""], "--bind takes text"),
        (&["--bind", "--port", "1"], "--bind"),
        (&["--port", "--bind", "127.0.0.1"], "a number from 0 to 65535"),
        (&["--dbfilename", "a/b.rdb"], "--dbfilename"),
        (&["--dbfilename", "../b"], "--dbfilename"),
        (&["--dbfilename", "/"], "--dbfilename"),
        (&["--dbfilename", r"a\b"], "--dbfilename"),
    ] {
        let line = action(args).expect_err("an error");
        assert!(line.contains(named), "{args:?}: {line}");
        assert!(!line.contains('\n'), "{args:?}: {line}");
    }
}

#[test]
fn a_port_is_a_plain_number_of_16_bits() {
    for port in [
        "",
        "abc",
        "70x",
        " 1",
        "1 ",
        "+1",
        "017",
        "00",
        "-1",
        "65536",
        "1.0",
        "0x10",
        "99999999999999999999",
    ] {
        let line = action(&["--port", port]).expect_err("an error");
        assert!(line.contains("a port is a number from 0 to 65535"), "{port:?}: {line}");
    }
}

#[test]
fn maxclients_is_a_plain_number_and_not_0() {
    for maxclients in ["", "abc", "0", "-1", "+1", "01", "1 ", "4294967296", "99999999999999999999"]
    {
        let line = action(&["--maxclients", maxclients]).expect_err("an error");
        let expected = "maxclients is a number from 1 to 4294967295";
        assert!(line.contains(expected), "{maxclients:?}: {line}");
    }
}

#[test]
fn every_parameter_can_be_asked_for() {
    let config = config(&[
        "--port=7000",
        "--bind=127.0.0.1 -::1",
        "--dir=/a b",
        "--dbfilename=x.rdb",
        "--maxclients=100",
    ]);
    for (name, expected) in [
        ("port", "port 7000"),
        ("bind", "bind 127.0.0.1 -::1"),
        ("dir", "dir /a b"),
        ("dbfilename", "dbfilename x.rdb"),
        ("maxclients", "maxclients 100"),
        ("save", "save "),
        ("appendonly", "appendonly no"),
    ] {
        assert_eq!(get(&config, &[name.as_bytes()]), [expected]);
    }
}

#[test]
fn names_are_answered_in_the_order_in_which_they_are_asked_for() {
    let config = Config::default();
    let names: [&[u8]; 3] = [b"dbfilename", b"port", b"save"];
    assert_eq!(get(&config, &names), ["dbfilename dump.rdb", "port 6379", "save "]);
}

#[test]
fn a_name_comes_back_as_it_was_typed_and_once() {
    let config = Config::default();
    for (names, expected) in [
        (&[&b"PORT"[..]][..], &["PORT 6379"][..]),
        (&[b"PoRt"], &["PoRt 6379"]),
        (&[b"PORT", b"port"], &["PORT 6379"]),
        (&[b"port", b"save", b"PORT", b"port"], &["port 6379", "save "]),
        (&[b"nosuch", b"port", b"nosuch"], &["port 6379"]),
    ] {
        assert_eq!(get(&config, names), expected);
    }
}

#[test]
fn a_name_must_match_to_the_last_byte() {
    let names: [&[u8]; 8] =
        [b"", b" port", b"port ", b"por", b"ports", b"port\0", b"po\0rt", b"bindaddr"];
    assert_eq!(get(&Config::default(), &names), Vec::<String>::new());
}

#[test]
fn config_get_answers_with_a_flat_array_of_bulks() {
    assert_eq!(reply("CONFIG GET port"), r"*2\r\n$4\r\nport\r\n$4\r\n6379\r\n");
    assert_eq!(
        reply("config get SAVE nosuch appendonly"),
        r"*4\r\n$4\r\nSAVE\r\n$0\r\n\r\n$10\r\nappendonly\r\n$2\r\nno\r\n"
    );
    assert_eq!(reply("CONFIG GET nosuch"), r"*0\r\n");
    assert_eq!(reply("CONFIG GET "), r"*0\r\n");
}

#[test]
fn config_and_its_subcommands_count_their_arguments() {
    for (request, name) in [
        ("CONFIG", "config"),
        ("cOnFiG", "config"),
        ("CONFIG GET", "config|get"),
        ("config gEt", "config|get"),
        ("CONFIG HELP x", "config|help"),
    ] {
        let expected = format!(r"-ERR wrong number of arguments for \'{name}\' command\r\n");
        assert_eq!(reply(request), expected, "{request}");
    }
}

#[test]
fn an_unknown_subcommand_is_quoted_as_it_was_typed() {
    let mut subject = Subject::default();
    let long = "x".repeat(129);
    for (subcommand, quoted) in [
        (&b"NOSUCH"[..], "NOSUCH"),
        (b"nosuch", "nosuch"),
        (b"", ""),
        (b"get ", "get "),
        (b"get\0", "get"),
        (b"a\r\nb\0c", "a  b"),
        (b"'\xff", r"\'\xff"),
        (&long.as_bytes()[..127], &long[..127]),
        (&long.as_bytes()[..128], &long[..128]),
        (long.as_bytes(), &long[..128]),
    ] {
        let expected = format!(r"-ERR unknown subcommand \'{quoted}\'. Try CONFIG HELP.\r\n");
        for request in [&[b"CONFIG", subcommand][..], &[b"config", subcommand, b"port"]] {
            assert_eq!(shown(&subject.execute(request)), expected);
        }
    }
}

#[test]
fn config_help_tells_of_every_subcommand() {
    for request in ["CONFIG HELP", "config hElP"] {
        let reply = reply(request);
        let lines: Vec<&str> = reply.split(r"\r\n").collect();
        let [count, lines @ .., ""] = lines.as_slice() else { panic!("no array: {reply}") };
        assert_eq!(*count, format!("*{}", lines.len()), "{reply}");
        let lines = lines.iter().map(|line| line.strip_prefix('+').expect("a simple string"));
        let lines: Vec<&str> = lines.collect();
        let [title, get, about_get, help @ ..] = lines.as_slice() else { panic!("short: {reply}") };
        assert!(title.starts_with("CONFIG <subcommand> "), "{title}");
        assert!(get.starts_with("GET <"), "{get}");
        assert!(about_get.starts_with("    Return "), "{about_get}");
        assert_eq!(help, ["HELP", "    Prints this help."]);
    }
}

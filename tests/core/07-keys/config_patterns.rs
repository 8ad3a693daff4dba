//! CONFIG GET with patterns: which parameters it returns, in which order, under which names.

use crate::subject::stage::config::Config;

/// Returns the names that come back, in the order in which they come.
fn names<'a>(asked: &[&'a str]) -> Vec<&'a str> {
    let asked: Vec<&'a [u8]> = asked.iter().map(|name| name.as_bytes()).collect();
    let found = Config::default().get(&asked);
    found.into_iter().map(|(name, _)| str::from_utf8(name).expect("a name")).collect()
}

#[test]
fn a_pattern_gives_every_parameter_that_it_matches_in_any_letter_case() {
    let table: [(&str, &[&str]); 14] = [
        ("*", &["appendonly", "bind", "dbfilename", "dir", "maxclients", "port", "save"]),
        ("d*", &["dbfilename", "dir"]),
        ("D*", &["dbfilename", "dir"]),
        ("p[Oo]RT", &["port"]),
        ("[P]ort", &["port"]),
        ("[\\P]ort", &[]),
        ("[\\p]ort", &["port"]),
        ("PO\\RT*", &["port"]),
        ("[A-z]ort", &["port"]),
        ("[Z-a]ort", &[]),
        ("????", &["bind", "port", "save"]),
        ("*i*", &["bind", "dbfilename", "dir", "maxclients"]),
        ("por[]t", &[]),
        ("x*", &[]),
    ];
    for (pattern, expected) in table {
        let mut found = names(&[pattern]);
        found.sort_unstable();
        assert_eq!(found, expected, "{pattern}");
    }
}

#[test]
fn a_name_without_a_pattern_comes_back_as_it_was_asked_for() {
    for (name, expected) in [
        ("port", &["port"][..]),
        ("PORT", &["PORT"]),
        ("pOrT", &["pOrT"]),
        ("port ", &[]),
        ("por", &[]),
        ("", &[]),
        ("p\\ort", &[]),
    ] {
        assert_eq!(names(&[name]), expected, "{name}");
    }
}

#[test]
fn a_parameter_comes_once_for_whoever_asks_first() {
    for (asked, expected) in [
        (&["port", "PORT"][..], &["port"][..]),
        (&["PORT", "p*rt"], &["PORT"]),
        (&["p*rt", "PORT"], &["port"]),
        (&["p?rt", "*ort", "port"], &["port"]),
        (&["dir", "port"], &["dir", "port"]),
        (&["port", "dir"], &["port", "dir"]),
        (&["db*e", "d[i]r", "dir"], &["dbfilename", "dir"]),
        (&["DIR", "d*"], &["DIR", "dbfilename"]),
        (&["nosuch", "bind", "x*"], &["bind"]),
    ] {
        assert_eq!(names(asked), expected, "{asked:?}");
    }
}

#[test]
fn a_pattern_brings_the_values_too() {
    let config =
        Config { port: 7000, bind: vec!["::1".into(), "-::2".into()], ..Config::default() };
    let found = config.get(&[b"[pb]*", b"d[bi]*", b"s*", b"A*"]);
    let mut found: Vec<_> = found.iter().map(|(name, value)| (*name, &value[..])).collect();
    found.sort_unstable();
    let expected: [(&[u8], &[u8]); 6] = [
        (b"appendonly", b"no"),
        (b"bind", b"::1 -::2"),
        (b"dbfilename", b"dump.rdb"),
        (b"dir", b"."),
        (b"port", b"7000"),
        (b"save", b""),
    ];
    assert_eq!(found, expected);
}

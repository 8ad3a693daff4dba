//! What can follow `--bind`.

use std::iter;

use crate::network::Network;
use crate::start::Start;

/// In a network that has all of IPv6. Each is the arguments behind `--bind`.
const WHOLE: &[&[&str]] = &[
    // Every address.
    &["*"],
    &["* -::*"],
    &["*", "-::*"],
    &["*", "::1"],
    &["::*"],
    &["-*"],
    &["-::*"],
    &["::"],
    &["-::"],
    &["0.0.0.0"],
    &["-0.0.0.0"],
    &["0.0.0.0 ::"],
    &[":: 0.0.0.0"],
    &["**"],
    &["*:*"],
    // One of them, or several.
    &["127.0.0.1"],
    &["-127.0.0.1"],
    &["127.0.0.2"],
    &["::1"],
    &["-::1"],
    &["198.51.100.7"],
    &["2001:db8::7"],
    &["127.0.0.1 ::1"],
    &["::1 127.0.0.1"],
    &["127.0.0.1 2001:db8::7"],
    &["-::1", "127.0.0.1"],
    &["255.255.255.255"],
    &["ff02::1"],
    // Numbers in other forms.
    &["0"],
    &["127.1"],
    &["2130706433"],
    &["0x7f000001"],
    &["0177.1"],
    &["127.0.0.1."],
    &["256.1.1.1"],
    &["1.2.3.4.5"],
    &["::g"],
    &[":"],
    &["[::1]"],
    &["127.0.0.1:80"],
    &["::ffff:127.0.0.1"],
    &["::ffff:0.0.0.0"],
    &["::127.0.0.1"],
    // Of one link.
    &["fe80::7%lo"],
    &["fe80::8%lo"],
    &["fe80::7"],
    &["::1%lo"],
    // Names.
    &["localhost"],
    &["-localhost"],
    &["LOCALHOST"],
    &["nosuch.invalid"],
    &["127.0.0.1 nosuch.invalid"],
    &["127.0.0.1 -nosuch.invalid"],
    &["127.0.0.1 -::g"],
    &["-192.0.2.1 127.0.0.1 -nosuch.invalid"],
    // Of another machine.
    &["192.0.2.1"],
    &["-192.0.2.1"],
    &["127.0.0.1 192.0.2.1"],
    &["127.0.0.1 -192.0.2.1"],
    &["-2001:db8::1 127.0.0.1"],
    &["2001:db8::1"],
    // Twice.
    &["* *"],
    &["* 0.0.0.0"],
    &["0.0.0.0 127.0.0.1"],
    &[":: ::1"],
    &["127.0.0.1 127.0.0.1"],
    &["127.0.0.1 -127.0.0.1"],
    &["localhost localhost"],
    // Nothing.
    &[],
    &[""],
    &[" "],
    &["127.0.0.1", ""],
    &["", "127.0.0.1"],
    &["127.0.0.1 -"],
    &["- 127.0.0.1"],
    // One argument is split, several are not.
    &[" 127.0.0.1  ::1 "],
    &["127.0.0.1\t::1"],
    &["127.0.0.1\n::1"],
    &["127.0.0.1\r::1"],
    &["127.0.0.1\u{b}::1"],
    &["127.0.0.1\u{b}"],
    &["\u{b}127.0.0.1"],
    &["127.0.0.1\u{a0}::1"],
    &["127.0.0.1\u{2003}::1"],
    &["127.0.0.1,::1"],
    &["127.0.0.1 ", "127.0.0.2"],
    &["127.0.0.1", " 127.0.0.2"],
    &["127.0.0.1", "127.0.0.2 ::1"],
    // Quotes, in one argument.
    &["'127.0.0.1'"],
    &["127.0.0.1 \"::1\""],
    &["\"127.0.0.1 ::1\""],
    &["127.0.0.1\""],
    &["127.0.0.1\\x20::1"],
    &["\"127.0.0.1\\x20::1\""],
    &["\"\\x3a:1\""],
    &["\"\\xff\""],
    &["127.0.0.1", "'127.0.0.2'"],
    // Among other options.
    &["127.0.0.1", "--bind", "::1"],
    &["127.0.0.1 --bind ::1"],
    &["127.0.0.1 --port 1"],
    &["--bind", "127.0.0.1"],
    &["--127.0.0.1"],
    &["127.0.0.1", "-h"],
    &["127.0.0.1", "-v"],
    &["127.0.0.1", "stray"],
];

/// Where IPv6 is missing, one way or the other.
///
/// Not here: what is no address, such as `::g`, after one of IPv6. Redis then goes by the error of
/// the attempt before, if resolving has left it, which depends on the machine's resolver.
const WITHOUT: &[&[&str]] = &[
    &["*"],
    &["* -::*"],
    &["::*"],
    &["-::*"],
    &["::"],
    &["-::"],
    &["0.0.0.0 ::"],
    &[":: 0.0.0.0"],
    &["127.0.0.1"],
    &["127.0.0.1 ::1"],
    &["127.0.0.1 -::1"],
    &["::1 127.0.0.1"],
    &["-::1 127.0.0.1"],
    &["::1"],
    &["-::1"],
    &["127.0.0.1 2001:db8::7"],
    &["127.0.0.1 ::ffff:127.0.0.1"],
    &["localhost"],
    &["::1 nosuch.invalid"],
    &["::1 127.0.0.1 -nosuch.invalid"],
    &["127.0.0.1 ::g"],
    &["127.0.0.1 ::1 192.0.2.1"],
    &["127.0.0.1 ::1 -192.0.2.1"],
];

/// Returns all starts with a `--bind`.
pub fn starts() -> Vec<Start> {
    let mut starts = Vec::new();
    for (network, forms) in
        [(Network::Whole, WHOLE), (Network::NoAddresses, WITHOUT), (Network::NoProtocol, WITHOUT)]
    {
        let place = match network {
            Network::Whole => "",
            Network::NoAddresses => "without_IPv6_addresses/",
            Network::NoProtocol => "without_IPv6_sockets/",
        };
        for form in forms {
            let shown: Vec<String> =
                form.iter().map(|word| format!("'{}'", word.escape_debug())).collect();
            starts.push(Start { network, ..bind(&format!("{place}{}", shown.join("_")), form) });
        }
    }
    let sixteen: Vec<String> = (1..=16).map(|host| format!("127.0.0.{host}")).collect();
    let sixteen: Vec<&str> = sixteen.iter().map(String::as_str).collect();
    let seventeen = [&sixteen[..], &["127.0.0.17"]].concat();
    starts.extend([
        bind("sixteen_arguments", &sixteen),
        bind("sixteen_in_one", &[&sixteen.join(" ")]),
        bind("seventeen_arguments", &seventeen),
        bind("seventeen_in_one", &[&seventeen.join(" ")]),
        Start::with_bytes("bind/no_utf8", &[b"--bind", b"127.0.0.1", b"-\xff"]),
        Start {
            documented: Some("is a byte like any other, and an error in an address"),
            ..bind("a_zero_byte_in_quotes", &["\"127.0.0.1\\x00\""])
        },
        Start {
            documented: Some("a `-` as the last argument stands for the standard input"),
            ..bind("a_minus_as_the_last_argument", &["127.0.0.1", "-"])
        },
    ]);
    starts
}

fn bind(name: &str, form: &[&str]) -> Start {
    let arguments: Vec<&str> = iter::once("--bind").chain(form.iter().copied()).collect();
    Start { questions: vec!["CONFIG GET bind"], ..Start::new(&format!("bind/{name}"), &arguments) }
}

//! HELLO and SELECT: what a client says first.

use crate::corpus::from_echo::request::{shown, words};
use crate::subject::Subject;

const SYNTAX: &str = r"-ERR Syntax error in HELLO option";
const NOT_A_NUMBER: &str = r"-ERR Protocol version is not an integer or out of range\r\n";
const NO_PROTOCOL: &str = r"-NOPROTO unsupported protocol version\r\n";
const WRONG_PASSWORD: &str = r"-WRONGPASS invalid username-password pair or user is disabled.\r\n";
const BAD_NAME: &str =
    r"-ERR Client names cannot contain spaces, newlines or special characters.\r\n";

/// Returns the reply of HELLO to the client with the ID 2.
fn greeting(version: i64) -> String {
    let start = if version == 2 { "*14" } else { "%7" };
    format!(
        r"{start}\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n\
$5\r\nproto\r\n:{version}\r\n$2\r\nid\r\n:2\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n\
$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n"
    )
    .replace("\\\n", "")
}

#[test]
fn hello_switches_the_protocol_or_says_why_not() {
    for (request, after, expected) in [
        ("HELLO", 2, Ok(())),
        ("hello 3", 3, Ok(())),
        ("HELLO 2", 2, Ok(())),
        ("HELLO 3 AUTH default secret", 3, Ok(())),
        ("HELLO 3 auth default ", 3, Ok(())),
        ("HELLO 3 SETNAME me AUTH default x SETNAME you", 3, Ok(())),
        ("HELLO 1", 2, Err(NO_PROTOCOL)),
        ("HELLO 4", 2, Err(NO_PROTOCOL)),
        ("HELLO -3", 2, Err(NO_PROTOCOL)),
        ("HELLO 4 NOSUCH", 2, Err(NO_PROTOCOL)),
        ("HELLO three", 2, Err(NOT_A_NUMBER)),
        ("HELLO 3.0", 2, Err(NOT_A_NUMBER)),
        ("HELLO +3", 2, Err(NOT_A_NUMBER)),
        ("HELLO ", 2, Err(NOT_A_NUMBER)),
        ("HELLO SETNAME me", 2, Err(NOT_A_NUMBER)),
        ("HELLO 9223372036854775808", 2, Err(NOT_A_NUMBER)),
        ("HELLO 3 AUTH DEFAULT x", 2, Err(WRONG_PASSWORD)),
        ("HELLO 3 AUTH nobody x NOSUCH", 2, Err(WRONG_PASSWORD)),
        ("HELLO 3 SETNAME a\tb", 2, Err(BAD_NAME)),
        ("HELLO 3 AUTH default", 2, Err(r" \'AUTH\'\r\n")),
        ("HELLO 3 Setname", 2, Err(r" \'Setname\'\r\n")),
        ("HELLO 3 NOSUCH", 2, Err(r" \'NOSUCH\'\r\n")),
        ("HELLO 3 a\r\nb", 2, Err(r" \'a  b\'\r\n")),
        ("HELLO 3 a\0b", 2, Err(r" \'a\'\r\n")),
    ] {
        let mut subject = Subject::default();
        let mut client = subject.connect(1);
        let reply = subject.execute_as(&mut client, &words(request));
        let expected = match expected {
            Ok(()) => greeting(after),
            Err(error) if error.starts_with(' ') => [SYNTAX, error].concat(),
            Err(error) => error.to_owned(),
        };
        assert_eq!(shown(&reply), expected, "{request:?}");
        assert_eq!(subject.protocol(&client), after, "{request:?}");
    }
}

#[test]
fn hello_without_a_version_keeps_the_one_there_is() {
    let mut subject = Subject::default();
    let mut client = subject.connect(1);
    for (request, expected) in [("HELLO 3", 3), ("HELLO", 3), ("HELLO 2", 2)] {
        let reply = subject.execute_as(&mut client, &words(request));
        assert_eq!(shown(&reply), greeting(expected), "{request}");
    }
}

#[test]
fn an_option_before_a_bad_one_has_been_done() {
    let mut subject = Subject::default();
    let mut client = subject.connect(1);
    subject.execute_as(&mut client, &words("HELLO 3 SETNAME me NOSUCH"));
    assert_eq!(subject.name(&client).as_deref(), Some(&b"me"[..]));
    subject.execute_as(&mut client, &words("HELLO 3 SETNAME "));
    assert_eq!(subject.name(&client), None);
}

#[test]
fn select_takes_the_numbers_of_the_databases_and_nothing_else() {
    const RANGE: &str = r"-ERR DB index is out of range\r\n";
    const INTEGER: &str = r"-ERR value is not an integer or out of range\r\n";
    const LARGE: &str =
        r"-ERR value is out of range, value must between -2147483648 and 2147483647\r\n";
    let mut subject = Subject::default();
    let mut client = subject.connect(1);
    for (index, expected) in [
        ("0", r"+OK\r\n"),
        ("15", r"+OK\r\n"),
        ("7", r"+OK\r\n"),
        ("16", RANGE),
        ("-1", RANGE),
        ("2147483647", RANGE),
        ("-2147483648", RANGE),
        ("2147483648", LARGE),
        ("-9223372036854775808", LARGE),
        ("9223372036854775808", INTEGER),
        ("07", INTEGER),
        ("x", INTEGER),
        ("", INTEGER),
    ] {
        let reply = subject.execute_as(&mut client, &[b"SELECT", index.as_bytes()]);
        assert_eq!(shown(&reply), expected, "{index}");
        let kept = if expected.starts_with('+') { index } else { "7" };
        assert_eq!(subject.database(&client).to_string(), kept);
    }
}

#[test]
fn every_database_has_its_own_keys_and_every_client_its_own_database() {
    let mut subject = Subject::default();
    let (mut one, mut other) = (subject.connect(1), subject.connect(2));
    subject.execute_as(&mut one, &words("SELECT 3"));
    subject.execute_as(&mut one, &words("SET k three"));
    subject.execute_as(&mut other, &words("SET k zero"));
    for (client, value) in [(&mut one, "$5\\r\\nthree"), (&mut other, "$4\\r\\nzero")] {
        let reply = subject.execute_as(client, &words("GET k"));
        assert_eq!(shown(&reply), format!("{value}\\r\\n"));
        let reply = subject.execute_as(client, &words("KEYS *"));
        assert_eq!(shown(&reply), r"*1\r\n$1\r\nk\r\n");
    }
}

//! INFO: which sections come, and that it counts keys and lookups.

use crate::corpus::from_echo::request::words;
use crate::corpus::from_keys::keys::header;
use crate::subject::{NOW, Subject};

/// Returns the text in a bulk.
pub fn text(reply: &[u8]) -> String {
    let (length, rest) = header(reply, b'$');
    assert_eq!(rest.len(), length + 2);
    str::from_utf8(&rest[..length]).expect("a text").to_owned()
}

/// Returns the reply to INFO.
pub fn info(subject: &mut Subject, request: &str) -> String {
    text(&subject.execute(&words(request)))
}

fn titles(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("# ")).collect()
}

#[test]
fn sections_come_in_their_own_order_and_once() {
    const ALL: [&str; 11] = [
        "Server",
        "Clients",
        "Memory",
        "Persistence",
        "Stats",
        "Replication",
        "CPU",
        "Modules",
        "Errorstats",
        "Cluster",
        "Keyspace",
    ];
    let mut subject = Subject::default();
    for (request, expected) in [
        ("INFO", &ALL[..]),
        ("INFO default", &ALL),
        ("info ALL", &ALL),
        ("INFO everything", &ALL),
        ("INFO nosuch Default", &ALL),
        ("INFO cluster", &["Cluster"]),
        ("INFO Keyspace CLUSTER keyspace", &["Cluster", "Keyspace"]),
        ("INFO modules", &["Modules"]),
        ("INFO module_list", &["Modules"]),
        ("INFO nosuch", &[]),
        ("INFO ", &[]),
        ("INFO server\0", &[]),
    ] {
        assert_eq!(titles(&info(&mut subject, request)), expected, "{request:?}");
    }
    assert_eq!(info(&mut subject, "INFO nosuch"), "");
    let text = info(&mut subject, "INFO keyspace cluster");
    assert_eq!(text, "# Cluster\r\ncluster_enabled:0\r\n\r\n# Keyspace\r\n");
}

#[test]
fn every_line_is_a_title_or_a_field_and_no_field_comes_twice() {
    let mut subject = Subject::default();
    subject.execute(&words("SET k v EX 10"));
    let text = info(&mut subject, "INFO");
    let mut names: Vec<&str> = Vec::new();
    for line in text.strip_suffix("\r\n").expect("an end").split("\r\n") {
        if let Some((name, _)) = line.split_once(':') {
            names.push(name);
        } else {
            assert!(line.is_empty() || line.starts_with("# "), "{line}");
        }
    }
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn keys_deadlines_and_lookups_are_counted() {
    let mut subject = Subject::default();
    for request in [
        "SET a v PX 3000",
        "SET a v PX 1000",
        "SET b v PX 2000",
        "SET c v PX 5",
        "SET d v PX 9",
        "SET d v",
        "GET a",
        "GET nokey",
        "EXISTS a b nokey",
        "TTL d",
        "STRLEN nokey",
    ] {
        subject.execute(&words(request));
    }
    let keyspace = "# Keyspace\r\ndb0:keys=4,expires=3,avg_ttl=1001\r\n";
    assert_eq!(info(&mut subject, "INFO keyspace"), keyspace);
    subject.execute_at(NOW + 6, &words("GET c"));
    let keyspace = "# Keyspace\r\ndb0:keys=3,expires=2,avg_ttl=1500\r\n";
    assert_eq!(info(&mut subject, "INFO keyspace"), keyspace);
    let text = info(&mut subject, "INFO stats");
    for line in ["keyspace_hits:4", "keyspace_misses:4", "expired_keys:1"] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

//! INFO: which sections come, and that the numbers in them are true.

use std::time::Duration;

use crate::corpus::from_any_client::clients::text;
use crate::corpus::from_echo::request::words;
use crate::subject::stage::clock::UnixMillis;
use crate::subject::stage::process::{CpuTimes, Process, Resources};
use crate::subject::stage::stats::{Rates, Stats, Traffic};
use crate::subject::{NOW, Subject};

fn info(subject: &mut Subject, request: &str) -> String {
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
fn what_the_process_uses_is_told_in_bytes_and_for_people() {
    let mut subject = Subject::default();
    assert!(!info(&mut subject, "INFO memory").contains("used_memory"));
    assert_eq!(info(&mut subject, "INFO cpu"), "# CPU\r\n");
    subject.set_process(Process {
        started_at: UnixMillis(NOW - 3 * 24 * 60 * 60 * 1000 - 999),
        resources: || Resources {
            memory: Some(1023),
            peak_memory: Some(1536 * 1024),
            system_memory: Some(3 << 40),
            cpu: Some(CpuTimes { user: Duration::from_micros(12_000_034), ..CpuTimes::default() }),
        },
        ..Process::default()
    });
    let text = info(&mut subject, "INFO");
    for line in [
        "uptime_in_seconds:259200",
        "uptime_in_days:3",
        "used_memory:1023",
        "used_memory_human:1023B",
        "used_memory_rss:1023",
        "used_memory_peak:1572864",
        "used_memory_peak_human:1.50M",
        "total_system_memory_human:3.00T",
        "maxmemory_human:0B",
        "used_cpu_sys:0.000000",
        "used_cpu_user:12.000034",
        "rdb_last_save_time:1699740799",
    ] {
        assert!(text.contains(&format!("\r\n{line}\r\n")), "{line} in {text}");
    }
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

#[test]
fn commands_and_errors_are_counted() {
    let mut subject = Subject::default();
    for request in ["PING", "NOSUCH", "GET", "HELLO 4", "SELECT x", "CLIENT nosuch"] {
        subject.execute(&words(request));
    }
    let text = info(&mut subject, "INFO");
    for line in [
        "total_commands_processed:3",
        "total_error_replies:5",
        "errorstat_ERR:count=4",
        "errorstat_NOPROTO:count=1",
        "connected_clients:1",
    ] {
        assert!(text.contains(&format!("{line}\r\n")), "{line} in {text}");
    }
}

/// Counts what has arrived this many milliseconds after the beginning.
fn come(stats: &mut Stats, ms: i64, traffic: Traffic) {
    stats.sample(UnixMillis(NOW + ms));
    stats.traffic += traffic;
}

fn rates_at(stats: &mut Stats, ms: i64) -> Rates {
    stats.rates(UnixMillis(NOW + ms))
}

#[test]
fn a_rate_is_that_of_the_last_second_and_a_half() {
    let mut stats = Stats::default();
    let requests = |times: u64| Traffic {
        commands: times,
        input: 1024 * times,
        output: 512 * times,
        ..Traffic::default()
    };
    let rates =
        |commands: f64| Rates { commands, input: 1024.0 * commands, output: 512.0 * commands };
    assert_eq!(rates_at(&mut stats, 0), Rates::default());
    // What comes after a silence is counted as having come after it.
    come(&mut stats, 0, requests(160));
    assert_eq!(rates_at(&mut stats, 0), rates(100.0));
    come(&mut stats, 50, requests(16));
    assert_eq!(rates_at(&mut stats, 50), rates(110.0));
    assert_eq!(rates_at(&mut stats, 1599), rates(110.0));
    assert_eq!(rates_at(&mut stats, 1600), Rates::default());
    // And what has come before is forgotten.
    come(&mut stats, 60_000, requests(32));
    assert_eq!(rates_at(&mut stats, 60_000), rates(20.0));
    for tick in 1..100 {
        come(&mut stats, 60_000 + tick * 100, requests(10));
    }
    assert_eq!(rates_at(&mut stats, 60_000 + 9_900), rates(100.0));
}

#[test]
fn a_clock_that_is_set_back_makes_no_rate_of_what_was_before() {
    let mut stats = Stats::default();
    for ms in [0, 100, 200, -3_600_000] {
        come(&mut stats, ms, Traffic { commands: 16, ..Traffic::default() });
    }
    assert_eq!(rates_at(&mut stats, -3_600_000).commands, 10.0);
    assert_eq!(rates_at(&mut stats, 200).commands, 0.0);
}

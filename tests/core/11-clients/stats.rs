//! The counters: commands, errors, and the rates of traffic.

use crate::corpus::from_echo::request::words;
use crate::corpus::from_scan::info::info;
use crate::subject::stage::clock::UnixMillis;
use crate::subject::stage::stats::{Rates, Stats, Traffic};
use crate::subject::{NOW, Subject};

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

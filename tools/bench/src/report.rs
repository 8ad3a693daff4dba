//! Everything that one run has measured.

use serde::{Deserialize, Serialize};

use crate::Machine;
use crate::keys::Keys;
use crate::loading::Loading;
use crate::memory::Memory;
use crate::speed::Cell;
use crate::waits::Wait;

/// A run's figures, with what they depend on. As JSON this is `bench.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The day, in UTC: 2026-11-24.
    pub date: String,
    /// Whether it was only to show that the measuring works.
    pub quick: bool,
    /// What was measured, and how long that took.
    pub took: Vec<Took>,
    /// Where.
    pub machine: Machine,
    /// On which cores.
    pub cores: String,
    /// The servers beside Redis.
    pub servers: Vec<String>,
    /// Requests per second, and what they cost.
    pub speed: Vec<Cell>,
    /// Bytes per key.
    pub memory: Vec<Memory>,
    /// Loading a dump.
    pub loading: Option<Loading>,
    /// KEYS on many keys.
    pub keys: Vec<Keys>,
    /// How long others wait for KEYS.
    pub waits: Vec<Wait>,
}

/// How long one part took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Took {
    /// What was measured.
    pub part: String,
    /// How long that took.
    pub seconds: u64,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::Comparison;
    use crate::speed::Subject;

    /// A run in which stage 07 is a little and the ceiling a lot faster than Redis.
    pub(crate) fn report() -> Report {
        let cell = |subject: Subject| {
            let rounds = [vec![100.0, 110.0, 250.0], vec![100.0, 130.0, 250.0]];
            Cell {
                subject,
                requests: 1000,
                rounds: rounds.len(),
                rate: Comparison::of_rounds(&["redis", "07-keys", "ceiling"], &rounds),
                cpu: Some(Comparison::of_totals(
                    &["redis", "07-keys", "ceiling"],
                    &[4.0, 3.0, 1.0],
                )),
            }
        };
        let two = |redis, other| Comparison::of_totals(&["redis", "07-keys"], &[redis, other]);
        Report {
            date: "2026-11-24".to_owned(),
            quick: false,
            took: [("speed", 541), ("memory", 60)]
                .map(|(part, seconds)| Took { part: part.to_owned(), seconds })
                .into(),
            machine: crate::machine::tests::machine(),
            cores: "not pinned".to_owned(),
            servers: vec!["07-keys".to_owned(), "ceiling".to_owned()],
            speed: Subject::all().into_iter().map(cell).collect(),
            memory: vec![Memory {
                shape: "14-byte key, 16-byte value".to_owned(),
                sizes: vec![1000],
                bytes: two(100.0, 95.0),
                at_sizes: Vec::new(),
            }],
            loading: Some(Loading { keys: 1_000_000, rounds: 1, seconds: two(0.7, 0.35) }),
            keys: Vec::new(),
            waits: vec![Wait {
                command: "PING".to_owned(),
                keys: 1_000_000,
                rounds: 1,
                seconds: two(0.2, 0.0001),
                longest: two(0.25, 0.01),
            }],
        }
    }

    #[test]
    fn a_report_is_the_same_after_a_stay_in_a_file() {
        let text = serde_json::to_string(&report()).unwrap();
        assert!(serde_json::from_str::<Report>(&text).unwrap() == report(), "{text}");
        assert!(
            text.contains(r#"{"command":"PING","value":0,"pipeline":1,"clients":1,"#),
            "{text}"
        );
    }
}

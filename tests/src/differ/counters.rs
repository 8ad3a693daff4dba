//! The counters of INFO: what a session has added to them on each of two servers.
//!
//! Each server counts from its own start, so the differences between two looks are compared. Four
//! counters need care:
//!
//! - Redis also removes expired keys in the background, so `keys`, `expires` and `expired_keys` do
//!   not agree at every moment. A key that expires moves from the first two to the third: their
//!   sums agree.
//! - `total_net_output_bytes` depends on replies that may differ, such as this one of INFO. Each
//!   server's is compared with what its clients have received, and `total_net_input_bytes` with what
//!   they have sent.
//! - `total_reads_processed` and `total_writes_processed` depend on how the network cuts and joins
//!   what is sent, see [`Extent`].
//! - `errorstat_…` appears with the first error of its kind.
//!
//! INFO's other sections have no counters: Memory and CPU belong to the process, and what Replication
//! counts stays at zero.

use std::collections::{BTreeMap, BTreeSet};

use super::peer::Bytes;
use crate::workspace::number_of;

/// Asks for all counters.
pub const REQUEST: &[u8] = b"INFO clients stats errorstats keyspace\r\n";

/// The stage that brings them.
pub const STAGE: u32 = number_of("11-clients");

/// The fields that are compared, besides keys and errors.
pub const COMPARED: [&str; 16] = [
    "connected_clients",
    "blocked_clients",
    "tracking_clients",
    "total_connections_received",
    "total_commands_processed",
    INPUT,
    OUTPUT,
    "rejected_connections",
    "evicted_keys",
    "keyspace_hits",
    "keyspace_misses",
    "pubsub_channels",
    "pubsub_patterns",
    "total_error_replies",
    "total_reads_processed",
    "total_writes_processed",
];

/// The fields of these sections that are not, and why.
pub const NOT_COMPARED: [(&str, &str); 4] = [
    ("maxclients", "a setting"),
    ("instantaneous_ops_per_sec", "a rate of the moment"),
    ("instantaneous_input_kbps", "a rate of the moment"),
    ("instantaneous_output_kbps", "a rate of the moment"),
];

const INPUT: &str = "total_net_input_bytes";
const OUTPUT: &str = "total_net_output_bytes";
const EXPIRED: &str = "expired_keys";
const ERROR: &str = "errorstat_";
const KEYS: &str = "keys and expired_keys";
const EXPIRES: &str = "expires and expired_keys";

/// What a session was like, as far as counters depend on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extent {
    /// Whether a connection took more than a server reads or writes at once.
    pub is_large: bool,
    /// Whether a server may have read at once what was sent in two writes, since no reply came
    /// between them.
    pub may_join: bool,
    /// Whether a server may have closed a connection with bytes unread, and replies may be lost.
    pub may_lose: bool,
    /// How many KEYS there were. Where it takes several steps, the course's servers first write the
    /// replies that they owe, and Redis writes all at once.
    pub walks: i64,
    /// Whether all keys may have been removed at once. Those that had expired are then counted as
    /// expired only by the server that had removed them before.
    pub flushes: bool,
}

/// What one server has counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counters(BTreeMap<String, i64>);

impl Counters {
    /// Reads a reply to [`REQUEST`], before which the server's clients had sent and received so
    /// many bytes.
    #[must_use]
    pub fn read(reply: &[u8], bytes: Bytes) -> Self {
        let mut counters = BTreeMap::new();
        let (mut keys, mut expires) = (0, 0);
        let number = |text: &str| text.parse::<i64>().unwrap_or_default();
        let is_compared = |name: &str| COMPARED.contains(&name) || name == EXPIRED;
        for line in String::from_utf8_lossy(reply).lines() {
            let Some((name, value)) = line.split_once(':') else { continue };
            if let Some(value) = value.strip_prefix("keys=") {
                let mut fields = value.split([',', '=']);
                keys += fields.next().map_or(0, number);
                expires += fields.nth(1).map_or(0, number);
            } else if name.starts_with(ERROR) || is_compared(name) {
                let value = value.strip_prefix("count=").unwrap_or(value);
                counters.insert(name.to_owned(), number(value));
            }
        }
        if let Some(expired) = counters.remove(EXPIRED) {
            counters.insert(KEYS.to_owned(), keys + expired);
            counters.insert(EXPIRES.to_owned(), expires + expired);
        }
        for (name, bytes) in [(INPUT, bytes.sent), (OUTPUT, bytes.received)] {
            if let Some(counted) = counters.get_mut(name) {
                *counted -= i64::try_from(bytes).unwrap_or(i64::MAX);
            }
        }
        Self(counters)
    }

    /// Whether no client is connected but the one that asks.
    #[must_use]
    pub fn are_of_one_client(&self) -> bool {
        self.0.get("connected_clients").is_none_or(|clients| *clients == 1)
    }

    /// Returns what has been added since an earlier look.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let added = self.0.iter().map(|(name, value)| {
            (name.clone(), value - before.0.get(name).copied().unwrap_or_default())
        });
        Self(added.collect())
    }

    /// Returns, of what was added on Redis and on another server, the lines that differ. A field
    /// that the other server does not show is left to the transcripts.
    #[must_use]
    pub fn differences(redis: &Self, ours: &Self, extent: Extent) -> Option<[Vec<u8>; 2]> {
        let names: BTreeSet<&String> = redis.0.keys().chain(ours.0.keys()).collect();
        let is_due = |name: &&String| ours.0.contains_key(*name) || name.starts_with(ERROR);
        let mut lines = [Vec::new(), Vec::new()];
        for name in names.into_iter().filter(is_due) {
            let added = [redis, ours].map(|side| side.0.get(name).copied().unwrap_or_default());
            let [expected, found] = added;
            if !extent.agree(name, expected, found) {
                for (lines, added) in lines.iter_mut().zip(added) {
                    lines.extend(format!("{name}: {added:+}\n").bytes());
                }
            }
        }
        lines.iter().any(|lines| !lines.is_empty()).then_some(lines)
    }

    /// Whether the server has counted all bytes that were sent to it.
    #[must_use]
    pub fn count_all_sent(&self) -> bool {
        self.0.get(INPUT).is_none_or(|more| *more >= 0)
    }

    /// Whether the server has counted as many bytes as its clients have sent and received.
    #[must_use]
    pub fn count_what_went(&self, extent: Extent) -> bool {
        let is_even = |name: &str| self.0.get(name).is_none_or(|more| *more == 0);
        extent.may_lose || is_even(INPUT) && is_even(OUTPUT)
    }
}

impl Extent {
    /// Takes in another part of the session.
    pub fn add(&mut self, more: Self) {
        self.is_large |= more.is_large;
        self.may_join |= more.may_join;
        self.may_lose |= more.may_lose;
        self.walks += more.walks;
        self.flushes |= more.flushes;
    }

    /// Whether every counter is compared after a session of this extent.
    #[must_use]
    pub fn decides_all(self) -> bool {
        !self.is_large && !self.may_join && !self.may_lose
    }

    /// Whether a counter may be what it is on the two servers after a session of this extent.
    fn agree(self, name: &str, redis: i64, ours: i64) -> bool {
        match name {
            "total_reads_processed" => self.is_large || self.may_join || redis == ours,
            "total_writes_processed" => self.is_large || (0..=self.walks).contains(&(ours - redis)),
            KEYS | EXPIRES => self.flushes || redis == ours,
            INPUT | OUTPUT => self.may_lose || redis == ours,
            _ => redis == ours,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "$0\r\n# Stats\r\ntotal_net_output_bytes:100\r\nexpired_keys:7\r\n\
        instantaneous_ops_per_sec:5\r\ninstantaneous_input_kbps:0.05\r\n\
        total_reads_processed:3\r\nevicted_scripts:1\r\n\r\n# Keyspace\r\n\
        db0:keys=4,expires=3,avg_ttl=1001\r\ndb15:keys=1,expires=0,avg_ttl=0\r\n";

    fn counters(text: &str, received: u64) -> Counters {
        Counters::read(text.as_bytes(), Bytes { sent: 0, received })
    }

    /// Returns what differs if the other server's second look is this one.
    fn differing(redis: &str, ours: &str, extent: Extent) -> [String; 2] {
        let before = counters(BEFORE, 90);
        let [redis, ours] = [redis, ours].map(|text| counters(text, 90).since(&before));
        let lines = Counters::differences(&redis, &ours, extent).unwrap_or_default();
        lines.map(|lines| String::from_utf8(lines).expect("a text"))
    }

    #[test]
    fn a_counter_that_has_grown_otherwise_is_told() {
        let extent = Extent::default();
        assert_eq!(differing(BEFORE, BEFORE, extent), ["", ""]);
        for (from, to, lines) in [
            ("processed:3", "processed:5", "total_reads_processed: +2\n"),
            ("bytes:100", "bytes:99", "total_net_output_bytes: -1\n"),
            ("db15:keys=1", "db15:keys=2", "keys and expired_keys: +1\n"),
            ("expires=3", "expires=2", "expires and expired_keys: -1\n"),
            ("# Keyspace", "errorstat_ERR:count=2", "errorstat_ERR: +2\n"),
        ] {
            let none = lines.replace(['1', '2'], "0").replace('-', "+");
            let other = BEFORE.replace(from, to);
            assert_eq!(differing(BEFORE, &other, extent), [none.clone(), lines.to_owned()]);
            assert_eq!(differing(&other, BEFORE, extent), [lines.to_owned(), none]);
        }
    }

    #[test]
    fn what_need_not_agree_is_not_compared() {
        for (from, to) in [
            ("ops_per_sec:5", "ops_per_sec:6"),
            ("avg_ttl=1001", "avg_ttl=5"),
            ("evicted_scripts:1", "evicted_scripts:2"),
            ("total_reads_processed:3\r\n", ""),
            // A key that has expired, and is removed or not.
            ("expired_keys:7", "expired_keys:8\r\nx:y\r\ndb1:keys=-1,expires=-1"),
        ] {
            let other = BEFORE.replace(from, to);
            assert_ne!(other, BEFORE);
            assert_eq!(differing(BEFORE, &other, Extent::default()), ["", ""], "{to}");
        }
    }

    #[test]
    fn a_large_session_decides_less() {
        let (reads, output) =
            (BEFORE.replace("processed:3", "processed:5"), BEFORE.replace("bytes:100", "bytes:99"));
        let joined = Extent { may_join: true, ..Extent::default() };
        let large = Extent { is_large: true, ..Extent::default() };
        assert_eq!(differing(BEFORE, &reads, joined), ["", ""]);
        assert_eq!(differing(BEFORE, &reads, large), ["", ""]);
        assert_ne!(differing(BEFORE, &output, large), ["", ""]);
        assert_eq!(differing(BEFORE, &output, Extent { may_lose: true, ..large }), ["", ""]);
    }

    #[test]
    fn a_walk_may_cost_a_write() {
        let writes = |count: u32| format!("total_writes_processed:{count}\r\n");
        let walk = Extent { walks: 1, ..Extent::default() };
        for (ours, is_told) in [(3, true), (4, false), (5, false), (6, true)] {
            assert_eq!(differing(&writes(4), &writes(ours), walk) != ["", ""], is_told, "{ours}");
        }
    }

    #[test]
    fn output_is_what_clients_have_received() {
        let before = counters(BEFORE, 90);
        let after =
            |bytes: u64| counters(&BEFORE.replace("bytes:100", "bytes:150"), bytes).since(&before);
        assert!(after(140).count_what_went(Extent::default()));
        assert!(!after(141).count_what_went(Extent::default()));
    }
}

//! Counters, for INFO.

use std::collections::{BTreeMap, VecDeque};
use std::ops::AddAssign;

use crate::protocol::clock::UnixMillis;

/// How many samples of the counters are taken in a second (Redis: `hz`).
pub const HZ: i64 = 10;

/// The number of samples over which a rate is computed (Redis: `STATS_METRIC_SAMPLES`).
const SAMPLES: usize = 16;

/// The traffic between the server and its clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests for a command that exists, with as many arguments as it takes.
    pub commands: u64,
    /// Bytes that have come in.
    pub input: u64,
    /// Bytes that have gone out.
    pub output: u64,
    /// How many reads from clients there were.
    pub reads: u64,
    /// How many writes to clients there were.
    pub writes: u64,
}

impl AddAssign for Traffic {
    fn add_assign(&mut self, more: Self) {
        self.commands += more.commands;
        self.input += more.input;
        self.output += more.output;
        self.reads += more.reads;
        self.writes += more.writes;
    }
}

/// What the server has done since it was started.
#[derive(Debug, Default)]
pub struct Stats {
    /// Clients that were served.
    pub connections: u64,
    /// Clients that were turned away.
    pub rejected_connections: u64,
    /// Replies that were errors, by their code.
    pub errors: BTreeMap<&'static str, u64>,
    /// The traffic of all clients together.
    pub traffic: Traffic,
    /// The last few samples of the traffic, each with its time.
    samples: VecDeque<(UnixMillis, Traffic)>,
}

/// The rates of traffic, per second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rates {
    /// Commands.
    pub commands: f64,
    /// Bytes that come in.
    pub input: f64,
    /// Bytes that go out.
    pub output: f64,
}

impl Stats {
    /// Counts a reply that is an error.
    pub fn count_error(&mut self, code: &'static str) {
        *self.errors.entry(code).or_default() += 1;
    }

    /// Takes a sample of the counters, if one is due. Call it before counting what has just
    /// arrived.
    ///
    /// Redis takes samples at regular times, in `serverCron`. But while nothing arrives, the
    /// counters do not change. Mirrors `trackInstantaneousMetric`.
    pub fn sample(&mut self, now: UnixMillis) {
        let samples = &mut self.samples;
        let age = samples.back().map(|(last, _)| now.0.saturating_sub(last.0));
        match age {
            Some(age) if (0..1000 / HZ).contains(&age) => return,
            // The clock was set back, so the age of the samples is unknown.
            Some(..0) => samples.clear(),
            _ if samples.len() == SAMPLES => drop(samples.pop_front()),
            _ => {}
        }
        samples.push_back((now, self.traffic));
    }

    /// Returns the rates over the last second and a half, from what has been counted since the
    /// first sample in this time. Mirrors `getInstantaneousMetric`.
    pub fn rates(&self, now: UnixMillis) -> Rates {
        let is_recent =
            |time: UnixMillis| now.0.saturating_sub(time.0) < SAMPLES as i64 * 1000 / HZ;
        let Some((_, before)) = self.samples.iter().find(|(time, _)| is_recent(*time)) else {
            return Rates::default();
        };
        let rate = |before: u64, after: u64| (after - before) as f64 * HZ as f64 / SAMPLES as f64;
        Rates {
            commands: rate(before.commands, self.traffic.commands),
            input: rate(before.input, self.traffic.input),
            output: rate(before.output, self.traffic.output),
        }
    }
}

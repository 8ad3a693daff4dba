//! Counters, for INFO.

use std::collections::{BTreeMap, VecDeque};
use std::ops::AddAssign;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

use crate::clock::UnixMillis;
use crate::resp::Reply;

/// How often in a second the counters are looked at (Redis: `hz`).
pub const HZ: i64 = 10;

/// Over how many of these looks a rate is taken (Redis: `STATS_METRIC_SAMPLES`).
const SAMPLES: usize = 16;

/// A number that all connections add to.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds to it. Nothing else depends on the order in which that happens.
    pub fn add(&self, number: usize) {
        self.0.fetch_add(number as u64, Ordering::Relaxed);
    }

    /// Returns what it has come to.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What went on between the server and its clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests for a command that exists, with as many arguments as it takes.
    pub commands: u64,
    /// Bytes that have come in.
    pub input: u64,
    /// Bytes that have gone out.
    pub output: u64,
    /// How often something has come in.
    pub reads: u64,
    /// How often something has gone out.
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
    pub connections: Counter,
    /// Clients that were turned away.
    pub rejected_connections: Counter,
    /// Replies that were errors, by their first word.
    errors: Mutex<BTreeMap<Vec<u8>, u64>>,
    totals: Mutex<Totals>,
}

#[derive(Debug, Default)]
struct Totals {
    /// All that has been counted.
    traffic: Traffic,
    /// What that was at the last few looks, each with the time.
    samples: VecDeque<(UnixMillis, Traffic)>,
}

/// How much is done in a second.
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
    /// Counts a reply, if it is an error.
    pub fn count_error(&self, reply: &Reply) {
        if let Reply::Error(text) = reply {
            let code = text.split(|byte| *byte == b' ').next().unwrap_or_default();
            let mut errors = lock(&self.errors);
            // Most codes are there already: they cost no copy.
            match errors.get_mut(code) {
                Some(count) => *count += 1,
                None => drop(errors.insert(code.to_vec(), 1)),
            }
        }
    }

    /// Returns how many errors there were of each kind.
    pub fn errors(&self) -> BTreeMap<Vec<u8>, u64> {
        lock(&self.errors).clone()
    }

    /// Counts what has happened.
    pub fn count(&self, traffic: Traffic) {
        lock(&self.totals).traffic += traffic;
    }

    /// Looks at the counters, if it is time for it: keeps what they are. To be called before
    /// anything is counted that has come now.
    ///
    /// Redis looks at them by the clock, in `serverCron`. But while nothing comes, there is nothing
    /// new to be seen. Mirrors `trackInstantaneousMetric`.
    pub fn sample(&self, now: UnixMillis) {
        let Totals { traffic, samples } = &mut *lock(&self.totals);
        let age = samples.back().map(|(last, _)| now.0.saturating_sub(last.0));
        match age {
            Some(age) if (0..1000 / HZ).contains(&age) => return,
            // The clock was set back. Nobody knows how old the others are.
            Some(..0) => samples.clear(),
            _ if samples.len() == SAMPLES => drop(samples.pop_front()),
            _ => {}
        }
        samples.push_back((now, *traffic));
    }

    /// Returns all that was counted.
    pub fn traffic(&self) -> Traffic {
        lock(&self.totals).traffic
    }

    /// Returns how much was done in a second, over the last second and a half: what has been
    /// counted since the first look in this time. Mirrors `getInstantaneousMetric`.
    pub fn rates(&self, now: UnixMillis) -> Rates {
        let totals = lock(&self.totals);
        let is_recent =
            |time: UnixMillis| now.0.saturating_sub(time.0) < SAMPLES as i64 * 1000 / HZ;
        let Some((_, before)) = totals.samples.iter().find(|(time, _)| is_recent(*time)) else {
            return Rates::default();
        };
        let rate = |before: u64, after: u64| (after - before) as f64 * HZ as f64 / SAMPLES as f64;
        Rates {
            commands: rate(before.commands, totals.traffic.commands),
            input: rate(before.input, totals.traffic.input),
            output: rate(before.output, totals.traffic.output),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nothing panics while it holds the lock")
}

//! Counters, for INFO.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

use crate::clock::UnixMillis;
use crate::resp::Reply;

/// How often in a second the counters are to be looked at (Redis: `hz`).
pub const HZ: u64 = 10;

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

/// What the server has done since it was started.
#[derive(Debug, Default)]
pub struct Stats {
    /// Clients that were served.
    pub connections: Counter,
    /// Clients that were turned away.
    pub rejected_connections: Counter,
    /// Requests for a command that exists, with as many arguments as it takes.
    pub commands: Counter,
    /// Bytes that have come in.
    pub input: Counter,
    /// Bytes that have gone out.
    pub output: Counter,
    /// How often something has come in.
    pub reads: Counter,
    /// How often something has gone out.
    pub writes: Counter,
    /// Replies that were errors, by their first word.
    errors: Mutex<BTreeMap<Vec<u8>, u64>>,
    /// What the counters were at the last few looks.
    samples: Mutex<VecDeque<Sample>>,
}

#[derive(Clone, Copy, Debug)]
struct Sample {
    time: UnixMillis,
    commands: u64,
    input: u64,
    output: u64,
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

    /// Takes down what the counters are now. To be called [`HZ`] times a second.
    pub fn sample(&self, time: UnixMillis) {
        let Self { commands, input, output, .. } = self;
        let sample =
            Sample { time, commands: commands.get(), input: input.get(), output: output.get() };
        let mut samples = lock(&self.samples);
        samples.push_back(sample);
        if samples.len() > SAMPLES {
            samples.pop_front();
        }
    }

    /// Returns how much was done in a second, as of late. Mirrors `getInstantaneousMetric`.
    pub fn rates(&self) -> Rates {
        let samples = lock(&self.samples);
        let (Some(first), Some(last)) = (samples.front(), samples.back()) else {
            return Rates::default();
        };
        let seconds = (last.time.0 - first.time.0) as f64 / 1000.0;
        if seconds <= 0.0 {
            return Rates::default();
        }
        let rate = |first: u64, last: u64| (last - first) as f64 / seconds;
        Rates {
            commands: rate(first.commands, last.commands),
            input: rate(first.input, last.input),
            output: rate(first.output, last.output),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nothing panics while it holds the lock")
}

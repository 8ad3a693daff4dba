//! How long other clients wait while KEYS runs.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use serde::{Deserialize, Serialize};

use crate::client::Exchange;
use crate::contender::{Running, Skill, able, names};
use crate::keys::{SHAPE, filled};
use crate::turns::in_turns;
use crate::{Comparison, Contender, Progress};

/// One command of another client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wait {
    /// The command that is sent all the time.
    pub command: String,
    /// How many keys there are.
    pub keys: usize,
    /// How many KEYS there were.
    pub rounds: usize,
    /// Seconds that it waited while a KEYS ran, at the worst, in the median of all KEYS.
    pub seconds: Comparison,
    /// The worst of all.
    pub longest: Comparison,
}

/// About what one server takes to fill with a million keys, and for one KEYS and what is around it.
const TIME_TO_FILL: Duration = Duration::from_millis(1500);
const TIME_PER_ROUND: Duration = Duration::from_millis(600);

/// How long the other client is alone before and after.
const ALONE: Duration = Duration::from_millis(20);

/// About how long it takes.
pub fn time(rounds: usize, contenders: &[Contender]) -> Duration {
    let servers = able(contenders, Skill::Keys).len();
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    TIME_TO_FILL * count(servers) + TIME_PER_ROUND * count(2 * rounds * servers)
}

/// Has one client send a command all the time while another asks for all keys.
pub fn measure(
    keys: usize,
    rounds: usize,
    contenders: &[Contender],
    progress: &mut Progress,
) -> anyhow::Result<Vec<Wait>> {
    let contenders = able(contenders, Skill::Keys);
    let names = names(&contenders);
    progress.say("how long others wait for KEYS");
    let mut servers = Vec::new();
    for contender in &contenders {
        servers.push(filled(contender, keys)?);
        progress.advance(TIME_TO_FILL);
    }
    let mut waits = Vec::new();
    for (command, probe) in [("PING", Exchange::ping()), ("GET", Exchange::get(SHAPE, keys / 2))] {
        progress.say(&format!("how long {command} waits while KEYS * goes over {keys} keys"));
        let rounds = in_turns(
            &mut servers,
            |done| done == rounds,
            |server| {
                let seconds = longest_wait(server, &probe);
                progress.advance(TIME_PER_ROUND);
                seconds.with_context(|| server.name.clone())
            },
        )?;
        let longest = |index: usize| {
            rounds.iter().filter_map(|round| round.get(index)).copied().fold(0.0, f64::max)
        };
        let longest: Vec<f64> = (0..names.len()).map(longest).collect();
        waits.push(Wait {
            command: command.to_owned(),
            keys,
            rounds: rounds.len(),
            seconds: Comparison::of_rounds(&names, &rounds),
            longest: Comparison::of_totals(&names, &longest),
        });
    }
    Ok(waits)
}

/// From when to when something was on its way.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: Instant,
    end: Instant,
}

impl Span {
    fn overlaps(self, other: Self) -> bool {
        self.start <= other.end && other.start <= self.end
    }
}

/// Runs one KEYS, and returns the longest that the probe took while it ran.
fn longest_wait(server: &Running, probe: &Exchange) -> anyhow::Result<f64> {
    let mut client = server.connect()?;
    let mut other = server.connect()?;
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let probing = scope.spawn(|| -> anyhow::Result<Vec<Span>> {
            let mut spans = Vec::new();
            while !over.load(Ordering::Relaxed) {
                let start = Instant::now();
                other.exchange(probe)?;
                spans.push(Span { start, end: Instant::now() });
            }
            Ok(spans)
        });
        thread::sleep(ALONE);
        let start = Instant::now();
        let answered = client.keys(SHAPE, "*");
        let keys = Span { start, end: Instant::now() };
        thread::sleep(ALONE);
        over.store(true, Ordering::Relaxed);
        let probed = probing.join().map_err(|_| anyhow!("the other client panicked"))??;
        answered?;
        longest_during(keys, &probed).context("no request was on its way during KEYS")
    })
}

fn longest_during(keys: Span, probes: &[Span]) -> Option<f64> {
    let during = probes.iter().filter(|probe| probe.overlaps(keys));
    during.map(|probe| (probe.end - probe.start).as_secs_f64()).max_by(f64::total_cmp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_on_its_way_during_keys_counts() {
        let epoch = Instant::now();
        let span = |start, end| Span {
            start: epoch + Duration::from_secs(start),
            end: epoch + Duration::from_secs(end),
        };
        let keys = span(100, 110);
        for (probes, longest) in [
            (&[span(0, 99), span(101, 103), span(103, 104), span(111, 200)][..], Some(2.0)),
            (&[span(98, 101)], Some(3.0)),
            (&[span(109, 114)], Some(5.0)),
            (&[span(99, 111)], Some(12.0)),
            (&[span(0, 99), span(111, 112)], None),
        ] {
            assert_eq!(longest_during(keys, probes), longest, "{probes:?}");
        }
    }
}

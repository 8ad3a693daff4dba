//! Seconds to load a dump.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};

use crate::client::{Client, Exchange};
use crate::contender::{Skill, able, names};
use crate::shape::Shape;
use crate::turns::in_turns;
use crate::{Comparison, Contender, Progress};

/// Starts with a dump.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Loading {
    /// Keys in the dump.
    pub keys: usize,
    /// How often each server was started.
    pub rounds: usize,
    /// Seconds from the start until PING is answered.
    pub seconds: Comparison,
}

const SHAPE: Shape = Shape::SHORT;

/// About what filling and saving take, and one start, for a million keys.
const TIME_TO_SAVE: Duration = Duration::from_millis(2500);
const TIME_PER_START: Duration = Duration::from_millis(800);

/// Longer than any load takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// About how long it takes.
pub fn time(rounds: usize, contenders: &[Contender]) -> Duration {
    let starts = rounds * able(contenders, Skill::Load).len();
    TIME_TO_SAVE + TIME_PER_START * u32::try_from(starts).unwrap_or(u32::MAX)
}

/// Has Redis write a dump, and starts the servers on it in turns.
pub fn measure(
    keys: usize,
    rounds: usize,
    contenders: &[Contender],
    progress: &mut Progress,
) -> anyhow::Result<Loading> {
    progress.say(&format!("loading a dump of {keys} keys"));
    // Its directory holds the dump, so it stays until the end. It is idle.
    let writer = Contender::redis().start(None, &[])?;
    let mut client = writer.connect()?;
    client.fill(SHAPE, 0..keys)?;
    client.exchange(&Exchange::new(&["SAVE"], "+OK\r\n")).context("redis saves no dump")?;
    progress.advance(TIME_TO_SAVE);

    let mut contenders = able(contenders, Skill::Load);
    let names = names(&contenders);
    let rounds = in_turns(
        &mut contenders,
        |done| done == rounds,
        |contender| {
            let seconds = load(contender, writer.directory(), keys);
            progress.advance(TIME_PER_START);
            seconds.with_context(|| contender.name.clone())
        },
    )?;
    Ok(Loading { keys, rounds: rounds.len(), seconds: Comparison::of_rounds(&names, &rounds) })
}

fn load(contender: &Contender, directory: &str, keys: usize) -> anyhow::Result<f64> {
    let started = Instant::now();
    let server = contender.start(None, &["--dir", directory, "--dbfilename", "dump.rdb"])?;
    let mut client = server.connect()?;
    // A stage answers when it has loaded; Redis says until then that it is loading.
    while !client.try_exchange(&Exchange::ping())? {
        ensure!(started.elapsed() < PATIENCE, "still loading after {PATIENCE:?}");
        thread::sleep(Duration::from_millis(1));
    }
    let seconds = started.elapsed().as_secs_f64();
    check(&mut client, keys).context("the dump is not loaded")?;
    Ok(seconds)
}

fn check(client: &mut Client, keys: usize) -> anyhow::Result<()> {
    client.exchange(&Exchange::get(SHAPE, keys - 1))
}

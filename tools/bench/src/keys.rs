//! Seconds that KEYS takes on many keys.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};

use crate::contender::{Running, Skill, able, names};
use crate::shape::Shape;
use crate::turns::in_turns;
use crate::{Comparison, Contender, Progress};

/// A pattern.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Keys {
    /// As sent.
    pub pattern: String,
    /// How many keys there are.
    pub keys: usize,
    /// How many match.
    pub matching: u64,
    /// How often each server was asked.
    pub rounds: usize,
    /// Seconds until the last byte of the reply.
    pub seconds: Comparison,
}

pub(crate) const SHAPE: Shape = Shape::SHORT;

/// About what one server takes to fill with a million keys, and to answer one KEYS.
const TIME_TO_FILL: Duration = Duration::from_millis(1500);
const TIME_PER_REPLY: Duration = Duration::from_millis(350);

/// About how long it takes.
pub fn time(rounds: usize, contenders: &[Contender]) -> Duration {
    let servers = able(contenders, Skill::Keys).len();
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    TIME_TO_FILL * count(servers) + TIME_PER_REPLY * count(2 * rounds * servers)
}

/// Asks all servers in turns for all keys, and for a hundredth of them.
pub fn measure(
    keys: usize,
    rounds: usize,
    contenders: &[Contender],
    progress: &mut Progress,
) -> anyhow::Result<Vec<Keys>> {
    progress.say(&format!("KEYS on {keys} keys"));
    let contenders = able(contenders, Skill::Keys);
    let names = names(&contenders);
    let mut servers = Vec::new();
    for contender in &contenders {
        servers.push(filled(contender, keys)?);
        progress.advance(TIME_TO_FILL);
    }
    let mut measured = Vec::new();
    for (pattern, matching) in
        [("*".to_owned(), keys), (SHAPE.pattern_of_a_hundredth(keys), keys / 100)]
    {
        progress.say(&format!("KEYS {pattern} on {keys} keys"));
        let matching = matching as u64;
        let rounds = in_turns(
            &mut servers,
            |done| done == rounds,
            |server| {
                let seconds = ask(server, &pattern, matching);
                progress.advance(TIME_PER_REPLY);
                seconds.with_context(|| server.name.clone())
            },
        )?;
        let seconds = Comparison::of_rounds(&names, &rounds);
        measured.push(Keys { pattern, keys, matching, rounds: rounds.len(), seconds });
    }
    Ok(measured)
}

/// Starts a server with this many keys.
pub(crate) fn filled(contender: &Contender, keys: usize) -> anyhow::Result<Running> {
    let server = contender.start(None, &[])?;
    let filled = server.connect()?.fill(SHAPE, 0..keys);
    filled.with_context(|| format!("cannot fill {}", contender.name))?;
    Ok(server)
}

fn ask(server: &Running, pattern: &str, matching: u64) -> anyhow::Result<f64> {
    let mut client = server.connect()?;
    let started = Instant::now();
    let count = client.keys(SHAPE, pattern)?;
    let seconds = started.elapsed().as_secs_f64();
    ensure!(count == matching, "KEYS {pattern} finds {count} keys, not {matching}");
    Ok(seconds)
}

//! Bytes of memory for each key.

use std::time::Duration;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::contender::{Skill, able, names};
use crate::shape::Shape;
use crate::statistics::mean;
use crate::{Comparison, Contender, Progress};

/// Keys of one shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// What the keys look like.
    pub shape: String,
    /// How many keys there were. A hash table that has just doubled is at its worst, so it is
    /// looked at in many states.
    pub sizes: Vec<usize>,
    /// Bytes that a key takes in the mean over all sizes.
    pub bytes: Comparison,
    /// The same at each size.
    pub at_sizes: Vec<AtSizes>,
}

/// One server's figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AtSizes {
    /// The server, Redis included.
    pub server: String,
    /// Bytes for each key at each size.
    pub bytes: Vec<f64>,
}

/// About what one server takes to fill and to settle, for every size.
const TIME_PER_SIZE: Duration = Duration::from_millis(2000);

/// Returns this many numbers of keys, each greater than the last by the same factor, so that no
/// state of a hash table counts more than another.
pub fn sizes(first: usize, last: usize, count: usize) -> Vec<usize> {
    let steps = count.saturating_sub(1).max(1) as f64;
    let growth = last as f64 / first as f64;
    let size = |step: usize| first as f64 * growth.powf(step as f64 / steps);
    (0..count).map(|step| (size(step) / 1000.0).round() as usize * 1000).collect()
}

/// About how long it takes.
pub fn time(sizes: &[usize], contenders: &[Contender]) -> Duration {
    let fills = shapes().map(|(_, skill)| real(contenders, skill).len());
    TIME_PER_SIZE * u32::try_from(sizes.len() * fills.iter().sum::<usize>()).unwrap_or(u32::MAX)
}

/// Fills each server once, and looks at its memory at every size on the way.
pub fn measure(
    sizes: &[usize],
    contenders: &[Contender],
    progress: &mut Progress,
) -> anyhow::Result<Vec<Memory>> {
    let mut memory = Vec::new();
    for (shape, skill) in shapes() {
        let contenders = real(contenders, skill);
        let mut at_sizes = Vec::new();
        for contender in &contenders {
            let (server, what) = (contender.name.clone(), shape.describe());
            progress.say(&format!("bytes per key of {server}: {what}"));
            let bytes = fill(contender, shape, sizes, progress).with_context(|| what)?;
            at_sizes.push(AtSizes { server, bytes });
        }
        let means: Vec<f64> = at_sizes.iter().map(|server| mean(&server.bytes)).collect();
        memory.push(Memory {
            shape: shape.describe(),
            sizes: sizes.to_owned(),
            bytes: Comparison::of_totals(&names(&contenders), &means),
            at_sizes,
        });
    }
    Ok(memory)
}

fn shapes() -> [(Shape, Skill); 2] {
    [(Shape::SHORT, Skill::SetGet), (Shape::LONG, Skill::Expiry)]
}

fn real(contenders: &[Contender], skill: Skill) -> Vec<&Contender> {
    able(contenders, skill).into_iter().filter(|contender| !contender.is_ceiling()).collect()
}

fn fill(
    contender: &Contender,
    shape: Shape,
    sizes: &[usize],
    progress: &mut Progress,
) -> anyhow::Result<Vec<f64>> {
    let mut server = contender.start(None, &[])?;
    let mut client = server.connect()?;
    let empty = server.meter.settled()?;
    let mut filled = 0;
    let mut bytes = Vec::new();
    for &size in sizes {
        let filling = client.fill(shape, filled..size);
        // Redis moves its keys into a larger table a little with every request, and has two tables
        // until then. A server in use is soon done with that.
        let filling = filling.and_then(|()| client.read(shape, 0..size));
        filling.with_context(|| contender.name.clone())?;
        filled = size;
        let grown = server.meter.settled()?.saturating_sub(empty);
        bytes.push(grown as f64 / size as f64);
        progress.advance(TIME_PER_SIZE);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_grow_by_the_same_factor() {
        assert_eq!(sizes(100_000, 400_000, 3), [100_000, 200_000, 400_000]);
        let ten = sizes(100_000, 2_000_000, 10);
        assert_eq!((ten.len(), ten[0], ten[9]), (10, 100_000, 2_000_000));
        assert!(ten.is_sorted());
        assert_eq!(sizes(50_000, 50_000, 1), [50_000]);
    }
}

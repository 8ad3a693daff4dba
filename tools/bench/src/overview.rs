//! The newest stage beside Redis, at a glance.

use crate::markdown::{Range, thousands};
use crate::speed::PIPELINES;
use crate::{Comparison, Report};

/// The newest stage's figures, each a multiple of Redis's: one range where the full tables have many
/// lines.
pub struct Overview<'a> {
    /// The stage's number, in two digits.
    pub(crate) stage: &'a str,
    /// Redis's version.
    pub(crate) redis: &'a str,
    /// Requests per second, for each of the [`PIPELINES`].
    pub(crate) rates: [Range; PIPELINES.len()],
    /// CPU time per request.
    pub(crate) cpu: Range,
    /// Memory per key.
    pub(crate) memory: Range,
    /// Time to load a dump.
    pub(crate) loading: Range,
    /// The longest that another client waits for `KEYS`.
    pub(crate) wait: Range,
    /// How many keys `KEYS` looks at.
    keys: usize,
}

impl<'a> Overview<'a> {
    /// Returns nothing if no stage or not every part was measured.
    #[must_use]
    pub fn of(report: &'a Report) -> Option<Self> {
        let is_stage = |server: &&String| server.starts_with(|first: char| first.is_ascii_digit());
        let server = report.servers.iter().rev().find(is_stage)?;
        let rates = |pipeline| {
            let cells = report.speed.iter().filter(move |cell| cell.subject.pipeline == pipeline);
            range(server, cells.map(|cell| &cell.rate))
        };
        let [one, few, many] = PIPELINES.map(rates);
        Some(Self {
            stage: server.split_once('-').map_or(server, |(number, _)| number),
            redis: &report.machine.redis,
            rates: [one?, few?, many?],
            cpu: range(server, report.speed.iter().filter_map(|cell| cell.cpu.as_ref()))?,
            memory: range(server, report.memory.iter().map(|memory| &memory.bytes))?,
            loading: range(server, report.loading.iter().map(|loading| &loading.seconds))?,
            wait: range(server, report.waits.iter().map(|wait| &wait.longest))?,
            keys: report.waits.first()?.keys,
        })
    }

    /// Says what the chart of these figures shows, for those who do not see it.
    pub(crate) fn alt(&self) -> String {
        let Self { stage, redis, .. } = self;
        format!(
            "Requests per second, CPU time, memory, loading and waiting: stage {stage} as a \
             multiple of Redis {redis}; the text below has the figures"
        )
    }

    /// Returns the figures in three sentences, each on a line of its own.
    pub(crate) fn sentences(&self) -> String {
        let Self { stage, redis, rates: [first, rest @ ..], cpu, memory, loading, .. } = self;
        let rates = rest.iter().fold(*first, |all, range| all.with(*range));
        format!(
            "Stage {stage} answers {rates} times as many requests per second as Redis {redis}, at \
             {cpu} times the CPU time for each.\n\
             It takes {memory} times the memory per key, and loads a dump in {loading} times the \
             time.\n\
             While `KEYS *` searches {} keys, other clients wait at most {} times as long as for \
             Redis.\n",
            thousands(self.keys),
            self.wait.greatest(),
        )
    }
}

fn range<'a>(server: &str, comparisons: impl Iterator<Item = &'a Comparison>) -> Option<Range> {
    let ratios = comparisons.filter_map(|comparison| Some(comparison.of(server)?.ratio));
    Range::of(ratios.filter(|ratio| ratio.is_finite()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::report;

    #[test]
    fn three_sentences_hold_the_newest_stage_s_figures() {
        let mut report = report();
        if let Some(against) =
            report.speed.first_mut().and_then(|cell| cell.rate.others.first_mut())
        {
            against.ratio = 0.9;
        }
        assert_eq!(
            Overview::of(&report).unwrap().sentences(),
            "Stage 07 answers 0.90 to 1.20 times as many requests per second as Redis 7.0.15, at \
             0.75 times the CPU time for each.\n\
             It takes 0.95 times the memory per key, and loads a dump in 0.50 times the time.\n\
             While `KEYS *` searches 1,000,000 keys, other clients wait at most 0.040 times as \
             long as for Redis.\n"
        );
    }

    #[test]
    fn there_is_none_of_a_run_that_lacks_a_part_or_a_stage() {
        assert!(Overview::of(&Report { waits: Vec::new(), ..report() }).is_none());
        assert!(Overview::of(&Report { speed: Vec::new(), ..report() }).is_none());
        assert!(Overview::of(&Report { servers: vec!["ceiling".into()], ..report() }).is_none());
    }
}

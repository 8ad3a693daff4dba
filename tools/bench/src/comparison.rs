//! One quantity of several servers, beside Redis's.

use serde::{Deserialize, Serialize};

use crate::statistics::{median, quantile};

/// What a quantity came to for Redis, and for those that were measured in turns with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Redis's own figure. It says something about this machine only.
    pub redis: f64,
    /// The others'.
    pub others: Vec<Against>,
}

/// A server's quantity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Against {
    /// The server's name.
    pub server: String,
    /// Its own figure.
    pub value: f64,
    /// How many times Redis's it is.
    pub ratio: f64,
    /// Between which two ratios half of all rounds lie, where there were rounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quartiles: Option<[f64; 2]>,
}

impl Comparison {
    /// Compares round by round, so that what slows the machine for a while slows both sides of a
    /// ratio. Every round holds a value for each of `servers`, Redis's first.
    pub(crate) fn of_rounds(servers: &[&str], rounds: &[Vec<f64>]) -> Self {
        let values = |index: usize| -> Vec<f64> {
            rounds.iter().filter_map(|round| round.get(index)).copied().collect()
        };
        let redis = values(0);
        let others = servers.iter().enumerate().skip(1).map(|(index, server)| {
            let values = values(index);
            let ratios: Vec<f64> =
                values.iter().zip(&redis).map(|(value, redis)| value / redis).collect();
            Against {
                server: (*server).to_owned(),
                value: median(&values),
                ratio: median(&ratios),
                quartiles: Some([quantile(&ratios, 0.25), quantile(&ratios, 0.75)]),
            }
        });
        Self { others: others.collect(), redis: median(&redis) }
    }

    /// Compares one value for each of `servers`, Redis's first.
    pub(crate) fn of_totals(servers: &[&str], totals: &[f64]) -> Self {
        let redis = totals.first().copied().unwrap_or(f64::NAN);
        let others = servers.iter().zip(totals).skip(1).map(|(server, &value)| Against {
            server: (*server).to_owned(),
            value,
            ratio: value / redis,
            quartiles: None,
        });
        Self { redis, others: others.collect() }
    }

    /// Returns the figures of the server of that name, if it took part.
    pub fn of(&self, server: &str) -> Option<&Against> {
        self.others.iter().find(|against| against.server == server)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_of_rounds_is_taken_within_each_round() {
        // The machine was faster in the first round. The medians alone would make it three times.
        let rounds = [vec![10.0, 10.0], vec![1.0, 2.0], vec![2.0, 6.0]];
        let comparison = Comparison::of_rounds(&["redis", "other"], &rounds);
        assert_eq!(comparison.redis, 2.0);
        let other = comparison.of("other").unwrap();
        assert_eq!((other.value, other.ratio, other.quartiles), (6.0, 2.0, Some([1.5, 2.5])));
        assert_eq!(comparison.of("redis"), None);
    }

    #[test]
    fn quartiles_show_how_far_the_rounds_lie_apart() {
        let rounds = [1.0, 2.0, 3.0, 4.0, 5.0].map(|value| vec![1.0, value]);
        let comparison = Comparison::of_rounds(&["redis", "other"], &rounds);
        assert_eq!(comparison.of("other").unwrap().quartiles, Some([2.0, 4.0]));
    }

    #[test]
    fn totals_have_no_quartiles() {
        let comparison = Comparison::of_totals(&["redis", "a", "b"], &[4.0, 2.0, 6.0]);
        let ratios =
            |server| comparison.of(server).map(|against| (against.ratio, against.quartiles));
        assert_eq!(ratios("a"), Some((0.5, None)));
        assert_eq!(ratios("b"), Some((1.5, None)));
    }
}

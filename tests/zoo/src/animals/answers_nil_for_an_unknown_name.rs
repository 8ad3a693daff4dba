use crate::{Config, Honest, Reply, Server};

/// Pairs a name that it does not know with nil.
///
/// `GET` does so for a missing key. `CONFIG GET` leaves out what does not exist, because its names
/// may be patterns, and a pattern that matches nothing has no pair.
pub(super) struct AnswersNilForAnUnknownName;

impl Server for AnswersNilForAnUnknownName {
    fn config_get(&self, config: &Config, names: &[Vec<u8>]) -> Reply {
        let pairs = names.iter().flat_map(|name| {
            match Honest.config_get(config, std::slice::from_ref(name)) {
                Reply::Array(pair) if !pair.is_empty() => pair,
                _ => vec![Reply::Bulk(name.clone()), Reply::Nil],
            }
        });
        Reply::Array(pairs.collect())
    }
}

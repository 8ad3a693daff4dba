use crate::{Config, Honest, Reply, Server};

/// Answers the first name of `CONFIG GET`, and ignores the others.
///
/// Until Redis 7 there was only one, and many documents still say so. A client that asks for two
/// settings at once gets one.
pub(super) struct LooksAtTheFirstNameOnly;

impl Server for LooksAtTheFirstNameOnly {
    fn config_get(&self, config: &Config, names: &[Vec<u8>]) -> Reply {
        Honest.config_get(config, names.get(..1).unwrap_or_default())
    }
}

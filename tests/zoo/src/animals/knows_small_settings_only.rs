use crate::{Config, Honest, Reply, Server};

/// Compares the names of settings letter for letter.
///
/// They are written in lower case everywhere. Redis answers a request for `PORT`, and this server
/// finds nothing.
pub(super) struct KnowsSmallSettingsOnly;

impl Server for KnowsSmallSettingsOnly {
    fn config_get(&self, config: &Config, names: &[Vec<u8>]) -> Reply {
        let small = names.iter().filter(|name| !name.iter().any(u8::is_ascii_uppercase));
        Honest.config_get(config, &small.cloned().collect::<Vec<_>>())
    }
}

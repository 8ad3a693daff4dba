use crate::{Config, Honest, Reply, Server};

/// Answers `CONFIG GET PORT` with the name `port`.
///
/// It is the name under which the setting is kept, so it seems to be the tidy answer. Redis
/// gives a plain name back as it was typed, and a client looks for just that.
pub(super) struct WritesNamesItsOwnWay;

impl Server for WritesNamesItsOwnWay {
    fn config_get(&self, config: &Config, names: &[Vec<u8>]) -> Reply {
        let names: Vec<Vec<u8>> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        Honest.config_get(config, &names)
    }
}

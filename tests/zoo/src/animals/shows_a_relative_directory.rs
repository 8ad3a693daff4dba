use crate::{Config, Honest, Server};

/// Reports its directory as it was given, or a dot.
///
/// The program itself finds its files with it. The client runs in another directory, and needs the
/// absolute path.
pub(super) struct ShowsARelativeDirectory;

impl Server for ShowsARelativeDirectory {
    fn config_value(&self, config: &Config, name: &str) -> Vec<u8> {
        match name {
            "dir" => b".".to_vec(),
            _ => Honest.config_value(config, name),
        }
    }
}

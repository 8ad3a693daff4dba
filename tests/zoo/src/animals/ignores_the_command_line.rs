use crate::{Config, Honest, Server};

/// Reports the default file name, whatever it was started with.
///
/// The answer was written down when there was no command line yet, and it is right until a user
/// passes one.
pub(super) struct IgnoresTheCommandLine;

impl Server for IgnoresTheCommandLine {
    fn config_value(&self, config: &Config, name: &str) -> Vec<u8> {
        match name {
            "dbfilename" => b"dump.rdb".to_vec(),
            _ => Honest.config_value(config, name),
        }
    }
}

use crate::{Config, Honest, Reply, Server};

/// Answers `CONFIG GET` without a name with an empty array.
///
/// No names, no pairs: a loop over nothing gives just that. Redis counts the arguments of a
/// subcommand too, and `config|get` needs at least one.
pub(super) struct AnswersConfigGetWithoutAName;

impl Server for AnswersConfigGetWithoutAName {
    fn config(&self, config: &Config, subcommand: &[u8], arguments: &[Vec<u8>]) -> Reply {
        if subcommand.eq_ignore_ascii_case(b"get") {
            return self.config_get(config, arguments);
        }
        Honest.config(config, subcommand, arguments)
    }
}

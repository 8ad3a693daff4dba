use std::path::PathBuf;

use crate::{Config, Server};

/// Loads `dump.rdb`, whatever `--dbfilename` says.
///
/// `CONFIG GET dbfilename` already answers right, so the option looks done. The keys are those
/// of another file, or none.
pub(super) struct AlwaysLoadsDumpRdb;

impl Server for AlwaysLoadsDumpRdb {
    fn dump_path(&self, config: &Config) -> PathBuf {
        config.dir.join("dump.rdb")
    }
}

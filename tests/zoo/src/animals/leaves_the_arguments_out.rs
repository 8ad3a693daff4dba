use crate::{Reply, Server};

/// Names the unknown command, and says nothing of its arguments.
///
/// The list looks like an ornament. It is what shows a programmer that the command and its first
/// argument were sent glued together, and clients compare such texts byte for byte.
pub(super) struct LeavesTheArgumentsOut;

impl Server for LeavesTheArgumentsOut {
    fn unknown_command(&self, name: &[u8], _arguments: &[Vec<u8>]) -> Reply {
        Reply::error(format!("ERR unknown command '{}'", String::from_utf8_lossy(name)))
    }
}

use crate::{Honest, Reply, Server};

/// Switches the protocol before it has looked at the options.
///
/// The version comes first, so it is dealt with first. When an option is rejected, the client
/// believes that nothing has changed.
pub(super) struct SwitchesBeforeItChecks;

impl Server for SwitchesBeforeItChecks {
    fn hello(&self, arguments: &[Vec<u8>]) -> Result<Reply, Vec<u8>> {
        match arguments.first().map(Vec::as_slice) {
            Some(b"2") => self.speak(false),
            Some(b"3") => self.speak(true),
            _ => {}
        }
        Honest.hello(arguments)
    }
}

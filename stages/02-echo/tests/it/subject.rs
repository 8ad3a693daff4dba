//! The core as a whole. What it needs besides a request differs from stage to stage; the other
//! modules of tests need not know.

use stage_02::command;
use stage_02::resp::Reply;

/// The core, with all that it keeps between two requests: nothing yet.
#[derive(Default)]
pub struct Subject {}

impl Subject {
    /// Returns the reply to one request.
    pub fn execute(&self, args: &[&[u8]]) -> Reply {
        command::execute(args)
    }
}

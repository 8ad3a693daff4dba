//! The core as a whole. What it needs besides a request differs from stage to stage; the other
//! modules of tests need not know.

use stage_03::command;
use stage_03::db::Db;
use stage_03::resp::Reply;

/// The core, with all that it keeps between two requests.
#[derive(Default)]
pub struct Subject {
    db: Db,
}

impl Subject {
    /// Returns the reply to one request.
    pub fn execute(&self, args: &[&[u8]]) -> Reply {
        command::execute(args, &self.db)
    }
}

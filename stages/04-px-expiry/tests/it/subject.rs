//! The core as a whole. What it needs besides a request differs from stage to stage; the other
//! modules of tests need not know.

use stage_04::clock::UnixMillis;
use stage_04::command;
use stage_04::db::Db;
use stage_04::resp::Reply;

/// When a request is executed, if a test does not say.
pub const NOW: i64 = 1_700_000_000_000;

/// The core, with all that it keeps between two requests.
#[derive(Default)]
pub struct Subject {
    db: Db,
}

impl Subject {
    /// Returns the reply to one request.
    pub fn execute(&self, args: &[&[u8]]) -> Reply {
        self.execute_at(NOW, args)
    }

    /// Returns the reply to a request that is executed so many milliseconds after 1970.
    pub fn execute_at(&self, now: i64, args: &[&[u8]]) -> Reply {
        command::execute(args, &self.db, UnixMillis(now))
    }
}

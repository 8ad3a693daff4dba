//! The core as a whole. What it needs besides a request differs from stage to stage; the other
//! modules of tests need not know.

use stage_08::clock::UnixMillis;
use stage_08::command;
use stage_08::config::Config;
use stage_08::db::Db;
use stage_08::resp::Reply;

/// When a request is executed, if a test does not say.
pub const NOW: i64 = 1_700_000_000_000;

/// The core, with all that it keeps between two requests.
pub struct Subject {
    server: stage_08::Server,
}

impl Default for Subject {
    fn default() -> Self {
        Self { server: stage_08::Server { config: Config::default(), db: Db::default() } }
    }
}

impl Subject {
    /// Returns the reply to one request.
    pub fn execute(&self, args: &[&[u8]]) -> Reply {
        self.execute_at(NOW, args)
    }

    /// Returns the reply to a request that is executed so many milliseconds after 1970.
    pub fn execute_at(&self, now: i64, args: &[&[u8]]) -> Reply {
        command::execute(args, &self.server, UnixMillis(now))
    }
}

//! The clients: what each is called, how it is had, and how its program is run.
//!
//! Another client is another line in [`CLIENTS`], a function in [`setup`] that gets hold of
//! it, and a program that tells of every [feature](crate::feature::FEATURES) as the
//! [conversation](crate::conversation) wants it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::setup::{self, Place, Unprepared};

/// A client for programs.
#[derive(Debug)]
pub struct Client {
    /// Its name in the table.
    pub name: &'static str,
    prepare: fn(&Place) -> Result<Program, Unprepared>,
    arguments: &'static [&'static str],
}

/// The program that speaks through a client.
#[derive(Debug)]
pub struct Program {
    /// What runs it, with what belongs before the server's port.
    pub words: Vec<PathBuf>,
    /// A variable that it needs.
    pub environment: Option<(&'static str, PathBuf)>,
}

impl Program {
    /// Returns a program that needs nothing but its words.
    #[must_use]
    pub fn new(words: Vec<PathBuf>) -> Self {
        Self { words, environment: None }
    }
}

/// All clients for programs, in the order of the table.
pub const CLIENTS: [Client; 9] = [
    Client { name: "redis-py", prepare: setup::redis_py, arguments: &[] },
    Client { name: "redis-py, protocol=2", prepare: setup::redis_py, arguments: &["2"] },
    Client { name: "redis-py, hiredis", prepare: setup::redis_py_hiredis, arguments: &[] },
    Client { name: "ioredis", prepare: setup::ioredis, arguments: &[] },
    Client { name: "node-redis", prepare: setup::node_redis, arguments: &[] },
    Client { name: "redis-rs", prepare: setup::redis_rs, arguments: &["sync"] },
    Client { name: "redis-rs, async", prepare: setup::redis_rs, arguments: &["async"] },
    Client { name: "Jedis", prepare: setup::jedis, arguments: &[] },
    Client { name: "hiredis", prepare: setup::hiredis, arguments: &[] },
];

impl Client {
    /// Gets hold of the client, and returns the command that runs its program once the server's
    /// port is known.
    ///
    /// # Errors
    /// With the reason why it cannot be run.
    pub fn prepare(&self, place: &Place) -> Result<impl Fn(u16) -> Command + use<>, Unprepared> {
        let program = (self.prepare)(place)?;
        let arguments = self.arguments;
        Ok(move |port: u16| {
            let mut words = program.words.iter().map(PathBuf::as_path);
            let mut command = Command::new(words.next().unwrap_or(Path::new("")));
            command.args(words).arg(port.to_string()).args(arguments);
            command.envs(program.environment.clone());
            command
        })
    }
}

//! The servers that are measured.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow};
use conformance::server::{CommandLine, Server};

use crate::client::Client;
use crate::cores::pinned;
use crate::meter::Meter;

/// How long a server may take to start, with a dump to load.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that can be started as often as wanted.
pub struct Contender {
    /// What tables call it.
    pub name: String,
    command: CommandLine,
    /// The greatest skill that it has.
    most: Skill,
    is_ceiling: bool,
}

/// What a server must be able to do to take part in a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Skill {
    /// Answers `PING`.
    Ping,
    /// Keeps keys.
    SetGet,
    /// Keeps keys that expire.
    Expiry,
    /// Loads a dump.
    Load,
    /// Answers `KEYS`.
    Keys,
    /// Deletes keys.
    Delete,
    /// Counts values up, and changes many keys at once.
    Count,
    /// Changes deadlines.
    Deadlines,
}

impl Contender {
    /// The real Redis.
    pub fn redis() -> Self {
        Self::new("redis", CommandLine::redis(), Skill::Deadlines)
    }

    /// A stage of the course, by its directory's name and its release build.
    pub fn stage(name: &str, binary: &Path) -> Self {
        let most = match name {
            _ if name >= "15-exact-expiry" => Skill::Deadlines,
            _ if name >= "14-incr-append" => Skill::Count,
            _ if name >= "13-del-rename" => Skill::Delete,
            _ if name >= "07-keys" => Skill::Keys,
            _ if name >= "06-rdb-read" => Skill::Load,
            _ if name >= "04-px-expiry" => Skill::Expiry,
            _ if name >= "03-set-get" => Skill::SetGet,
            _ => Skill::Ping,
        };
        Self::new(name, CommandLine::binary(&binary.to_string_lossy()), most)
    }

    /// The server of tokio's tutorial, from the PATH.
    pub fn mini_redis() -> Self {
        Self::new("mini-redis", CommandLine::binary("mini-redis-server"), Skill::SetGet)
    }

    /// The server that does no work, which this program is, too.
    pub fn ceiling(program: &Path) -> Self {
        let program = program.to_string_lossy().into_owned();
        let command = [&program, "ceiling", "--port", "{port}"];
        let contender = Self::new("ceiling", CommandLine::new(command), Skill::SetGet);
        Self { is_ceiling: true, ..contender }
    }

    fn new(name: &str, command: CommandLine, most: Skill) -> Self {
        Self { name: name.to_owned(), command, most, is_ceiling: false }
    }

    /// Whether it can do that.
    pub fn can(&self, skill: Skill) -> bool {
        skill <= self.most
    }

    /// Whether it only pretends to keep what it is given.
    pub(crate) fn is_ceiling(&self) -> bool {
        self.is_ceiling
    }

    /// Starts it with more arguments, on that core if there is one to choose.
    pub(crate) fn start(&self, core: Option<usize>, arguments: &[&str]) -> anyhow::Result<Running> {
        let arguments = || Ok(arguments.iter().map(|&argument| argument.to_owned()).collect());
        let start = || Server::start(&self.command, "", PATIENCE, |_| arguments());
        let server = pinned(core, start)?.map_err(|error| anyhow!("{}: {error}", self.name))?;
        let id = server.process_id().context("a server that was started has a process")?;
        Ok(Running { name: self.name.clone(), meter: Meter::new(id), server })
    }
}

/// A started server. Dropping it ends it.
pub(crate) struct Running {
    pub(crate) name: String,
    pub(crate) meter: Meter,
    server: Server,
}

impl Running {
    pub(crate) fn port(&self) -> u16 {
        self.server.place().port
    }

    /// Returns the directory in which it runs.
    pub(crate) fn directory(&self) -> &str {
        &self.server.place().dir
    }

    pub(crate) fn connect(&self) -> anyhow::Result<Client> {
        Client::connect(self.port()).context(self.name.clone())
    }
}

/// Returns those that have the skill. Redis, the first of all, has every one.
pub(crate) fn able(contenders: &[Contender], skill: Skill) -> Vec<&Contender> {
    contenders.iter().filter(|contender| contender.can(skill)).collect()
}

/// Returns what they are called.
pub(crate) fn names<'a>(contenders: &[&'a Contender]) -> Vec<&'a str> {
    contenders.iter().map(|contender| contender.name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_can_what_it_and_those_before_it_teach() {
        let skills = [
            Skill::Ping,
            Skill::SetGet,
            Skill::Expiry,
            Skill::Load,
            Skill::Keys,
            Skill::Delete,
            Skill::Count,
            Skill::Deadlines,
        ];
        for (name, can) in [
            ("01-ping", 1),
            ("02-echo", 1),
            ("03-set-get", 2),
            ("04-px-expiry", 3),
            ("05-config", 3),
            ("06-rdb-read", 4),
            ("07-keys", 5),
            ("12-introspection", 5),
            ("13-del-rename", 6),
            ("14-incr-append", 7),
            ("15-exact-expiry", 8),
            ("16-lists", 8),
        ] {
            let stage = Contender::stage(name, Path::new("stage"));
            assert_eq!(skills.iter().filter(|&&skill| stage.can(skill)).count(), can, "{name}");
        }
        assert!(skills.iter().all(|&skill| Contender::redis().can(skill)));
    }
}

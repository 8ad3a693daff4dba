//! A way to start a server.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use conformance::workspace::number_of;

use crate::network::Network;

/// The port of every server that is not started for the sake of another one.
pub const PORT: &str = "7000";

/// How long a server has to answer, or to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// A command line and what surrounds it, in which a stage does as Redis does or is known not to.
#[derive(Clone)]
pub struct Start {
    /// The test's name, but for the stage.
    pub name: String,
    /// The first stage that it says something about.
    pub since: u32,
    /// The network.
    pub network: Network,
    /// The command line.
    pub arguments: Vec<OsString>,
    /// Whether they are all of it. Otherwise they follow a port, and for Redis some other options.
    pub are_all: bool,
    /// Fills the directory in which the server is started, which is this process's own.
    pub prepare: fn(&Path) -> io::Result<()>,
    /// What happens to that directory once the server runs.
    pub meanwhile: fn(&Path) -> io::Result<()>,
    /// Whether a user starts it to whom no file belongs.
    pub by_nobody: bool,
    /// The commands whose replies are compared.
    pub questions: Vec<&'static str>,
    /// How long is waited for an answer.
    pub patience: Duration,
    /// The sentence of the [page](conformance::differences) that says that the stages differ here.
    pub documented: Option<&'static str>,
}

impl Start {
    /// A start with these arguments, and nothing else that is worth a word.
    pub fn new(name: &str, arguments: &[&str]) -> Self {
        Self::with_bytes(name, &arguments.iter().map(|word| word.as_bytes()).collect::<Vec<_>>())
    }

    /// The same with arguments that need not be text.
    pub fn with_bytes(name: &str, arguments: &[&[u8]]) -> Self {
        Self {
            name: name.to_owned(),
            since: number_of("05-config"),
            network: Network::Whole,
            arguments: arguments.iter().map(|word| OsStr::from_bytes(word).to_owned()).collect(),
            are_all: false,
            prepare: |_| Ok(()),
            meanwhile: |_| Ok(()),
            by_nobody: false,
            questions: Vec::new(),
            patience: PATIENCE,
            documented: None,
        }
    }
}

//! The server that is tested: a stage of the course, or anybody's.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::server::CommandLine;

/// The variable that aims a stage's tests at another server.
pub const SERVER: &str = "SERVER";

/// The server that a stage's tests are about.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Starts it.
    pub command: CommandLine,
    /// The command as its author has written it, if the server is not the course's own.
    pub theirs: Option<String>,
    /// The stage that it has reached.
    pub stage: u32,
    /// The binary of the course's own stage.
    pub binary: String,
    /// The package of the course's own stage, such as `stage-04`.
    pub package: String,
    /// The last that a server printed which was started for a claim, and has ended.
    pub(crate) printed: Arc<Mutex<String>>,
}

impl Subject {
    /// Finds the server that the environment names, as in `SERVER='./mine --port {port}'`, or else
    /// the stage's own binary. `package` is the stage's name, such as `stage-04`.
    ///
    /// # Errors
    /// Says what is wrong with the command or the name.
    pub fn find(binary: &str, package: &str) -> Result<Self, String> {
        let stage = package.rsplit('-').next().and_then(|number| number.parse().ok());
        let stage = stage.ok_or_else(|| format!("'{package}' does not end in a stage's number"))?;
        let theirs = match env::var(SERVER) {
            Ok(command) => Some(command),
            Err(env::VarError::NotPresent) => None,
            Err(error) => return Err(format!("{SERVER}: {error}")),
        };
        let command = match &theirs {
            Some(command) => CommandLine::parse(command)?,
            None => CommandLine::binary(binary),
        };
        let (binary, package) = (binary.to_owned(), package.to_owned());
        Ok(Self { command, theirs, stage, binary, package, printed: Arc::default() })
    }

    /// Whether it is one of the course's own.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.theirs.is_none()
    }

    /// Returns the command that tests it again, without what picks some of the checks.
    #[must_use]
    pub fn again(&self) -> String {
        let package = &self.package;
        match &self.theirs {
            Some(command) => {
                let command = shlex::try_quote(command).map_or(command.as_str().into(), |it| it);
                format!("{SERVER}={command} cargo test -p {package}")
            }
            None => format!("cargo test -p {package}"),
        }
    }

    /// Returns a folder for what is kept from run to run, beside Cargo's own.
    #[must_use]
    pub fn folder(&self) -> Option<PathBuf> {
        Path::new(&self.binary).parent()?.parent().map(|target| target.join("tmp"))
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.theirs {
            Some(command) => write!(f, "Your server at stage {:02}: {command}", self.stage),
            None => write!(
                f,
                "The course's own {}. For yours: {SERVER}='./mine --port {{port}}'",
                self.package
            ),
        }
    }
}

//! Servers in other languages than the course's: one in each that is right, and everyday wrong
//! versions of it.
//!
//! Each language has a folder `languages/name`: the right server in one file, and `wrong_*.diff`,
//! each of which makes a wrong version of it. The first line of a diff names the stage that the
//! version is for, the load that finds it out if no session does, and the mistake.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use conformance::corpus;
use conformance::workspace::{self, number_of};

/// A language, and how far its right server goes.
#[derive(Debug, Clone, Copy)]
pub struct Language {
    /// The name of its folder.
    pub name: &'static str,
    /// The file of the right server.
    pub file: &'static str,
    /// The stage that the right server has reached.
    pub stage: u32,
    /// The loads to which it is not held.
    pub but: &'static [&'static str],
    /// What runs its servers, or compiles them.
    program: &'static str,
    /// How that is asked whether it is new enough, and where it is.
    version: &'static [&'static str],
}

/// All languages.
pub const LANGUAGES: [Language; 3] = [
    Language {
        name: "python",
        file: "server.py",
        stage: number_of("07-keys"),
        but: &[],
        program: "python3",
        // Often a script that looks for the interpreter, which takes longer than most checks.
        version: &["-c", "import sys; assert sys.version_info >= (3, 11); print(sys.executable)"],
    },
    Language {
        name: "node",
        file: "server.js",
        stage: number_of("04-px-expiry"),
        // Memory that is no longer used is given back when some is needed, and at rest none is.
        but: &[
            "clients_that_fall_silent_give_their_buffers_back",
            "a_client_that_sends_and_never_reads_is_read_no_further",
            "a_client_that_asks_for_much_and_never_reads_is_answered_no_further",
            "the_memory_of_large_values_is_given_back",
        ],
        program: "node",
        version: &[
            "-p",
            "if (parseInt(process.versions.node) < 20) throw process.version; process.execPath",
        ],
    },
    Language {
        name: "c",
        file: "server.c",
        stage: number_of("04-px-expiry"),
        but: &[],
        program: "cc",
        version: &["--version"],
    },
];

/// A version of a right server that makes a mistake.
#[derive(Debug)]
pub struct Wrong {
    /// The mistake in a few words.
    pub name: String,
    /// The stage whose learners make it.
    pub stage: u32,
    /// The load or limit that finds it out, if no session does. What else it fails is chance.
    pub only: Option<String>,
    /// The mistake in a sentence.
    pub mistake: String,
    /// What makes the version of the right server.
    pub diff: PathBuf,
}

impl Language {
    /// Returns the folder of what runs its servers; nothing for a language that is compiled.
    ///
    /// # Errors
    /// Says that the program is not on this machine, or too old.
    pub fn find(&self) -> Result<Option<PathBuf>, String> {
        let program = self.program;
        let asked = Command::new(program).args(self.version).output();
        let asked = asked.map_err(|error| format!("cannot run {program}: {error}"))?;
        if !asked.status.success() {
            return Err(format!("this {program} is too old for {}", self.file));
        }
        let said = String::from_utf8_lossy(&asked.stdout);
        let found = Path::new(said.lines().next().unwrap_or_default());
        Ok(found.parent().filter(|_| found.is_file()).map(Path::to_owned))
    }

    fn folder(&self) -> PathBuf {
        corpus::root().join("languages").join(self.name)
    }

    /// Returns its wrong versions, in the order of their stages.
    ///
    /// # Errors
    /// Names the file that does not belong there, or whose first line does not say what it is.
    pub fn wrong(&self) -> Result<Vec<Wrong>> {
        let mut all = Vec::new();
        for diff in corpus::entries(&self.folder())? {
            let file = diff.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let is_snapshot = file.ends_with(".snap") && diff.with_extension("diff").is_file();
            if file == self.file || is_snapshot {
                continue;
            }
            let shown = corpus::shown(&diff).display().to_string();
            let name = file.strip_prefix("wrong_").and_then(|name| name.strip_suffix(".diff"));
            let name = name.with_context(|| format!("{shown} is no wrong_*.diff"))?.to_owned();
            let text = fs::read_to_string(&diff)?;
            let head = text.lines().next().and_then(|line| line.strip_prefix("stage "));
            let head = head.and_then(|head| head.split_once(": "));
            let (stage, mistake) =
                head.with_context(|| format!("{shown} does not begin with 'stage NN: …'"))?;
            let (stage, only) = match stage.split_once(", ") {
                Some((stage, only)) => (stage, Some(only.to_owned())),
                None => (stage, None),
            };
            let stage = stage.parse().with_context(|| format!("{shown}: stage {stage}"))?;
            ensure!((1..=self.stage).contains(&stage), "{shown} is for a stage without a server");
            all.push(Wrong { name, stage, only, mistake: mistake.to_owned(), diff });
        }
        all.sort_by(|one, other| (one.stage, &one.name).cmp(&(other.stage, &other.name)));
        Ok(all)
    }

    /// Makes the right server, or with a diff a version of it, in a folder, and returns the command
    /// that starts it from there. The program has the folder's name: what a stage's tests remember
    /// of a server, they find by its command.
    ///
    /// # Errors
    /// When the diff does not apply, or the server does not compile.
    pub fn make(&self, diff: Option<&Path>, folder: &Path) -> Result<String> {
        let (_, ending) = self.file.split_once('.').unwrap_or_default();
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let file = format!("{name}.{ending}");
        fs::create_dir_all(folder)?;
        fs::copy(self.folder().join(self.file), folder.join(self.file))?;
        diff.map_or(Ok(()), |diff| workspace::apply(folder, diff))?;
        fs::rename(folder.join(self.file), folder.join(&file))?;
        if self.program != "cc" {
            return Ok(format!("{} {file} --port {{port}}", self.program));
        }
        let compiled = Command::new("cc")
            .current_dir(folder)
            .args(["-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-o", &name, &file])
            .output()
            .context("cannot run cc")?;
        let said = String::from_utf8_lossy(&compiled.stderr);
        ensure!(compiled.status.success(), "{name} does not compile:\n{said}");
        Ok(format!("./{name} --port {{port}}"))
    }
}

/// Returns the `PATH` on which what runs a language's servers is the first.
///
/// # Errors
/// When a folder has a name that no `PATH` can hold.
pub fn path_with(interpreter: Option<&Path>) -> Result<std::ffi::OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    let others = env::split_paths(&path).collect::<Vec<_>>();
    Ok(env::join_paths(interpreter.map(Path::to_owned).into_iter().chain(others))?)
}

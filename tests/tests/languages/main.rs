//! Holds a server in each of some languages to the stages that it has reached, and the wrong
//! versions of it to being told so, as their learners read it.

mod servers;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::{Arc, OnceLock};
use std::thread;

use anyhow::{Context as _, Result, bail, ensure};
use conformance::failure::unfolded;
use conformance::subject::SERVER;
use conformance::{harness, workspace};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use serde_json::Value;
use servers::{LANGUAGES, Language, Wrong};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Each run starts several servers at once, and what it prints is not to depend on the others.
    let at_once = thread::available_parallelism().map_or(1, |cores| cores.get() / 2);
    arguments.test_threads.get_or_insert(at_once.max(1));
    match trials() {
        Ok(trials) => harness::run(arguments, trials),
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}

/// A wrong version is run so often before its text is another than the recorded one.
const TRIES: usize = 3;

/// A language has at least so many wrong versions.
const FEWEST: usize = 10;

/// What is done on a bench.
type Check = Box<dyn FnOnce(&Bench<'_>) -> Result<()> + Send>;

fn trials() -> Result<Vec<Trial>> {
    let checkers = Arc::new(Checkers::default());
    let mut trials = Vec::new();
    for language in LANGUAGES {
        let interpreter = language.find();
        let mut add = |name: String, check: Check| {
            let (interpreter, checkers) = (interpreter.clone(), Arc::clone(&checkers));
            trials.push(Trial::ignorable_test(name, move || match interpreter {
                Ok(interpreter) => {
                    let bench = Bench { language, interpreter, checkers: &checkers };
                    check(&bench).map_err(|error| Failed::from(format!("{error:#}")))?;
                    Ok(Completion::Completed)
                }
                Err(reason) => Ok(Completion::ignored_with(reason)),
            }));
        };
        for part in ["", "program/", "load/"] {
            let name = format!("right/{}/{part}", language.name);
            add(
                name.trim_end_matches('/').to_owned(),
                Box::new(move |bench| bench.check_right(part)),
            );
        }
        let wrong = language.wrong()?;
        ensure!(wrong.len() >= FEWEST, "{} has {} wrong versions", language.name, wrong.len());
        for wrong in wrong {
            let name = format!("wrong/{}/{:02}/{}", language.name, wrong.stage, wrong.name);
            add(name, Box::new(move |bench| bench.check_wrong(&wrong)));
        }
    }
    Ok(trials)
}

/// Where the servers of a language are held to something.
struct Bench<'c> {
    language: Language,
    /// The folder of what runs them, if it is not compiled.
    interpreter: Option<PathBuf>,
    checkers: &'c Checkers,
}

/// How a learner's run of a stage's tests ended.
struct Run {
    is_green: bool,
    /// All that it printed, without what differs from run to run.
    text: String,
}

impl Bench<'_> {
    /// Holds the right server to its stage, or to all checks with `part` in their names.
    fn check_right(&self, part: &str) -> Result<()> {
        let name = format!("right/{part}").trim_end_matches('/').replace('/', "_");
        let command = self.language.make(None, &self.folder(&name))?;
        let mut picks: Vec<&str> = Vec::from_iter((!part.is_empty()).then_some(part));
        for skipped in self.language.but.iter().filter(|_| !part.is_empty()) {
            picks.extend(["--skip", skipped]);
        }
        let run = self.run(&name, &command, self.language.stage, &picks)?;
        ensure!(run.is_green, "{}", run.text);
        Ok(())
    }

    /// Holds a wrong version to be found out.
    fn check_wrong(&self, wrong: &Wrong) -> Result<()> {
        let folder = self.folder(&wrong.name);
        let command = self.language.make(Some(&wrong.diff), &folder)?;
        let picks: Vec<&str> = wrong.only.iter().map(String::as_str).collect();
        let mut run = self.run(&wrong.name, &command, wrong.stage, &picks)?;
        // Whether the kernel refuses a connection to a server that is just dying, or the server is
        // seen closing it, is a race, and decides which session is the first to fail.
        for _ in 1..TRIES {
            if self.is_as_recorded(wrong, &run.text) {
                break;
            }
            run = self.run(&wrong.name, &command, wrong.stage, &picks)?;
        }
        ensure!(!run.is_green, "not found out: {}\n{}", wrong.mistake, run.text);
        let mut settings = insta::Settings::new();
        settings
            .set_snapshot_path(workspace::root().join("tests/languages").join(self.language.name));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.set_description(&wrong.mistake);
        settings.bind(|| insta::assert_snapshot!(format!("wrong_{}", wrong.name), run.text));
        Ok(())
    }

    /// Whether the snapshot holds this text.
    fn is_as_recorded(&self, wrong: &Wrong, text: &str) -> bool {
        let file = wrong.diff.with_extension("snap");
        let recorded = fs::read_to_string(file).unwrap_or_default();
        let recorded = recorded.splitn(3, "---\n").nth(2).unwrap_or_default();
        recorded.trim() == text.trim()
    }

    /// Runs a stage's tests on a server, as a learner would in the server's folder.
    fn run(&self, name: &str, command: &str, stage: u32, picks: &[&str]) -> Result<Run> {
        let folder = self.folder(name);
        forget(command);
        let run = Command::new(self.checkers.of(stage)?)
            .args(picks)
            .current_dir(&folder)
            .env("PWD", &folder)
            .env("PATH", servers::path_with(self.interpreter.as_deref())?)
            .env(SERVER, command)
            .stdin(Stdio::null())
            .output()
            .context("cannot run the stage's tests")?;
        let text = format!(
            "{}{}",
            String::from_utf8_lossy(&run.stdout),
            String::from_utf8_lossy(&run.stderr)
        );
        let is_green = match run.status.code() {
            Some(0) => true,
            Some(101) => false,
            _ => bail!("the stage's tests ended ({}):\n{text}", run.status),
        };
        Ok(Run { is_green, text: masked(&text, &folder) })
    }

    /// Returns the folder of a server, in Cargo's own for this checkout alone.
    fn folder(&self, name: &str) -> PathBuf {
        let mut checkout = DefaultHasher::new();
        workspace::root().hash(&mut checkout);
        let home = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let home = home.join(format!("languages-{:016x}", checkout.finish()));
        home.join(self.language.name).join(name)
    }
}

/// Returns a text without what differs from run to run and from machine to machine: where the
/// server is, how long it took, and how much memory.
fn masked(text: &str, folder: &Path) -> String {
    let text = unfolded(text).replace(&format!("{}/", folder.display()), "");
    let mut masked = String::new();
    for line in text.lines() {
        let line = without_sent(without_time(line));
        let words: Vec<&str> = line.split(' ').collect();
        let is_measured = |at: usize| {
            let unit = words.get(at + 1).is_some_and(|word| {
                ["s", "ms", "bytes", "KiB", "MiB", "GiB"]
                    .contains(&word.trim_end_matches([',', ';']))
            });
            let is_fraction = words.get(at).is_some_and(|word| word.contains('.'));
            let is_growth = words.get(at + 2) == Some(&"more,");
            let is_so_far = at > 0 && words.get(at - 1) == Some(&"after");
            let is_rest = at > 1 && words.get(at - 2..at) == Some(&["…", "and"]);
            unit && (is_fraction || is_growth || is_so_far) || is_rest
        };
        let words = words.iter().enumerate().map(|(at, word)| match word.parse::<f64>() {
            Ok(_) if is_measured(at) => "N",
            _ => word,
        });
        masked += &words.collect::<Vec<_>>().join(" ");
        masked.push('\n');
    }
    masked
}

/// Returns the line of a check that passed without the seconds that it took, if it tells them.
fn without_time(line: &str) -> &str {
    let head = line.rsplit_once(" in ").filter(|(_, time)| time.ends_with(" s"));
    head.filter(|_| line.starts_with("passed ")).map_or(line, |(head, _)| head)
}

/// Returns the line without what a client of a load began with: which were the last ones is chance.
fn without_sent(line: &str) -> &str {
    const DEEP: &str = "              ";
    if line.starts_with(DEEP) && line.ends_with('…') { DEEP } else { line }
}

/// Removes what the tests remember of a server that was started with the same command: they would
/// run what it failed first, and say what it passed before.
fn forget(command: &str) {
    let mut hasher = DefaultHasher::new();
    command.hash(&mut hasher);
    let file = format!("passed-{:016x}.txt", hasher.finish());
    // Where there is none, there is nothing to forget.
    let _ = fs::remove_file(Path::new(env!("CARGO_TARGET_TMPDIR")).join(file));
}

/// The tests of the stages, each a program.
#[derive(Default)]
struct Checkers {
    programs: OnceLock<Result<BTreeMap<u32, PathBuf>, String>>,
}

impl Checkers {
    /// Returns a stage's tests. The first call builds those of all stages.
    fn of(&self, stage: u32) -> Result<&Path> {
        let build = || build_checkers().map_err(|error| format!("{error:#}"));
        let programs = self.programs.get_or_init(build).as_ref();
        let programs = programs.map_err(|reason| anyhow::anyhow!("{reason}"))?;
        programs.get(&stage).map(PathBuf::as_path).context("this stage has no tests")
    }
}

/// Builds the tests of all stages but the newest: chosen as in .ci/run, so that Cargo has compiled them
/// there already.
fn build_checkers() -> Result<BTreeMap<u32, PathBuf>> {
    let newest = format!("stage-{:02}", workspace::newest_stage()?);
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace::root()).args(["test", "--quiet", "--no-run"]);
    command.args(["--test", "server", "--message-format=json-render-diagnostics"]);
    command.args(["--workspace", "--exclude", &newest]);
    let built = command.stderr(Stdio::inherit()).output().context("cannot run cargo")?;
    ensure!(built.status.success(), "the tests of the stages do not build");
    let mut programs = BTreeMap::new();
    for line in String::from_utf8_lossy(&built.stdout).lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
        let text = |pointer: &str| message.pointer(pointer).and_then(Value::as_str);
        let folder = text("/manifest_path").map(Path::new).and_then(Path::parent);
        let folder = folder.and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        if let (Some(stage), Some("server"), Some(program)) =
            (conformance::corpus::stage_of(&folder), text("/target/name"), text("/executable"))
        {
            programs.insert(stage, program.into());
        }
    }
    Ok(programs)
}

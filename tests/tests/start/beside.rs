//! Redis and the stages, started in the same way.

use std::env;
use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, Result, ensure};
use conformance::server::Group;
use conformance::{check, corpus, differences, harness, workspace};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

use crate::network::{NAMESPACE_OF_ROOT, namespace};
use crate::server::Program;
use crate::start::Start;

/// Runs the tests, or, when this program has been started in a new network, starts one server.
pub fn run(starts: &[Start]) -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    let result = match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [_, "inside", index, program, path] => inside(starts, index, program, path),
        _ => trials(starts).map(|trials| harness::run(Arguments::from_args(), trials)),
    };
    result.unwrap_or_else(|error| {
        eprintln!("{error:#}");
        ExitCode::from(3)
    })
}

fn inside(starts: &[Start], index: &str, program: &str, path: &str) -> Result<ExitCode> {
    let start = starts.get(index.parse::<usize>()?).context("no such start")?;
    start.network.set_up()?;
    let program = Program { path: path.into(), is_redis: program == "redis" };
    print!("{}", program.start(start)?);
    Ok(ExitCode::SUCCESS)
}

/// A start, and what Redis makes of it, once that has been asked.
struct Beside {
    index: usize,
    start: Start,
    redis: OnceLock<Result<Told, String>>,
}

/// What came of a start, and what the server printed.
#[derive(Clone, Debug)]
struct Told {
    outcome: String,
    log: String,
}

fn trials(starts: &[Start]) -> Result<Vec<Trial>> {
    let possible = check::redis().and_then(|_| namespace());
    if let Err(reason) = &possible {
        eprintln!("\nNOT STARTED beside a real Redis: {reason}.\n");
    }
    let documented: Vec<_> = starts.iter().filter_map(|start| start.documented).collect();
    let name = "every_documented_difference_of_a_start_is_on_the_page";
    let mut trials = vec![Trial::test(name, move || differences::must_say(documented))];
    let stages = workspace::stages()?.into_iter().filter_map(|name| corpus::stage_of(&name));
    let stages: Vec<Arc<Stage>> =
        stages.map(|number| Arc::new(Stage { number, binary: OnceLock::new() })).collect();
    for (index, start) in starts.iter().enumerate() {
        let beside = Arc::new(Beside { index, start: start.clone(), redis: OnceLock::new() });
        for stage in stages.iter().filter(|stage| stage.number >= start.since) {
            let (group, rest) = start.name.split_once('/').context("a name without a group")?;
            let name = format!("{group}/{:02}/{rest}", stage.number);
            let (beside, stage, possible) =
                (Arc::clone(&beside), Arc::clone(stage), possible.clone());
            trials.push(Trial::ignorable_test(name, move || match possible {
                Ok(words) if beside.start.by_nobody && words != NAMESPACE_OF_ROOT => {
                    Ok(Completion::ignored_with("only root can become another user"))
                }
                Ok(words) => beside.compare(words, &stage).map(|()| Completion::Completed),
                Err(reason) => Ok(Completion::ignored_with(reason)),
            }));
        }
    }
    Ok(trials)
}

/// A stage, and its binary once that has been built.
struct Stage {
    number: u32,
    binary: OnceLock<Result<PathBuf, String>>,
}

impl Stage {
    fn binary(&self) -> Result<&Path, &String> {
        let build = || workspace::build(&format!("stage-{:02}", self.number), false);
        let built = self.binary.get_or_init(|| build().map_err(|error| format!("{error:#}")));
        built.as_deref()
    }
}

impl Beside {
    /// Holds the stage to do what Redis does, or not to where that is documented.
    fn compare(&self, words: &[&str], stage: &Stage) -> Result<(), Failed> {
        let stage = self.told(words, "stage", stage.binary()?.as_os_str())?;
        let redis = self.redis.get_or_init(|| {
            self.told(words, "redis", OsStr::new("redis-server"))
                .map_err(|error| format!("{error:#}"))
        });
        let redis = redis.as_ref()?;
        match self.start.documented {
            None if stage.outcome == redis.outcome => Ok(()),
            Some(_) if stage.outcome != redis.outcome => Ok(()),
            Some(sentence) => {
                Err(format!("both say\n{}\nbut the page: {sentence}", redis.outcome).into())
            }
            None => Err(format!(
                "started with {:?}\n\nRedis\n{}\nThe stage\n{}\nIt printed\n{}",
                self.start.arguments, redis.outcome, stage.outcome, stage.log
            )
            .into()),
        }
    }

    /// Runs this program again in a new network, where it starts the server.
    fn told(&self, words: &[&str], program: &str, path: &OsStr) -> Result<Told> {
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).arg(env::current_exe()?);
        command.args(["inside", &self.index.to_string(), program]).arg(path);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Of a name that is as long for each of them: replies tell its length.
        let dir = tempfile::Builder::new().prefix("start-").tempdir()?;
        let mut group = Group::spawn(&mut command, dir.path())?;
        let (mut outcome, mut log) = (String::new(), Vec::new());
        group.child.stdout.take().context("no pipe")?.read_to_string(&mut outcome)?;
        group.child.stderr.take().context("no pipe")?.read_to_end(&mut log)?;
        let log = String::from_utf8_lossy(&log).into_owned();
        ensure!(group.child.wait()?.success(), "{log}");
        Ok(Told { outcome, log })
    }
}

//! Executes the book's shell sessions, and compares them with what was recorded.

use std::fs;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use conformance::{harness, workspace};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use weave::session::{self, Console, FOLDER};
use weave::shell::{self, Programs};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    match trials(arguments.list) {
        Ok(trials) => harness::run(arguments, trials),
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}

fn trials(only_listed: bool) -> anyhow::Result<Vec<Trial>> {
    let root = workspace::root();
    let mut sessions = Vec::new();
    for name in session::names(root)? {
        let session = session::load(root, &name)?;
        let source = format!(
            "{FOLDER}/{name}.console; if the other is right: cargo run -p weave --bin sessions -- \
             record {name}"
        );
        sessions.push((format!("session::{name}"), source, session));
    }
    for server in [format!("stage-{:02}", workspace::newest_stage()?), "redis".to_owned()] {
        let session = readme_session(&server).context("README.md")?;
        sessions.push((format!("readme::{server}"), "README.md".to_owned(), session));
    }
    let consoles: Vec<Console> = sessions.iter().map(|(.., session)| session.clone()).collect();
    let programs = Programs::build(if only_listed { &[] } else { &consoles })?;
    let trials = sessions.into_iter().map(|(name, source, recorded)| {
        let programs = programs.clone();
        Trial::ignorable_test(name, move || replay(&source, &recorded, &programs))
    });
    let trials = trials.chain([
        Trial::test("a_session_prints_what_its_commands_print", prints),
        Trial::test("what_a_session_has_started_ends_with_it", ends),
        Trial::test("a_server_that_does_not_start_is_told", told),
    ]);
    Ok(trials.collect())
}

/// Returns the README's session, to be typed into this server.
fn readme_session(server: &str) -> anyhow::Result<Console> {
    let readme = fs::read_to_string(workspace::root().join("README.md"))?;
    let (_, block) = readme.split_once("```console\n").context("no session")?;
    let (block, _) = block.split_once("```\n").context("a session without an end")?;
    Console::parse(&format!("# server: {server}\n{block}"))
}

fn replay(source: &str, recorded: &Console, programs: &Programs) -> Result<Completion, Failed> {
    if let Some(tool) = shell::lacking(recorded) {
        return Ok(Completion::ignored_with(format!("no {tool} on the PATH")));
    }
    let came = shell::record(recorded, programs).map_err(|error| format!("{error:#}"))?;
    match shell::difference(recorded, &came) {
        None => Ok(Completion::Completed),
        Some(difference) => Err(format!(
            "what is printed today is not what was recorded: {difference}\nin {source}"
        )
        .into()),
    }
}

fn execute(text: &str) -> anyhow::Result<String> {
    let console = Console::parse(text)?;
    Ok(shell::record(&console, &Programs::build(&[])?)?.text())
}

fn prints() -> Result<(), Failed> {
    if shell::lacking(&Console::default()).is_some() {
        return Ok(());
    }
    let session = "$ x=1; printf 'no end of line'\nno end of line\n\
                   $ echo $x >&2 && \\\n> echo '> '\"it's\"\n1\n> it's\n\
                   $ pwd; cat\n/tmp/redis\n\
                   $ (exit 3)\n(exit 3)\n\
                   $ cargo test -p stage-01\n\
                   $ cargo build\na session cannot run: cargo build\n(exit 1)\n\
                   $ sleep 0.1 & wait; echo '127.0.0.1:6379'\n127.0.0.1:6379\n";
    let outputs = ["1", "no end", "/tmp", "(exit 3)\n", "a session", "(exit 1)\n"];
    let is_output = |line: &&str| !outputs.iter().any(|output| line.starts_with(output.trim_end()));
    // Without the recorded outputs, so that they are not read back.
    let bare: Vec<&str> = session.lines().filter(is_output).collect();
    let came = execute(&(bare.join("\n") + "\n"))?;
    if came == session { Ok(()) } else { Err(format!("{came}\ninstead of\n{session}").into()) }
}

fn ends() -> Result<(), Failed> {
    if shell::lacking(&Console::default()).is_some() {
        return Ok(());
    }
    let began = Instant::now();
    let came = execute("$ sleep 987654 &\n$ echo $! > /dev/stderr\n")?;
    let id = came.lines().last().unwrap_or_default().to_owned();
    // One that was not awaited yet has exited, too.
    let state = Command::new("ps").args(["-o", "stat=", "-p", &id]).output()?.stdout;
    let is_alive = !state.is_empty() && !state.starts_with(b"Z");
    if is_alive || began.elapsed() > Duration::from_secs(30) { Err(came.into()) } else { Ok(()) }
}

fn told() -> Result<(), Failed> {
    let error = execute("# server: stage-99\n$ true\n").expect_err("there is no such stage");
    let error = format!("{error:#}");
    if error.contains("no server 'stage-99'") { Ok(()) } else { Err(error.into()) }
}

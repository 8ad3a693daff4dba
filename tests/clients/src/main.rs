//! Holds a server to the clients that people use: `cargo run -p clients -- --help`.
//!
//! Each client is a program in its own language, with the client's default settings. It uses every
//! command through the client's interface, and prints a line for each [feature]. Redis's
//! own [tools](tool) are driven from here. What came of it is a [table].

mod bounded;
mod client;
mod conversation;
mod feature;
mod page;
mod setup;
mod table;
mod terminal;
mod tool;

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Parser;
use conformance::server::{self, CommandLine, Server};
use conformance::subject::SERVER;

use crate::client::{CLIENTS, Client};
use crate::feature::{Mark, Outcome, Report};
use crate::setup::{Place, Unprepared, build};
use crate::table::{Results, Tool};

/// How long a server may take to start.
const START: Duration = Duration::from_secs(10);

/// How long one client may take for all that it does.
const PATIENCE: Duration = Duration::from_secs(120);

/// Hold a server to real clients with their default settings
///
/// The server is the newest stage, or the one that the environment names, as in
/// SERVER='redis-server --port {port}'. Each client gets one of its own. What a client needs is
/// installed below target/clients; the table is written to target/clients/table.md.
#[derive(Parser)]
#[command(bin_name = "cargo run -p clients --")]
struct Arguments {
    /// Run only the clients and tools with this in their name
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Put the table into the book
    #[arg(long, conflicts_with = "only")]
    write: bool,
    /// Fail if the book's table says something else of what ran
    #[arg(long, conflicts_with_all = ["only", "write"])]
    check: bool,
    /// Do not fail for want of this client
    #[arg(long, value_name = "NAME")]
    may_lack: Vec<String>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    server::end_all_on_interrupt().context("cannot wait for an interrupt")?;
    let place = Place::find()?;
    let command = server_command(&place)?;
    eprintln!("The server: {command}");
    let is_wanted = |name: &str| {
        arguments
            .only
            .as_ref()
            .is_none_or(|only| name.to_lowercase().contains(&only.to_lowercase()))
    };
    let clients = CLIENTS.iter().filter(|client| is_wanted(client.name));
    let clients =
        clients.map(|client| (client.name, told(client.name, || meet(client, &place, &command))));
    let clients = clients.collect();
    let checks = tool::CHECKS.iter().filter(|check| is_wanted(check.usage));
    let tools = checks.map(|check| Tool {
        usage: check.usage,
        claim: check.claim,
        mark: told(check.usage, || try_tool(check, &command)),
    });
    let results = Results { clients, tools: tools.collect() };
    anyhow::ensure!(!results.is_empty(), "no client and no tool is called so");
    conclude(arguments, &place, &results)
}

/// Shows the results, and judges them.
fn conclude(arguments: &Arguments, place: &Place, results: &Results) -> anyhow::Result<ExitCode> {
    println!("{}", results.for_terminal());
    let table = place.target.join("clients").join("table.md");
    fs::write(&table, results.to_markdown()).with_context(|| table.display().to_string())?;
    let path = place.root().join(page::PATH);
    if arguments.write || arguments.check {
        let text = fs::read_to_string(&path).context(page::PATH)?;
        if arguments.write {
            let text = page::with_table(&text, &results.to_markdown())?;
            fs::write(&path, text).context(page::PATH)?;
        } else {
            page::check(&text, results).context(page::PATH)?;
        }
    }
    let lacking =
        results.lacking().filter(|name| !arguments.may_lack.iter().any(|may| may == name));
    let is_good = results.failed() == 0 && lacking.count() == 0;
    println!("{} passed, {} failed", results.passed(), results.failed());
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn server_command(place: &Place) -> anyhow::Result<CommandLine> {
    match env::var(SERVER) {
        Ok(command) => CommandLine::parse(&command).map_err(anyhow::Error::msg),
        Err(env::VarError::NotPresent) => {
            let stage = newest_stage(place)?;
            let program =
                build(place, &["--release", "--package", &stage], &format!("release/{stage}"));
            let program = program.map_err(|why| match why {
                Unprepared::NotHad(why) => anyhow::Error::msg(why.to_string()),
                Unprepared::Broken(why) => anyhow::Error::msg(why),
            })?;
            Ok(CommandLine::binary(&program.to_string_lossy()))
        }
        Err(error) => Err(error).context(SERVER),
    }
}

fn newest_stage(place: &Place) -> anyhow::Result<String> {
    let stages = place.root().join("stages");
    let mut numbers = Vec::new();
    for entry in fs::read_dir(&stages).with_context(|| stages.display().to_string())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        numbers.extend(name.split_once('-').and_then(|(number, _)| number.parse::<u8>().ok()));
    }
    let newest = numbers.into_iter().max().context("no stage in stages/")?;
    Ok(format!("stage-{newest:02}"))
}

/// Says what is being done, and how long it took.
fn told<T>(name: &str, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = work();
    eprintln!("{:6.1} s  {name}", started.elapsed().as_secs_f32());
    result
}

fn meet(client: &Client, place: &Place, command: &CommandLine) -> Outcome {
    let program = match client.prepare(place) {
        Ok(program) => program,
        Err(Unprepared::NotHad(why)) => return Outcome::NotHad(why),
        Err(Unprepared::Broken(why)) => return Outcome::Ran(Report::all_failed(&why)),
    };
    let met = start(command).and_then(|mut server| {
        conversation::hold(program(server.place().port), &mut server, PATIENCE)
    });
    Outcome::Ran(met.unwrap_or_else(|error| Report::all_failed(&format!("{error:#}"))))
}

fn try_tool(check: &tool::Check, command: &CommandLine) -> Mark {
    if let Err(error) = Command::new(check.program).arg("--version").output()
        && error.kind() == ErrorKind::NotFound
    {
        return Mark::Absent(format!("no `{}` here", check.program));
    }
    match start(command).and_then(|mut server| (check.run)(&mut server)) {
        Ok(()) => Mark::Passed,
        Err(error) => Mark::Failed(bounded::first_words(&format!("{error:#}"), 600)),
    }
}

fn start(command: &CommandLine) -> anyhow::Result<Server> {
    Ok(Server::start(command, "", START, |_| Ok(Vec::new()))?)
}

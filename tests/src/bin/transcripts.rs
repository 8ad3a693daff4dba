//! Records, checks and shows transcripts.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context as _, Result, anyhow, bail};
use conformance::check::{self, record, record_snapshot};
use conformance::player::PATIENCE;
use conformance::server::{self, CommandLine, Target};
use conformance::transcript::Transcript;
use conformance::{corpus, snapshot};

const USAGE: &str = "\
transcripts record [FILTER]                  records the snapshots, from a real Redis only
transcripts check [FILTER] [--server 'CMD']  compares a server with them; {port} in CMD is its port
transcripts show FILE                        plays a transcript against a real Redis, writes nothing

FILTER is a part of a name such as 04-px-expiry/a_key_is_gone_after_its_px.";

/// Most of a play is waiting, so there is room for more of them than for processors.
const AT_ONCE: usize = 6;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<()> {
    server::end_all_on_interrupt()?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["record"] => record_all(""),
        ["record", filter] => record_all(filter),
        ["show", file] => show(Path::new(file)),
        ["check"] => check_all("", None),
        ["check", "--server", server] => check_all("", Some(server)),
        ["check", filter] => check_all(filter, None),
        ["check", filter, "--server", server] | ["check", "--server", server, filter] => {
            check_all(filter, Some(server))
        }
        _ => bail!("{USAGE}"),
    }
}

fn record_all(filter: &str) -> Result<()> {
    let redis = check::redis().map_err(|reason| anyhow!("nothing recorded: {reason}"))?;
    each(filter, "recorded", |transcript| {
        record_snapshot(transcript, &redis).map_err(|error| format!("{error:#}"))
    })
}

fn check_all(filter: &str, server: Option<&str>) -> Result<()> {
    let target = match server {
        Some(command) => {
            Target::Spawn(CommandLine::parse(command).map_err(|reason| anyhow!(reason))?)
        }
        None => check::redis().map_err(|reason| anyhow!("nothing checked: {reason}"))?,
    };
    each(filter, "the same", |transcript| {
        check::check(transcript, &target, PATIENCE).map_err(|failure| failure.to_string())
    })
}

fn show(file: &Path) -> Result<()> {
    let redis = check::redis().map_err(|reason| anyhow!(reason))?;
    let transcript = corpus::load_file(file)?;
    let replies = record(&transcript, &redis, PATIENCE).context("this can't be recorded")?;
    println!("{}", snapshot::render(&transcript, &replies));
    Ok(())
}

/// Does something with every transcript that fits, several at once, and tells how it went.
fn each(
    filter: &str,
    done: &str,
    act: impl Fn(&Transcript) -> Result<(), String> + Sync,
) -> Result<()> {
    let names = corpus::names(&corpus::transcripts(), "redis")?;
    let names: Vec<&String> = names.iter().filter(|name| name.contains(filter)).collect();
    if names.is_empty() {
        bail!("no transcript has '{filter}' in its name");
    }
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(0);
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let transcript = corpus::load_one(name).map_err(|error| format!("{error:#}"));
                    let result = transcript.and_then(|transcript| act(&transcript));
                    // Poisoned only if another thread panicked, and then the scope does too.
                    let mut failures = failures.lock().unwrap_or_else(|poison| poison.into_inner());
                    match result {
                        Ok(()) => println!("{done}: {name}"),
                        Err(reason) => {
                            *failures += 1;
                            println!("FAILED: {name}\n{reason}\n");
                        }
                    }
                }
            });
        }
    });
    match failures.into_inner().unwrap_or_else(|poison| poison.into_inner()) {
        0 => Ok(()),
        failures => bail!("{failures} of {} failed", names.len()),
    }
}

//! Records the transcripts of exercises, holds a server to them, and lists the exercises.

use std::process::ExitCode;

use anyhow::{Result, bail};
use conformance::exercise::{self, Exercise};
use conformance::{harness, server};

const USAGE: &str = "\
exercises list                           lists the exercises
exercises record [FILTER]                records their snapshots, from a real Redis only
exercises check FILTER [--server 'CMD']  compares a server with them; {port} in CMD is its port

FILTER is a part of a name such as 04-px-expiry/getex.";

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
        ["list"] => list(),
        ["record"] => harness::record(&transcripts("")?),
        ["record", filter] => harness::record(&transcripts(filter)?),
        ["check", filter] => harness::check(&transcripts(filter)?, None),
        ["check", filter, "--server", server] | ["check", "--server", server, filter] => {
            harness::check(&transcripts(filter)?, Some(server))
        }
        _ => bail!("{USAGE}"),
    }
}

fn list() -> Result<()> {
    for name in exercise::names()? {
        let Exercise { title, level, animal, .. } = Exercise::load(&name)?;
        let kind = animal.map(|animal| format!(", debugging {animal}")).unwrap_or_default();
        println!("{name:45} {title} ({level}{kind})");
    }
    Ok(())
}

/// The transcripts of all exercises whose name `filter` is a part of, complete or not.
fn transcripts(filter: &str) -> Result<Vec<String>> {
    let names = exercise::names()?;
    let mut names = names.iter().filter(|name| name.contains(filter)).peekable();
    if names.peek().is_none() {
        bail!("no exercise has '{filter}' in its name");
    }
    let mut transcripts = Vec::new();
    for name in names {
        transcripts.extend(exercise::transcripts(name)?);
    }
    Ok(transcripts)
}

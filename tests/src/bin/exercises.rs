//! Records the transcripts of exercises, holds a server to them, and lists the exercises.

use std::process::ExitCode;

use anyhow::{Result, bail};
use conformance::exercise::{self, Exercise};
use conformance::{harness, server, solution};

const USAGE: &str = "\
exercises list                           lists the exercises
exercises record [FILTER]                records their snapshots, from a real Redis only
exercises check NAME                     builds your server, and holds it to this exercise
exercises check NAME --server 'CMD'      the same with another server; {port} in CMD is its port

NAME is a name such as 04-px-expiry/setex_names_itself, or a part that no other name has.
FILTER is a part of any number of names.";

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
        ["check", name] => solution::check(&the_one(name)?, None),
        ["check", name, "--server", server] | ["check", "--server", server, name] => {
            solution::check(&the_one(name)?, Some(server))
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

/// The exercise of this name, or the only one that has it in its name.
fn the_one(name: &str) -> Result<Exercise> {
    let mut names = exercise::names()?;
    names.retain(|full| full.contains(name));
    match names.as_slice() {
        [full] => Exercise::load(full),
        [] => bail!("no exercise has '{name}' in its name; `exercises list` shows all"),
        _ if names.iter().any(|full| full == name) => Exercise::load(name),
        _ => bail!("'{name}' is a part of several names: {}", names.join(", ")),
    }
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

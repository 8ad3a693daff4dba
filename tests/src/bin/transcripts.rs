//! Records, checks and shows transcripts.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, anyhow, bail};
use conformance::check::{self, record};
use conformance::player::PATIENCE;
use conformance::{corpus, harness, server, snapshot};

const USAGE: &str = "\
transcripts record [FILTER]                  records the snapshots, from a real Redis only
transcripts check [FILTER] [--server 'CMD']  compares a server with them; {port} in CMD is its port
transcripts show FILE                        plays a transcript against a real Redis, writes nothing

FILTER is a part of a name such as 04-px-expiry/a_key_is_gone_after_its_px.";

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
        ["record"] => harness::record(&names("")?),
        ["record", filter] => harness::record(&names(filter)?),
        ["show", file] => show(Path::new(file)),
        ["check"] => harness::check(&names("")?, None),
        ["check", "--server", server] => harness::check(&names("")?, Some(server)),
        ["check", filter] => harness::check(&names(filter)?, None),
        ["check", filter, "--server", server] | ["check", "--server", server, filter] => {
            harness::check(&names(filter)?, Some(server))
        }
        _ => bail!("{USAGE}"),
    }
}

fn show(file: &Path) -> Result<()> {
    let redis = check::redis().map_err(|reason| anyhow!(reason))?;
    let transcript = corpus::load_file(file)?;
    let replies = record(&transcript, &redis, PATIENCE).context("this can't be recorded")?;
    println!("{}", snapshot::render(&transcript, &replies));
    Ok(())
}

/// The names that `filter` is a part of.
fn names(filter: &str) -> Result<Vec<String>> {
    let mut names = corpus::names(&corpus::transcripts(), "redis")?;
    names.retain(|name| name.contains(filter));
    if names.is_empty() {
        bail!("no transcript has '{filter}' in its name");
    }
    Ok(names)
}

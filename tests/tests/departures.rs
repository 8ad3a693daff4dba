//! Where the newest stage departs from a real Redis in what no random session shows: each departure
//! is told in the README, and still there.

use std::process::ExitCode;

use conformance::departures::{DEPARTURES, Departure};
use conformance::server::CommandLine;
use conformance::{check, harness, workspace};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

fn main() -> ExitCode {
    let redis = check::redis().map(|_| CommandLine::redis());
    if let Err(reason) = &redis {
        eprintln!("\nNOT COMPARED with a real Redis: {reason}.\n");
    }
    let mut trials = vec![Trial::test("every_departure_is_in_the_readme", told_in_the_readme)];
    for departure in &DEPARTURES {
        let redis = redis.clone();
        let name = format!("departure/{}", departure.name.replace(' ', "_"));
        trials.push(Trial::ignorable_test(name, move || {
            holds(departure, "the newest stage", &stage()?, departure.ours)?;
            match redis {
                Ok(redis) => holds(departure, "Redis", &redis, departure.redis)?,
                Err(reason) => return Ok(Completion::ignored_with(reason)),
            }
            Ok(Completion::Completed)
        }));
    }
    harness::run(Arguments::from_args(), trials)
}

fn holds(
    departure: &Departure,
    who: &str,
    server: &CommandLine,
    expected: &str,
) -> Result<(), Failed> {
    let observed = (departure.observe)(server).map_err(|error| format!("{who}: {error}"))?;
    if observed == expected {
        return Ok(());
    }
    Err(format!("expected of {who}: {expected}\nobserved: {observed}").into())
}

fn stage() -> Result<CommandLine, Failed> {
    let binary = workspace::build(&format!("stage-{:02}", workspace::newest_stage()?), false)?;
    Ok(CommandLine::binary(&binary.to_string_lossy()))
}

fn told_in_the_readme() -> Result<(), Failed> {
    let readme = std::fs::read_to_string(workspace::root().join("README.md"))?;
    let (_, section) = readme.split_once("## Where it differs from Redis").ok_or("no section")?;
    for departure in &DEPARTURES {
        if !section.contains(departure.readme) {
            return Err(format!("the README does not say: {}", departure.readme).into());
        }
    }
    Ok(())
}

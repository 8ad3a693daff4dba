//! Holds every animal to the transcript that catches it, and the honest server to all of them.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use conformance::check::check;
use conformance::corpus;
use conformance::failure::{Failure, unfolded};
use conformance::player::PATIENCE;
use conformance::server::{self, CommandLine, Target};
use conformance::workspace;
use libtest_mimic::{Arguments, Failed, Trial};
use zoo::{Animal, ZOO};

const BINARY: &str = env!("CARGO_BIN_EXE_zoo");
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Most of a play is waiting, for some animals until the player's patience is over.
const AT_ONCE: usize = 16;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    server::end_all_on_interrupt()?;
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    let caught = ZOO.iter().map(|animal| {
        Trial::test(format!("caught::{}", animal.name), || caught(animal).map_err(Failed::from))
    });
    let transcripts: BTreeSet<&str> = ZOO.iter().map(|animal| animal.transcript).collect();
    let honest = transcripts
        .into_iter()
        .map(|transcript| Trial::test(format!("honest::{transcript}"), move || passes(transcript)));
    let mut trials: Vec<Trial> = caught.chain(honest).collect();
    trials.push(Trial::test("every_animal_has_one_file_and_one_snapshot", || {
        same_names("src/animals", "rs")?;
        same_names("tests/snapshots", "snap")
    }));
    trials.push(Trial::test("an_animal_that_is_not_here_is_refused", refused));
    trials.push(Trial::test("every_stage_has_three_animals", three_a_stage));
    Ok(libtest_mimic::run(&arguments, trials).exit_code())
}

/// Holds an animal to its transcript, and what is then said of it to its snapshot.
fn caught(animal: &'static Animal) -> Result<(), String> {
    let transcript = corpus::load_one(animal.transcript).map_err(|error| format!("{error:#}"))?;
    let Err(failure) = check(&transcript, &target(animal.name), PATIENCE) else {
        return Err(format!("{} does not catch {}", animal.transcript, animal.name));
    };
    if let Failure::Snapshot(error) = failure {
        return Err(error.to_string());
    }
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(Path::new(ROOT).join("tests/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(animal.mistake);
    settings.bind(|| insta::assert_snapshot!(animal.name, masked(&failure)));
    Ok(())
}

/// Holds the server that makes no mistake to a transcript.
fn passes(transcript: &str) -> Result<(), Failed> {
    let transcript = corpus::load_one(transcript)?;
    check(&transcript, &target("honest"), PATIENCE).map_err(Failed::from)
}

fn target(name: &str) -> Target {
    Target::Spawn(CommandLine::new([BINARY, name, "--port", "{port}"]))
}

/// Returns what is said of a failure without what differs from run to run.
fn masked(failure: &Failure) -> String {
    let text = unfolded(&failure.to_string()).replace(BINARY, "zoo");
    if let Failure::Step(mismatch) = failure {
        let place = mismatch.ending.place.clone().unwrap_or_default();
        let text = text.replace(&place.port.to_string(), "{port}");
        return if place.dir.is_empty() { text } else { text.replace(&place.dir, "{dir}") };
    }
    // Only the line that says how it was started has a port.
    let mask = |line: &str| match line.split_once("started with: ") {
        Some((head, command)) => {
            let number = |word: &str| word.parse::<u16>().is_ok();
            let mask = |word| if number(word) { "{port}" } else { word };
            let command: Vec<&str> = command.split(' ').map(mask).collect();
            format!("{head}started with: {}", command.join(" "))
        }
        None => line.to_owned(),
    };
    text.lines().map(mask).collect::<Vec<_>>().join("\n")
}

/// Holds the names of a folder's files to those of the animals.
fn same_names(folder: &str, ending: &str) -> Result<(), Failed> {
    let mut found = Vec::new();
    for entry in fs::read_dir(Path::new(ROOT).join(folder))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == ending) {
            found.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    let mut expected: Vec<&str> = ZOO.iter().map(|animal| animal.name).collect();
    found.sort();
    expected.sort();
    if found == expected { Ok(()) } else { Err(format!("{folder} holds {found:#?}").into()) }
}

fn three_a_stage() -> Result<(), Failed> {
    for stage in workspace::stages()? {
        let animals = ZOO.iter().filter(|animal| animal.stage() == stage).count();
        if animals < 3 {
            return Err(format!("{stage} has {animals} animals, not three").into());
        }
    }
    Ok(())
}

fn refused() -> Result<(), Failed> {
    let output = Command::new(BINARY).args(["unicorn", "--port", "0"]).output()?;
    let said = String::from_utf8(output.stderr)?;
    let expected = "zoo: there is no animal 'unicorn'; without a name, all are listed\n";
    if output.status.code() == Some(2) && said == expected { Ok(()) } else { Err(said.into()) }
}

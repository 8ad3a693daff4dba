//! Holds every exercise to what it promises: that it is whole, that Redis replies as its snapshots
//! say, that its solution passes, and that the stage without the solution does not.

mod copies;

use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, Result, bail, ensure};
use conformance::check;
use conformance::exercise::{self, Exercise, Level};
use conformance::player::PATIENCE;
use conformance::server::{CommandLine, Target};
use conformance::snapshot::Snapshot;
use conformance::{corpus, harness, workspace};
use copies::Servers;
use libtest_mimic::{Arguments, Completion, Trial};
use zoo::{Animal, ZOO};

/// Most of a play is waiting.
const AT_ONCE: usize = 16;

/// So many transcripts that fail are shown whole.
const SHOWN: usize = 3;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    match trials() {
        Ok(trials) => harness::run(arguments, trials),
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}

fn trials() -> Result<Vec<Trial>> {
    let redis = check::redis();
    if let Err(reason) = &redis {
        eprintln!("\nNOT CHECKED against a real Redis: {reason}.\n");
    }
    let (mut exercises, mut trials) = (Vec::new(), Vec::new());
    for name in exercise::names()? {
        let loaded = Exercise::load(&name);
        exercises.extend(loaded.as_ref().ok().cloned());
        trials.push(trial(format!("whole/{name}"), move || check_whole(&loaded?)));
        for transcript in exercise::transcripts(&name)? {
            let redis = redis.clone();
            trials.push(Trial::ignorable_test(
                format!("redis/{transcript}"),
                move || match redis {
                    Ok(redis) => {
                        harness::check_one(&transcript, &redis).map(|()| Completion::Completed)
                    }
                    Err(reason) => Ok(Completion::ignored_with(reason)),
                },
            ));
        }
    }
    // Those that play the most transcripts come first.
    exercises.reverse();
    let yard = Arc::new(Yard { exercises, servers: OnceLock::new() });
    for (index, exercise) in yard.exercises.iter().enumerate() {
        type Check = fn(&Exercise, &Servers) -> Result<()>;
        let checks: [(&str, Check); 2] = [("solved", check_solved), ("unsolved", check_unsolved)];
        for (kind, check) in checks {
            let yard = Arc::clone(&yard);
            trials.push(trial(format!("{kind}/{}", exercise.name), move || {
                let exercise = yard.exercises.get(index).context("an exercise")?;
                check(exercise, yard.servers()?)
            }));
        }
    }
    trials.push(trial("every_stage_with_a_chapter_has_its_exercises".into(), move || {
        check_numbers(&yard.exercises)
    }));
    Ok(trials)
}

fn trial(name: String, check: impl FnOnce() -> Result<()> + Send + 'static) -> Trial {
    Trial::test(name, || check().map_err(|error| format!("{error:#}").into()))
}

/// The exercises that could be read, and the servers that their solutions make.
struct Yard {
    exercises: Vec<Exercise>,
    servers: OnceLock<Result<Servers, String>>,
}

impl Yard {
    /// Builds all of them for whoever comes first.
    fn servers(&self) -> Result<&Servers> {
        let built = || copies::build(&self.exercises).map_err(|error| format!("{error:#}"));
        self.servers.get_or_init(built).as_ref().map_err(|error| anyhow::anyhow!("{error}"))
    }
}

/// Holds an exercise's transcripts and animal to be what they should be.
fn check_whole(exercise: &Exercise) -> Result<()> {
    for name in &exercise.transcripts {
        let transcript = corpus::load_one(name)?;
        let faults = corpus::faults(&transcript);
        ensure!(faults.is_empty(), "{}", faults.join("\n"));
        Snapshot::load(&transcript)?;
    }
    if let Some(animal) = animal(exercise)? {
        ensure!(
            animal.stage() == exercise.stage(),
            "{} makes the mistake of {}, not of {}",
            animal.name,
            animal.stage(),
            exercise.stage()
        );
    }
    Ok(())
}

/// Holds the server that the solution makes to every transcript that it must pass.
fn check_solved(exercise: &Exercise, servers: &Servers) -> Result<()> {
    let program = servers.solved(exercise).map_err(anyhow::Error::msg)?.to_string_lossy();
    let last = corpus::stage_of(exercise.stage()).context("a stage has a number")?;
    let mut names = corpus::names(&corpus::transcripts(), "redis")?;
    let animal = animal(exercise)?;
    let solved = match animal {
        Some(animal) => {
            names.retain(|name| name.starts_with(&format!("{}/", exercise.stage())));
            Target::Spawn(CommandLine::new([&program, animal.name, "--port", "{port}"]))
        }
        None => {
            names.retain(|name| corpus::stage_of(name).is_some_and(|stage| stage <= last));
            Target::Spawn(CommandLine::binary(&program))
        }
    };
    names.extend(exercise.transcripts.iter().cloned());
    let mut failures = Vec::new();
    for name in &names {
        let Err(failure) = harness::check_one(name, &solved) else { continue };
        // An animal cannot do more than the zoo's one server without a mistake, which is small.
        let honest = Target::Spawn(CommandLine::new([&program, "honest", "--port", "{port}"]));
        let is_caught = animal.is_some_and(|animal| animal.transcript == name);
        if animal.is_none() || is_caught || harness::check_one(name, &honest).is_ok() {
            failures.push(failure.message().unwrap_or_default().to_owned());
        }
    }
    if failures.is_empty() {
        return Ok(());
    }
    let count = failures.len();
    failures.truncate(SHOWN);
    let solution = format!("tests/exercises/{}/solution.diff", exercise.name);
    bail!(
        "with {solution}, {count} of {} transcripts fail:\n\n{}",
        names.len(),
        failures.join("\n\n")
    )
}

/// Holds the server without the solution to fail: otherwise there is nothing to do.
fn check_unsolved(exercise: &Exercise, servers: &Servers) -> Result<()> {
    let unsolved = match animal(exercise)? {
        // That its transcript catches it is what the zoo's own tests hold.
        Some(_) => return Ok(()),
        None => servers.stage(exercise.stage()).map_err(anyhow::Error::msg)?,
    };
    let unsolved = Target::Spawn(CommandLine::binary(&unsolved.to_string_lossy()));
    for name in &exercise.transcripts {
        if check::check(&corpus::load_one(name)?, &unsolved, PATIENCE).is_err() {
            return Ok(());
        }
    }
    bail!("{} passes all transcripts of {}", exercise.stage(), exercise.name)
}

fn animal(exercise: &Exercise) -> Result<Option<&'static Animal>> {
    let Some(name) = &exercise.animal else { return Ok(None) };
    let animal = ZOO.iter().find(|animal| animal.name == name);
    animal.map(Some).with_context(|| format!("there is no animal '{name}' in the zoo"))
}

/// Holds every stage that the book has a chapter on to three exercises, one about debugging, from
/// easy to hard.
fn check_numbers(exercises: &[Exercise]) -> Result<()> {
    let mut faults = Vec::new();
    for stage in workspace::stages()? {
        let chapter = workspace::root().join("book/src/stages").join(format!("{stage}.md"));
        if !chapter.is_file() {
            continue;
        }
        let of_stage = exercises.iter().filter(|exercise| exercise.stage() == stage);
        let of_stage: Vec<&Exercise> = of_stage.collect();
        let (count, has) = (of_stage.len(), |level| of_stage.iter().any(|one| one.level == level));
        if count < 3 {
            faults.push(format!("{stage} has {count} exercises, not three"));
        }
        if of_stage.iter().all(|exercise| exercise.animal.is_none()) {
            faults.push(format!("{stage} has no exercise about debugging"));
        }
        for level in [Level::Easy, Level::Hard] {
            if !has(level) {
                faults.push(format!("{stage} has no exercise that is {level}"));
            }
        }
    }
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

//! Holds every exercise to what it promises: that it is whole, that Redis replies as its snapshots
//! say, that its solution passes, and that neither the stage without the solution nor a solution
//! that misses a point does.

mod copies;

use std::panic::resume_unwind;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

use anyhow::{Context as _, Result, bail, ensure};
use conformance::check;
use conformance::exercise::{self, Exercise, Level};
use conformance::player::PATIENCE;
use conformance::snapshot::Snapshot;
use conformance::solution::Subject;
use conformance::{corpus, harness, workspace};
use copies::Servers;
use libtest_mimic::{Arguments, Completion, Trial};
use zoo::{Animal, ZOO};

/// Most of a play is waiting.
const AT_ONCE: usize = 16;

/// So many transcripts are played at once against a mended animal. It may wait whenever its client
/// does, and needs next to no processor.
const AT_ONCE_WITH_AN_ANIMAL: usize = 6;

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
    // Animals wait the longest, and after them those come first that play the most transcripts.
    exercises.reverse();
    exercises.sort_by_key(|exercise| exercise.animal.is_none());
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
        for (wrong, _) in &exercise.wrong {
            let (yard, wrong) = (Arc::clone(&yard), wrong.clone());
            trials.push(trial(format!("wrong/{}/{wrong}", exercise.name), move || {
                let exercise = yard.exercises.get(index).context("an exercise")?;
                check_wrong(exercise, &wrong, yard.servers()?)
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

/// Holds the server that the solution makes to the exercise, and to the stage's transcripts.
fn check_solved(exercise: &Exercise, servers: &Servers) -> Result<()> {
    let program = servers.solved(exercise).map_err(anyhow::Error::msg)?;
    let subject = Subject::program(exercise, program);
    let names = [subject.own(), subject.kept()?].concat();
    let at_once = if exercise.animal.is_some() { AT_ONCE_WITH_AN_ANIMAL } else { 1 };
    let mut failures = failures(&subject, &names, at_once);
    if failures.is_empty() {
        return Ok(());
    }
    let count = failures.len();
    failures.truncate(SHOWN);
    let solution = format!("tests/exercises/{}/solution.diff", exercise.name);
    bail!("with {solution}, {count} of {} checks fail:\n\n{}", names.len(), failures.join("\n\n"))
}

/// Returns what is said of the transcripts and points that fail, in their order.
fn failures(subject: &Subject<'_>, names: &[String], at_once: usize) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let play = || {
        let turns = std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)));
        let named = turns.map_while(|turn| Some((turn, names.get(turn)?)));
        let failed = named.filter_map(|(turn, name)| {
            let fault = subject.check(name, PATIENCE).err()?;
            Some((turn, fault.text))
        });
        failed.collect::<Vec<_>>()
    };
    let mut failures = thread::scope(|scope| {
        let players: Vec<_> = (0..at_once).map(|_| scope.spawn(play)).collect();
        let ended = players.into_iter().map(|player| player.join());
        ended
            .flat_map(|ended| ended.unwrap_or_else(|panic| resume_unwind(panic)))
            .collect::<Vec<_>>()
    });
    failures.sort();
    failures.into_iter().map(|(_, text)| text).collect()
}

/// Holds the server without the solution to fail: otherwise there is nothing to do.
fn check_unsolved(exercise: &Exercise, servers: &Servers) -> Result<()> {
    let unsolved = match animal(exercise)? {
        // That its transcript catches it is what the zoo's own tests hold.
        Some(_) => return Ok(()),
        None => servers.stage(exercise.stage()).map_err(anyhow::Error::msg)?,
    };
    fails(exercise, unsolved, exercise.stage())
}

/// Holds a solution that misses a point to fail.
fn check_wrong(exercise: &Exercise, wrong: &str, servers: &Servers) -> Result<()> {
    let program = servers.wrong(exercise, wrong).map_err(anyhow::Error::msg)?;
    fails(exercise, program, &format!("wrong_{wrong}.diff"))
}

/// Fails if the program passes all that is the exercise's own.
fn fails(exercise: &Exercise, program: &Path, what: &str) -> Result<()> {
    let subject = Subject::program(exercise, program);
    let passes = subject.own().iter().all(|name| subject.check(name, PATIENCE).is_ok());
    ensure!(!passes, "{what} passes all that {} asks for", exercise.name);
    Ok(())
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

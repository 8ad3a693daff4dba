//! Holds a server to an exercise: to what the exercise asks for, and to what the stage before it
//! could do already.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, anyhow, ensure};

use crate::exercise::Exercise;
use crate::gate::{Bounds, Check, Fault, Gate};
use crate::harness::{ENOUGH, ENOUGH_SILENCES, at_once, patience, play};
use crate::memory::Memory;
use crate::points;
use crate::report;
use crate::server::{CommandLine, Target};
use crate::waiting::Patience;
use crate::workspace;

/// A server that may solve an exercise.
#[derive(Debug)]
pub struct Subject<'e> {
    exercise: &'e Exercise,
    command: CommandLine,
    /// The zoo's server without a mistake. It is small, and an animal cannot do more.
    honest: Option<Target>,
}

impl<'e> Subject<'e> {
    /// Returns the server that a program of the exercise's package is.
    #[must_use]
    pub fn program(exercise: &'e Exercise, program: &Path) -> Self {
        let program = program.to_string_lossy();
        let animal = |name: &str| CommandLine::new([&program, name, "--port", "{port}"]);
        match &exercise.animal {
            Some(name) => {
                let honest = Some(Target::Spawn(animal("honest")));
                Self { exercise, command: animal(name), honest }
            }
            None => Self { exercise, command: CommandLine::binary(&program), honest: None },
        }
    }

    /// Builds the learner's server, or takes the one that a command starts.
    ///
    /// # Errors
    /// When it does not build, or the command is no command.
    pub fn find(exercise: &'e Exercise, command: Option<&str>) -> Result<Self> {
        match command {
            Some(command) => {
                let command = CommandLine::parse(command).map_err(|reason| anyhow!(reason))?;
                Ok(Self { exercise, command, honest: None })
            }
            None => Ok(Self::program(exercise, &workspace::build(&exercise.package(), false)?)),
        }
    }

    /// Returns the names of the transcripts and points that are the exercise's own.
    #[must_use]
    pub fn own(&self) -> Vec<String> {
        let points = points::of(&self.exercise.name).filter(|point| point.is_checked_here());
        let transcripts = self.exercise.transcripts.iter().cloned();
        transcripts.chain(points.map(points::Point::name)).collect()
    }

    /// Returns the names of the stage's transcripts that must hold as well.
    ///
    /// # Errors
    /// When the transcripts cannot be listed.
    pub fn kept(&self) -> Result<Vec<String>> {
        self.exercise.kept_transcripts()
    }

    fn gate(&self, title: &str, names: Vec<String>) -> Gate<'_> {
        let checks = names.into_iter().map(|name| {
            let own = name.clone();
            let run = move || self.check(&own, patience(false)).into();
            Check { name, part: format!("exercise {}", self.exercise.name), run: Box::new(run) }
        });
        let bounds = Bounds {
            at_once: at_once(6),
            failures: ENOUGH,
            silences: ENOUGH_SILENCES,
            time: Duration::MAX,
        };
        Gate { title: title.into(), checks: checks.collect(), bounds, is_slow: false }
    }

    /// Holds the server to the transcript or the point of this name.
    ///
    /// # Errors
    /// With what the learner reads.
    pub fn check(&self, name: &str, patience: Patience) -> Result<(), Fault> {
        let point = points::of(&self.exercise.name).find(|point| point.name() == name);
        if let Some(point) = point {
            return point.check(&self.command).map_err(|error| {
                let where_to_look = where_to_look(name).unwrap_or_default();
                Fault::new(&format!("{error:#}\n\n  {where_to_look}"))
            });
        }
        let target = Target::Spawn(self.command.clone());
        match (play(name, &target, patience), &self.honest) {
            (Err(_), Some(honest)) if play(name, honest, patience).is_err() => Ok(()),
            (checked, _) => checked,
        }
    }
}

/// Holds a server to the exercise, and then to the transcripts that it must still pass, and prints
/// how that went.
///
/// # Errors
/// When there is no server, or something does not hold.
pub fn check(exercise: &Exercise, server: Option<&str>) -> Result<()> {
    let subject = Subject::find(exercise, server)?;
    match server {
        Some(command) => println!("\nYour server: {command}"),
        None => println!("\nYour {}", exercise.package()),
    }
    let own = subject.gate("What the exercise asks for", subject.own());
    ensure!(pass(own), "the exercise {} is not solved yet", exercise.name);
    let kept = subject.gate("What held before", subject.kept()?);
    // What an animal fails is among them.
    let broken = match exercise.animal {
        Some(_) => format!("the exercise {} is not solved yet", exercise.name),
        None => format!("with the exercise {}, the stage breaks", exercise.name),
    };
    ensure!(pass(kept), broken);
    println!("\n{} is solved.", exercise.name);
    Ok(())
}

/// Runs a gate's checks, and returns whether all passed. From one run of an exercise to the next,
/// nothing is kept.
fn pass(gate: Gate<'_>) -> bool {
    report::pass(gate, &mut Memory::default(), None, false)
}

/// Says where to read on about a transcript or a point of an exercise; nothing for one of a stage.
pub(crate) fn where_to_look(name: &str) -> Option<String> {
    let mut parts = name.split('/');
    let (stage, exercise, _) = (parts.next()?, parts.next()?, parts.next()?);
    Some(format!(
        "The exercise {exercise}, at the end of chapter {stage}, says what is asked for; it has a \
         hint."
    ))
}

#[cfg(test)]
mod tests {
    use crate::exercise;
    use crate::points::POINTS;

    use super::*;

    #[test]
    fn every_point_belongs_to_an_exercise_and_has_a_name_of_its_own() {
        let exercises = exercise::names().expect("exercises");
        for point in POINTS {
            assert!(exercises.iter().any(|name| name == point.exercise), "{point:?}");
            assert!(points::of(point.exercise).any(|one| one.name() == point.name()));
        }
        let mut names: Vec<String> = POINTS.iter().map(points::Point::name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), POINTS.len());
    }

    #[test]
    fn a_failure_of_an_exercise_names_the_exercise() {
        let text = where_to_look("04-px-expiry/setex_names_itself/setex_takes_no_options");
        assert!(text.is_some_and(|text| text.contains("exercise setex_names_itself")));
        assert_eq!(where_to_look("04-px-expiry/ex_counts_seconds"), None);
    }
}

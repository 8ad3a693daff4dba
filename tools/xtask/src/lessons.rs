//! The table of lessons.

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::stage::Stage;

/// The stages of the course in their order, as `stages/lessons.toml` lists them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lessons {
    /// Numbered from 1 without a gap.
    #[serde(rename = "stage")]
    stages: Vec<Stage>,
}

impl Lessons {
    /// Where the table is, below the project's root.
    pub const PATH: &str = "stages/lessons.toml";

    /// Reads the table of the project at `root`.
    pub fn read(root: &Path) -> anyhow::Result<Lessons> {
        let text = fs::read_to_string(root.join(Lessons::PATH))
            .with_context(|| format!("cannot read {}", Lessons::PATH))?;
        Lessons::parse(&text).with_context(|| Lessons::PATH.to_owned())
    }

    fn parse(text: &str) -> anyhow::Result<Lessons> {
        let lessons: Lessons = toml::from_str(text)?;
        for (number, stage) in (1..).zip(&lessons.stages) {
            ensure!(stage.number == number, "stage {number:02} is due, not {:02}", stage.number);
            stage.check()?;
        }
        Ok(lessons)
    }

    /// Every stage, the first one first.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// The stage of that number and all that follow it.
    pub fn from(&self, number: u8) -> anyhow::Result<&[Stage]> {
        let index = self.stages.iter().position(|stage| stage.number == number);
        index
            .and_then(|index| self.stages.get(index..))
            .with_context(|| format!("there is no stage {number:02} in {}", Lessons::PATH))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        match Lessons::parse(text) {
            Ok(_) => panic!("no error for {text}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_table_that_contradicts_itself_is_refused() {
        let stage = |rest: &str| format!("[[stage]]\nteaches = ''\n{rest}");
        for (rest, expected) in [
            ("number = 2\ndirectory = '02-a'", "stage 01 is due, not 02"),
            ("number = 1\ndirectory = '02-a'", "stage 01 cannot have the directory '02-a'"),
            (
                "number = 1\ndirectory = '01-a'\nadded = ['x']\nchanged = ['x']",
                "stage 01 lists 'x' twice",
            ),
        ] {
            assert_eq!(error(&stage(rest)), expected);
        }
        assert!(error(&stage("number = 1\ndirectory = '01-a'\nadds = []")).contains("`adds`"));
    }

    #[test]
    fn from_gives_the_stage_and_all_that_follow() {
        let stage = |number| {
            format!("[[stage]]\nnumber = {number}\ndirectory = '0{number}-a'\nteaches = ''\n")
        };
        let lessons = Lessons::parse(&format!("{}{}{}", stage(1), stage(2), stage(3))).unwrap();
        let numbers: Vec<u8> = lessons.from(2).unwrap().iter().map(|stage| stage.number).collect();
        assert_eq!(numbers, [2, 3]);
        assert!(lessons.from(4).is_err());
        assert!(lessons.from(0).is_err());
    }
}

//! Exercises: what a learner adds to a stage, or fixes in a wrong server, and what then must hold.
//!
//! Each is a folder `exercises/NN-stage/name`:
//!
//! | file | what it holds |
//! |---|---|
//! | `exercise.toml` | `title`, `level` (`easy`, `medium`, `hard`), and for debugging `animal` |
//! | `task.md`, `hint.md`, `solution.md` | what the book shows: the task, and folded away the rest |
//! | `solution.diff` | the stage's change, or the animal's, as `git diff` writes it |
//! | `*.redis`, `*.snap` | transcripts that the stage does not pass, and their snapshots |
//! | `wrong_*.diff` | the change that makes of the solution one that misses a point, and must fail |
//!
//! The animal's own transcript is the check of a debugging exercise, which then needs no other. What
//! no transcript can show is one of the [points](crate::points).

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use crate::{corpus, workspace};

/// One exercise, with all that belongs to it.
#[derive(Debug, Clone)]
pub struct Exercise {
    /// `NN-stage/name`.
    pub name: String,
    /// What it is called in the book.
    pub title: String,
    /// How hard it is.
    pub level: Level,
    /// The animal of the zoo to fix, if this is about debugging.
    pub animal: Option<String>,
    /// The task, in Markdown.
    pub task: String,
    /// A hint, in Markdown.
    pub hint: String,
    /// What the solution does, in Markdown.
    pub solution: String,
    /// The solution: a diff whose paths begin in the stage's folder, or with an animal in the zoo's.
    pub diff: String,
    /// The names of its transcripts, `NN-stage/name/claim`, in order.
    pub transcripts: Vec<String>,
    /// Solutions that miss a point: what they do, and the diff that makes one of the solution.
    pub wrong: Vec<(String, PathBuf)>,
}

/// How hard an exercise is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// A few lines, and the chapter says where.
    Easy,
    /// Some thought about one part of the stage.
    Medium,
    /// A change to several parts.
    Hard,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Easy => "easy",
            Self::Medium => "medium",
            Self::Hard => "hard",
        })
    }
}

/// What `exercise.toml` says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    title: String,
    level: Level,
    animal: Option<String>,
}

/// The files that every exercise has.
const FILES: [&str; 5] = ["exercise.toml", "task.md", "hint.md", "solution.md", "solution.diff"];

/// What the name of a diff begins with that makes a wrong solution of the solution.
const WRONG: &str = "wrong_";

/// Lists `NN-stage/name` of all exercises, sorted.
///
/// # Errors When a folder cannot be listed, or a file is where only folders should be.
pub fn names() -> Result<Vec<String>> {
    names_in(&corpus::exercises())
}

/// Lists `NN-stage/name/claim` of an exercise's transcripts, sorted, whatever else it lacks.
///
/// # Errors
/// When its folder cannot be listed.
pub fn transcripts(name: &str) -> Result<Vec<String>> {
    transcripts_in(&corpus::exercises().join(name), name)
}

fn names_in(home: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for stage in folders(home)? {
        for exercise in folders(&home.join(&stage))? {
            names.push(format!("{stage}/{exercise}"));
        }
    }
    names.sort();
    Ok(names)
}

fn folders(home: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for path in corpus::entries(home)? {
        let shown = corpus::shown(&path);
        ensure!(path.is_dir(), "{} is no folder", shown.display());
        names.push(file_name(&path));
    }
    Ok(names)
}

impl Exercise {
    /// Reads the exercise of this name, `NN-stage/name`.
    ///
    /// # Errors
    /// Names the file that is missing, empty or not understood, or that does not belong there.
    pub fn load(name: &str) -> Result<Self> {
        Self::read(&corpus::exercises(), name)
    }

    fn read(home: &Path, name: &str) -> Result<Self> {
        let folder = home.join(name);
        let shown = corpus::shown(&folder);
        let (stage, own) = name.split_once('/').context("an exercise's name is NN-stage/name")?;
        ensure!(
            workspace::root().join("stages").join(stage).is_dir(),
            "{} lies in the folder of no stage",
            shown.display()
        );
        let is_letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b);
        ensure!(
            !own.is_empty() && own.bytes().all(is_letter),
            "{} should have a name of small letters, digits, '_' and '-'",
            shown.display()
        );
        let text = |file: &str| filled(&folder.join(file));
        let head = text("exercise.toml")?;
        let head: Head = toml::from_str(&head)
            .with_context(|| format!("{}", shown.join("exercise.toml").display()))?;
        ensure!(
            !head.title.trim().is_empty(),
            "{} has an empty title",
            shown.join("exercise.toml").display()
        );
        check_files(&folder)?;
        let exercise = Self {
            name: name.to_owned(),
            title: head.title,
            level: head.level,
            animal: head.animal,
            task: text("task.md")?,
            hint: text("hint.md")?,
            solution: text("solution.md")?,
            diff: text("solution.diff")?,
            transcripts: transcripts_in(&folder, name)?,
            wrong: wrong_in(&folder)?,
        };
        ensure!(
            exercise.animal.is_some() || !exercise.transcripts.is_empty(),
            "{} has no transcript: what shows that it is solved?",
            shown.display()
        );
        exercise.check_changes(&shown.join("solution.diff"))?;
        Ok(exercise)
    }

    /// The folder of its stage: `04-px-expiry`.
    #[must_use]
    pub fn stage(&self) -> &str {
        self.name.split_once('/').map_or(&self.name, |(stage, _)| stage)
    }

    /// Its name without the stage.
    #[must_use]
    pub fn own_name(&self) -> &str {
        self.name.split_once('/').map_or(&self.name, |(_, name)| name)
    }

    /// Where it lies.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        corpus::exercises().join(&self.name)
    }

    /// The names of the stage's transcripts that its solution must pass as well: those up to its
    /// stage, or with an animal those of its stage alone.
    ///
    /// # Errors
    /// When the transcripts cannot be listed.
    pub fn kept_transcripts(&self) -> Result<Vec<String>> {
        let last = corpus::stage_of(self.stage()).context("a stage has a number")?;
        let mut names = corpus::names(&corpus::transcripts(), "redis")?;
        names.retain(|name| {
            let stage = corpus::stage_of(name);
            if self.animal.is_some() { stage == Some(last) } else { stage <= Some(last) }
        });
        Ok(names)
    }

    /// The package whose program the exercise changes: `stage-04`, or `zoo`.
    #[must_use]
    pub fn package(&self) -> String {
        match self.animal {
            Some(_) => "zoo".to_owned(),
            None => format!("stage-{}", self.stage().split('-').next().unwrap_or_default()),
        }
    }

    /// The files that its solution adds, changes or removes.
    #[must_use]
    pub fn changes(&self) -> BTreeSet<&str> {
        let lines: Vec<&str> = self.diff.lines().collect();
        let heads = lines.windows(2).filter_map(|pair| match pair {
            [old, new] => Some((old.strip_prefix("--- ")?, new.strip_prefix("+++ ")?)),
            _ => None,
        });
        let paths = heads.flat_map(|(old, new)| [old.strip_prefix("a/"), new.strip_prefix("b/")]);
        paths.flatten().collect()
    }

    fn check_changes(&self, shown: &Path) -> Result<()> {
        let (shown, changes) = (shown.display(), self.changes());
        ensure!(!changes.is_empty(), "{shown} has no line '--- a/…' with '+++ b/…' after it");
        for path in changes {
            match &self.animal {
                Some(animal) => ensure!(
                    path == format!("src/animals/{animal}.rs"),
                    "{shown} changes '{path}': only the animal's own file is to be mended"
                ),
                None => ensure!(
                    path == "Cargo.toml" || path.starts_with("src/") || path.starts_with("tests/"),
                    "{shown} changes '{path}': paths begin in the stage's folder, as in a/src/db.rs"
                ),
            }
        }
        Ok(())
    }
}

fn transcripts_in(folder: &Path, name: &str) -> Result<Vec<String>> {
    let mut claims = stems(folder, "redis")?;
    claims.sort();
    Ok(claims.iter().map(|claim| format!("{name}/{claim}")).collect())
}

fn wrong_in(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut stems = stems(folder, "diff")?;
    stems.sort();
    let wrong = stems.iter().filter_map(|stem| {
        let name = stem.strip_prefix(WRONG)?;
        Some((name.to_owned(), folder.join(format!("{stem}.diff"))))
    });
    Ok(wrong.collect())
}

/// Refuses snapshots without a transcript, and files of no meaning.
fn check_files(folder: &Path) -> Result<()> {
    let claims = stems(folder, "redis")?;
    for path in corpus::entries(folder)? {
        let claim = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let belongs = match path.extension() {
            Some(ending) if ending == "snap" => claims.contains(&claim),
            Some(ending) if ending == "redis" => true,
            Some(ending) if ending == "diff" && claim.starts_with(WRONG) => true,
            _ => FILES.contains(&file_name(&path).as_str()),
        };
        ensure!(belongs, "{} belongs to nothing here", corpus::shown(&path).display());
    }
    Ok(())
}

fn stems(folder: &Path, ending: &str) -> Result<Vec<String>> {
    let mut paths = corpus::entries(folder)?;
    paths.retain(|path| path.extension().is_some_and(|found| found == ending));
    let stem = |path: &PathBuf| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(paths.iter().map(stem).collect())
}

/// Reads a file that must hold something.
fn filled(path: &Path) -> Result<String> {
    let shown = corpus::shown(path);
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", shown.display()))?;
    ensure!(!text.trim().is_empty(), "{} is empty", shown.display());
    Ok(text)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    const NAME: &str = "04-px-expiry/getex";
    const DIFF: &str = "\
diff --git a/src/db.rs b/src/db.rs
--- a/src/db.rs
+++ b/src/db.rs
@@ -1 +1 @@
-old
+new
diff --git a/src/new.rs b/src/new.rs
new file mode 100644
--- /dev/null
+++ b/src/new.rs
@@ -0,0 +1 @@
+--- a/no.path
";

    /// An exercise that lacks nothing, in a folder of its own.
    fn whole() -> TempDir {
        let home = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(home.path().join(NAME)).expect("a folder");
        for (file, text) in [
            ("exercise.toml", "title = 'GETEX'\nlevel = 'medium'"),
            ("task.md", "Build it."),
            ("hint.md", "Look."),
            ("solution.md", "It looks."),
            ("solution.diff", DIFF),
            ("a_claim.redis", "# Prose.\nPING"),
            ("a_claim.snap", "---\n---\n# Prose.\n> PING\nPONG"),
        ] {
            write(&home, file, text);
        }
        home
    }

    fn write(home: &TempDir, file: &str, text: &str) {
        fs::write(home.path().join(NAME).join(file), text).expect("a file");
    }

    fn refused(home: &TempDir) -> String {
        match Exercise::read(home.path(), NAME) {
            Ok(exercise) => panic!("{exercise:?} was taken"),
            Err(error) => format!("{error:#}"),
        }
    }

    #[test]
    fn an_exercise_that_lacks_nothing_is_read() {
        let home = whole();
        assert_eq!(names_in(home.path()).expect("a listing"), [NAME]);
        let exercise = Exercise::read(home.path(), NAME).expect("an exercise");
        assert_eq!((exercise.stage(), exercise.own_name()), ("04-px-expiry", "getex"));
        assert_eq!((exercise.title.as_str(), exercise.level), ("GETEX", Level::Medium));
        assert_eq!(exercise.changes().into_iter().collect::<Vec<_>>(), ["src/db.rs", "src/new.rs"]);
        assert_eq!(exercise.transcripts, ["04-px-expiry/getex/a_claim"]);
    }

    #[test]
    fn what_is_missing_or_empty_is_named() {
        for file in FILES {
            let home = whole();
            write(&home, file, " \n");
            assert!(refused(&home).ends_with(&format!("{file} is empty")), "{file}");
            fs::remove_file(home.path().join(NAME).join(file)).expect("a file less");
            assert!(refused(&home).contains("cannot read "), "{file}");
        }
        let home = whole();
        fs::remove_file(home.path().join(NAME).join("a_claim.redis")).expect("a file less");
        assert!(refused(&home).ends_with("a_claim.snap belongs to nothing here"));
        fs::remove_file(home.path().join(NAME).join("a_claim.snap")).expect("a file less");
        assert!(refused(&home).contains("has no transcript: what shows"));
    }

    #[test]
    fn an_exercise_lies_in_the_folder_of_a_stage() {
        let error = Exercise::read(whole().path(), "04-ttl/getex").expect_err("no stage");
        assert!(error.to_string().ends_with("getex lies in the folder of no stage"), "{error}");
        let error = Exercise::read(whole().path(), "04-px-expiry/GetEx").expect_err("capitals");
        assert!(error.to_string().contains("GetEx should have a name of small"), "{error}");
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let animal = "title = 'x'\nlevel = 'easy'\nanimal = 'forgets'";
        for (file, text, reason) in [
            ("exercise.toml", "title = 'x'\nlevel = 'simple'", "exercise.toml: "),
            ("exercise.toml", "title = 'x'\nlevel = 'easy'\nanimals = ''", "`animals`"),
            ("exercise.toml", "title = ''\nlevel = 'easy'", "has an empty title"),
            ("exercise.toml", animal, "only the animal's own file"),
            ("solution.diff", "+++ b/src/db.rs", "has no line"),
            ("solution.diff", &DIFF.replace("src/db", "stages/04/db"), "changes 'stages/04/db.rs'"),
            ("solution.rs", "", "solution.rs belongs to nothing"),
        ] {
            let home = whole();
            write(&home, file, text);
            let refused = refused(&home);
            assert!(refused.contains(reason), "{refused}");
        }
    }
}

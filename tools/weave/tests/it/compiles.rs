//! A reader who types what a chapter shows has a program that compiles, after every step.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::{iter, thread};

use weave::{Course, Weaver};
use xtask::Stage;

use crate::reader::{Reader, Step};
use crate::steps::{root, start};

/// How many lines may be typed at most without the compiler's word. A file that makes sense only as
/// a whole is a little longer than the sixty that a chapter should keep to.
const MAX_LINES: usize = 75;

/// How many lines may be typed until something new, complete but for its use, has taken the place of
/// the old: a server, a few lines in each of seven files; and an entry of two kinds, with all that reads
/// a value, for which the compiler's errors are the list.
const MAX_LINES_OF_A_SWITCH: [(&str, usize); 2] = [("08-any-client", 105), ("16-lists", 150)];

/// How many learners type at once, each a stage. Most of the time one compiler works for each.
const DESKS: usize = 2;

/// The project as a learner has it: everything is the course's, but for one stage, which is typed.
struct Desk {
    root: PathBuf,
}

impl Desk {
    /// It stays between two runs, so that the crates that a stage needs are checked once.
    fn new(number: usize) -> Desk {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("desk-{number}"));
        fs::create_dir_all(root.join("stages")).expect("a directory");
        for name in ["Cargo.toml", "Cargo.lock"] {
            fs::copy(self::root().join(name), root.join(name)).expect("a copy");
        }
        for name in ["tests", "tools"] {
            Self::link(&self::root().join(name), &root.join(name));
        }
        Desk { root }
    }

    fn link(original: &Path, link: &Path) {
        let original = original.canonicalize().expect("it is there");
        if fs::symlink_metadata(link).is_ok() {
            fs::remove_file(link).expect("a link that can be removed");
        }
        symlink(original, link).expect("a link");
    }

    /// Puts a stage where it will be typed, and the course's own in the place of all others.
    fn turn_to(&self, stage: &Stage, all: &[Stage]) {
        fs::remove_dir_all(self.root.join("stages")).expect("it can be removed");
        fs::create_dir(self.root.join("stages")).expect("a directory");
        for other in all.iter().filter(|other| other.number != stage.number) {
            Self::link(&root().join(other.path()), &self.root.join(other.path()));
        }
        fs::create_dir(self.root.join(stage.path())).expect("a directory");
    }

    /// Writes the files that differ from those that are there.
    fn write(&self, stage: &Stage, reader: &Reader, written: &mut BTreeSet<String>) {
        for file in written.iter().filter(|file| !reader.files.contains_key(*file)) {
            fs::remove_file(self.root.join(stage.path()).join(file)).expect("it is there");
        }
        for (file, text) in &reader.files {
            let path = self.root.join(stage.path()).join(file);
            if fs::read_to_string(&path).ok().as_deref() != Some(text) {
                fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
                fs::write(&path, text).expect("it can be written");
            }
        }
        *written = reader.files.keys().cloned().collect();
    }

    fn check(&self, stage: &Stage) -> Output {
        Command::new(env!("CARGO"))
            .args(["check", "--quiet", "--offline", "--package"])
            .arg(format!("stage-{:02}", stage.number))
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", self.root.join("target"))
            // One small change after the other.
            .env("CARGO_INCREMENTAL", "1")
            .env_remove("RUSTFLAGS")
            .output()
            .expect("cargo runs")
    }
}

/// How long a reader types without asking the compiler.
#[derive(Default)]
struct Stretch {
    steps: Vec<usize>,
    lines: usize,
}

impl Stretch {
    fn type_in(&mut self, step: &Step) {
        self.steps.push(step.number);
        self.lines += step.lines;
    }
}

/// Files at which the compiler does not look yet. `src/a/b.rs` is named in `src/a.rs`.
fn files_without_a_mod(reader: &Reader) -> Vec<&str> {
    let is_named = |module: &str| {
        let (parents, name) = match module.rsplit_once('/') {
            Some((room, name)) => (vec![format!("src/{room}.rs")], name),
            None => (vec!["src/lib.rs".to_owned(), "src/main.rs".to_owned()], module),
        };
        let mods = [format!("mod {name};"), format!("pub mod {name};")];
        let mut texts = parents.iter().filter_map(|file| reader.files.get(file));
        texts.any(|text| text.lines().any(|line| mods.iter().any(|it| it == line)))
    };
    let files = reader.files.keys().filter_map(|file| file.strip_prefix("src/"));
    let modules = files.filter_map(|file| file.strip_suffix(".rs"));
    modules.filter(|name| !["lib", "main"].contains(name) && !is_named(name)).collect()
}

/// Follows one page. Returns its longest stretch, and what is wrong.
fn follow(
    desk: &Desk,
    stage: &Stage,
    (reader, written): (&mut Reader, &mut BTreeSet<String>),
    (page, woven): (&str, &str),
) -> (Stretch, Vec<String>) {
    let (mut longest, mut now, mut faults) = (Stretch::default(), Stretch::default(), Vec::new());
    reader.follow_steps(woven, |reader, step| {
        desk.write(stage, reader, written);
        let place = format!("{page}, step {} ({})", step.number, step.files.join(", "));
        now.type_in(step);
        let output = desk.check(stage);
        let unseen = files_without_a_mod(reader);
        let compiles = output.status.success() && unseen.is_empty();
        match (compiles, step.is_broken) {
            (false, false) if output.status.success() => {
                faults.push(format!("{place}: no `mod` names {}", unseen.join(", ")));
            }
            (false, false) => {
                let errors = String::from_utf8_lossy(&output.stderr);
                let error = errors.split("\n\n").find(|part| part.contains("error"));
                faults.push(format!("{place}: does not compile\n{}", error.unwrap_or(&errors)));
            }
            (true, true) => {
                faults.push(format!("{place}: compiles, and the page says it does not"));
            }
            _ => {}
        }
        if compiles {
            let mut switches = MAX_LINES_OF_A_SWITCH.into_iter();
            let switch = switches.find(|(switching, _)| *switching == stage.directory);
            let most = switch.map_or(MAX_LINES, |(_, lines)| lines);
            if now.lines > most && !page.ends_with("/tests.md") {
                let steps = &now.steps;
                faults.push(format!("{page}, steps {steps:?}: {} lines at once", now.lines));
            }
            if now.lines > longest.lines {
                longest = std::mem::take(&mut now);
            }
            now = Stretch::default();
        }
    });
    if !now.steps.is_empty() {
        faults.push(format!("{page}: does not compile in the end, since step {}", now.steps[0]));
    }
    (longest, faults)
}

/// Follows a chapter and its page of tests, as they were woven. Returns what is wrong.
fn follow_chapter(
    desk: &Desk,
    stages: &[Stage],
    (index, pages): &(usize, [(String, String); 2]),
) -> Vec<String> {
    let stage = &stages[*index];
    let mut reader = start(stages, *index);
    let mut written = BTreeSet::new();
    desk.turn_to(stage, stages);
    desk.write(stage, &reader, &mut written);
    let mut faults = Vec::new();
    for (page, woven) in pages {
        let (longest, found) = follow(desk, stage, (&mut reader, &mut written), (page, woven));
        println!(
            "{page}: {} lines at most without the compiler's word, in step {:?}",
            longest.lines, longest.steps
        );
        faults.extend(found);
    }
    faults
}

/// In the end the files are the stage's own, as another test has it, so that the stage's tests compile
/// as well.
#[test]
fn the_program_compiles_after_every_step() {
    let course = Course::read(&root()).unwrap();
    let only = std::env::var("STAGE").ok();
    let mut weaver = Weaver::new(&course);
    let mut chapters = Vec::new();
    for (index, stage) in course.stages().iter().enumerate() {
        if only.as_ref().is_some_and(|only| *only != format!("{:02}", stage.number)) {
            continue;
        }
        let pages = ["", "/tests"].map(|page| format!("stages/{}{page}.md", stage.directory));
        let pages = pages.map(|page| {
            let path = root().join("book/src").join(&page);
            let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{page}: {error}"));
            match weaver.chapter(&page, &text) {
                Ok(woven) => (page, woven),
                Err(found) => panic!("{}", found[0]),
            }
        });
        chapters.push((index, pages));
    }
    let chapters = Mutex::new(chapters);
    let next = || chapters.lock().expect("no desk has panicked").pop();
    let (stages, next) = (course.stages(), &next);
    let faults: Vec<String> = thread::scope(|scope| {
        let desks = Vec::from_iter((0..DESKS).map(|number| {
            scope.spawn(move || {
                let desk = Desk::new(number);
                let found = iter::from_fn(next);
                Vec::from_iter(found.flat_map(|chapter| follow_chapter(&desk, stages, &chapter)))
            })
        }));
        desks.into_iter().flat_map(|desk| desk.join().expect("no panic")).collect()
    });
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

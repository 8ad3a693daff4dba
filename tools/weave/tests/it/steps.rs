//! What the steps show is enough to make each stage out of the one before.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use weave::{Course, Weaver};
use xtask::Stage;

use crate::reader::Reader;

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A stage's files, with the names of another stage in place of its own, and where that has them.
fn files(stage: &Stage, as_of: &Stage) -> BTreeMap<String, String> {
    let files = stage.files(&root()).expect("a stage has files").into_iter();
    let place = |file: String| match stage.number == as_of.number {
        true => file,
        false => as_of.place_of(&file).to_owned(),
    };
    let renamed = files.map(|(file, contents)| (place(file), stage.translate(as_of, &contents)));
    renamed.map(|(file, contents)| (file, String::from_utf8(contents).expect("text"))).collect()
}

/// What a reader begins with.
pub fn start(stages: &[Stage], index: usize) -> Reader {
    let before = index.checked_sub(1).map(|before| &stages[before]);
    let stage = &stages[index];
    let mut begun = before.map_or(BTreeMap::new(), |before| files(before, stage));
    // What is recorded is copied.
    begun.extend(files(stage, stage).into_iter().filter(|(file, _)| stage.recorded.contains(file)));
    Reader { files: begun }
}

/// Returns a directive that shows what a stage changes in some places, if it changes anything there.
/// One that `cargo xtask stage` has just made changes nothing.
pub fn change(stages: &[Stage], index: usize, places: &[&str]) -> String {
    let (before, now) = (start(stages, index).files, files(&stages[index], &stages[index]));
    let differs = |file: &&String| before.get(*file) != now.get(*file);
    let changed: Vec<&String> = before.keys().chain(now.keys()).filter(differs).collect();
    let is_in = |place: &&&str| changed.iter().any(|file| Path::new(file).starts_with(place));
    let places: Vec<&str> = places.iter().filter(is_in).copied().collect();
    match places.is_empty() {
        true => String::new(),
        false => format!("{{{{#change {}}}}}\n", places.join(" ")),
    }
}

/// Compares what the reader has made with the stage, file by file.
pub fn compare(reader: &Reader, stage: &Stage) {
    let expected = files(stage, stage);
    let made: Vec<&String> = reader.files.keys().collect();
    assert_eq!(made, expected.keys().collect::<Vec<_>>(), "the files of {}", stage.path());
    for (file, text) in &expected {
        for (line, (made, expected)) in reader.files[file].lines().zip(text.lines()).enumerate() {
            assert_eq!(made, expected, "{} line {}", stage.path_of(file), line + 1);
        }
        assert_eq!(reader.files[file], *text, "{}", stage.path_of(file));
    }
}

/// Weaves a text as the chapter of a stage, and has a reader follow it.
fn follow(course: &Course, index: usize, text: &str) {
    let stage = &course.stages()[index];
    let mut reader = start(course.stages(), index);
    let file = format!("stages/{}.md", stage.directory);
    match Weaver::new(course).chapter(&file, text) {
        Ok(woven) => reader.follow(&woven),
        Err(faults) => panic!("{}", faults[0]),
    }
    compare(&reader, stage);
}

#[test]
fn whole_files_make_the_stage_in_any_order() {
    let course = Course::read(&root()).unwrap();
    for index in 0..course.stages().len() {
        let change = |places: &[&str]| change(course.stages(), index, places);
        let tests_first =
            [change(&["tests", "benches"]), change(&["src", "Cargo.toml"])].join("\n");
        follow(&course, index, &tests_first);
        follow(&course, index, &change(&["Cargo.toml", "src", "tests", "benches"]));
    }
}

/// The paths of what looks like an item in some Rust code.
fn paths(file: &str, text: &str) -> Vec<String> {
    let (mut paths, mut owner) = (vec![format!("{file}::head")], String::new());
    for line in text.lines() {
        let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let keyword = |word: &&str| {
            ["fn", "struct", "enum", "type", "const", "static", "trait", "impl"].contains(word)
        };
        let mut names = words.iter().skip_while(|word| !keyword(word)).skip(1);
        if line.starts_with("impl") {
            let of = line.split(" for ").last().unwrap_or_default();
            let of = of.trim_start_matches("impl").trim_start_matches(|c| "<'a> ".contains(c));
            owner = of.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned();
            paths.push(format!("{file}::{owner}::impl"));
        } else if let Some(name) = names.find(|word| !word.is_empty() && !keyword(word)) {
            match line.starts_with(' ') {
                true => paths.push(format!("{file}::{owner}::{name}")),
                false => paths.push(format!("{file}::{name}")),
            }
        }
    }
    paths
}

#[test]
fn items_make_the_stage_in_any_order() {
    let course = Course::read(&root()).unwrap();
    fastrand::seed(5);
    let mut steps = 0;
    for (index, stage) in course.stages().iter().enumerate() {
        let mut reader = start(course.stages(), index);
        let mut all: BTreeSet<String> = BTreeSet::new();
        for files in [&reader.files, &files(stage, stage)] {
            let code = files.iter().filter(|(file, _)| file.starts_with("src/"));
            all.extend(code.flat_map(|(file, text)| paths(file, text)));
        }
        let mut all: Vec<String> = all.into_iter().collect();
        fastrand::shuffle(&mut all);
        let mut weaver = Weaver::new(&course);
        let file = format!("stages/{}/tests.md", stage.directory);
        let tests = change(course.stages(), index, &["tests", "benches"]);
        let first = weaver.chapter(&file, &tests);
        reader.follow(&first.expect("all tests are new or changed"));
        for path in all {
            // Not every path is an item, and not every item changes.
            if let Ok(woven) = weaver.chapter(&file, &format!("{{{{#change {path}}}}}\n")) {
                steps += 1;
                reader.follow(&woven);
            }
        }
        if let Ok(woven) = weaver.chapter(&file, "{{#change src Cargo.toml}}\n") {
            reader.follow(&woven);
        }
        compare(&reader, stage);
    }
    assert!(steps > 300, "only {steps} steps");
}

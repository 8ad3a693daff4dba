//! What the steps show is enough to make each stage out of the one before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use weave::{Course, Weaver};
use xtask::Stage;

use crate::reader::Reader;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A stage's files, with the names of another stage in place of its own.
fn files(stage: &Stage, as_of: &Stage) -> BTreeMap<String, String> {
    let files = stage.files(&root()).expect("a stage has files").into_iter();
    let renamed = files.map(|(file, contents)| (file, stage.translate(as_of, &contents)));
    renamed.map(|(file, contents)| (file, String::from_utf8(contents).expect("text"))).collect()
}

/// What a reader begins with.
fn start(stages: &[Stage], index: usize) -> Reader {
    let before = index.checked_sub(1).map(|before| &stages[before]);
    let files = before.map_or(BTreeMap::new(), |before| files(before, &stages[index]));
    Reader { files }
}

/// Holds what the reader has made against the stage, file by file.
fn compare(reader: &Reader, stage: &Stage) {
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
        follow(&course, index, "{{#change tests benches}}\n\n{{#change src Cargo.toml}}\n");
        follow(&course, index, "{{#change Cargo.toml src tests benches}}\n");
    }
}

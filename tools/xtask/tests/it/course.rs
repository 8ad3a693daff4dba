//! The course itself.

use std::fs;
use std::path::PathBuf;

use xtask::{Lessons, drift, lines};

#[test]
fn every_stage_is_as_the_table_of_lessons_says() {
    let root = root();
    let lessons = Lessons::read(&root).unwrap();
    let drifts = drift::find(&root, &lessons).unwrap();
    let drifts: Vec<String> = drifts.iter().map(ToString::to_string).collect();
    assert!(drifts.is_empty(), "\n{}\n", drifts.join("\n"));
}

#[test]
fn the_readme_says_how_many_lines_each_stage_has() {
    let root = root();
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    if let Err(error) = lines::check_map(&readme, &root, &Lessons::read(&root).unwrap()) {
        panic!("README.md: {error}");
    }
}

fn root() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", ".."].iter().collect()
}

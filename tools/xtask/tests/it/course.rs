//! The course itself.

use std::path::Path;

use xtask::{Lessons, drift};

#[test]
fn every_stage_is_as_the_table_of_lessons_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let lessons = Lessons::read(&root).unwrap();
    let drifts = drift::find(&root, &lessons).unwrap();
    let drifts: Vec<String> = drifts.iter().map(ToString::to_string).collect();
    assert!(drifts.is_empty(), "\n{}\n", drifts.join("\n"));
}

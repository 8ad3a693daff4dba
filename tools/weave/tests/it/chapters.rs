//! Somebody who types what a chapter shows has the stage at the end.

use std::fs;

use weave::{Course, Weaver};

use crate::steps::{compare, root, start};

#[test]
fn every_chapter_with_its_tests_makes_the_stage() {
    let course = Course::read(&root()).unwrap();
    let mut weaver = Weaver::new(&course);
    let mut faults = Vec::new();
    for (index, stage) in course.stages().iter().enumerate() {
        let mut reader = start(course.stages(), index);
        let pages = ["", "/tests"].map(|page| format!("stages/{}{page}.md", stage.directory));
        let before = faults.len();
        for page in &pages {
            let path = root().join("book/src").join(page);
            let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{page}: {error}"));
            match weaver.chapter(page, &text) {
                Ok(woven) => reader.follow(&woven),
                Err(found) => faults.extend(found.iter().map(ToString::to_string)),
            }
        }
        if faults.len() == before {
            compare(&reader, stage);
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

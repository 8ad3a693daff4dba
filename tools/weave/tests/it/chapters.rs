//! A reader who types what a chapter shows has the stage at the end.

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

#[test]
fn a_page_of_tests_shows_what_the_stage_brings_to_the_tests_of_the_core() {
    let course = Course::read(&root()).unwrap();
    for stage in course.stages().iter().skip(1) {
        let page = format!("book/src/stages/{}/tests.md", stage.directory);
        let text = fs::read_to_string(root().join(&page)).unwrap();
        let home = format!("tests/core/{}", stage.directory);
        // A stage may have no tests of the core of its own.
        let files = fs::read_dir(root().join(&home)).into_iter().flatten();
        let files = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        for file in files.map(|file| format!("{home}/{file}")).chain([format!("{home}.rs")]) {
            assert!(text.contains(&file), "{page} does not show {file}");
        }
    }
}

/// `cargo xtask stage` makes a chapter of headings, and copies no sentence that could stay by mistake.
#[test]
fn every_section_of_a_chapter_has_text() {
    let mut faults = Vec::new();
    for stage in Course::read(&root()).unwrap().stages() {
        let page = format!("book/src/stages/{}.md", stage.directory);
        let text = fs::read_to_string(root().join(&page)).unwrap();
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty()).peekable();
        let depth =
            |line: &str| line.split(' ').next().filter(|it| it.starts_with('#')).map(str::len);
        while let Some((number, heading)) = lines.next() {
            let next = lines.peek().map(|(_, line)| *line);
            let Some(own) = depth(heading) else { continue };
            let is_empty = next.is_none_or(|next| depth(next).is_some_and(|next| next <= own));
            // Above the first section the page shows what the stage is about, in the author's words.
            let has_no_words = own == 1 && next.is_some_and(|next| next.starts_with("{{#map"));
            if is_empty || has_no_words {
                faults.push(format!("{page}:{}: nothing is written below '{heading}'", number + 1));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

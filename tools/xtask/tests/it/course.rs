//! The course itself.

use std::fs;
use std::path::PathBuf;

use xtask::{Lessons, Stage, drift, lines, rooms};

#[test]
fn every_stage_is_as_the_table_of_lessons_says() {
    let root = root();
    let lessons = Lessons::read(&root).unwrap();
    let drifts = drift::find(&root, &lessons).unwrap();
    let drifts: Vec<String> = drifts.iter().map(ToString::to_string).collect();
    assert!(drifts.is_empty(), "\n{}\n", drifts.join("\n"));
}

#[test]
fn every_room_uses_only_those_below_it() {
    let root = root();
    let faults = rooms::find(&root, &Lessons::read(&root).unwrap()).unwrap();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn the_readme_says_how_many_lines_each_stage_has() {
    let root = root();
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    if let Err(error) = lines::check_map(&readme, &root, &Lessons::read(&root).unwrap()) {
        panic!("README.md: {error}");
    }
}

/// `cargo xtask stage` leaves these empty.
#[test]
fn what_a_stage_teaches_is_said_wherever_stages_are_listed() {
    let root = root();
    let read = |file: &str| fs::read_to_string(root.join(file)).unwrap();
    let (readme, intro) = (read("README.md"), read("book/src/intro.md"));
    let description = |stage: &Stage| {
        let manifest = read(&stage.path_of("Cargo.toml"));
        manifest.lines().find(|line| line.starts_with("description = ")).map(str::to_owned)
    };
    let lessons = Lessons::read(&root).unwrap();
    let mut faults = Vec::new();
    for (index, stage) in lessons.stages().iter().enumerate() {
        let name = &stage.directory;
        if stage.teaches.is_empty() {
            faults.push(format!("{}: `teaches` of {name} is empty", Lessons::PATH));
        }
        let before = index.checked_sub(1).and_then(|before| lessons.stages().get(before));
        if before.is_some_and(|before| description(before) == description(stage)) {
            faults.push(format!("{name}/Cargo.toml has the description of the stage before"));
        }
        for (file, text, link) in [
            ("README.md", &readme, format!("]({})", stage.path())),
            ("book/src/intro.md", &intro, format!("](stages/{name}.md)")),
        ] {
            let row = text.lines().find(|line| line.starts_with('|') && line.contains(&link));
            match row {
                None => faults.push(format!("{file}: no table has a row for {name}")),
                Some(row)
                    if row.trim_matches('|').split('|').any(|cell| cell.trim().is_empty()) =>
                {
                    faults.push(format!("{file}: the row of {name} has an empty cell"));
                }
                Some(_) => {}
            }
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn the_picture_has_a_number_for_each_stage() {
    let root = root();
    let picture = fs::read_to_string(root.join("book/images/RR.svg")).unwrap();
    let (_, parts) = picture.split_once("<!-- The parts of the course.").unwrap();
    let badges = parts.lines().filter(|line| line.starts_with("<use href=\"#badge\""));
    let numbers = badges.filter_map(|line| Some(line.strip_suffix("</text>")?.rsplit_once('>')?.1));
    let stages = Lessons::read(&root).unwrap();
    let stages: Vec<String> =
        stages.stages().iter().map(|stage| format!("{:02}", stage.number)).collect();
    assert_eq!(numbers.collect::<Vec<_>>(), stages);
}

fn root() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", ".."].iter().collect()
}

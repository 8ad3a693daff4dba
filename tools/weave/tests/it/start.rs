//! The commands with which a stage of one's own begins and ends, executed as the page shows them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use conformance::exercise::{self, Exercise};
use scraper::{ElementRef, Html};
use weave::{Course, Weaver};

use crate::reader::{Reader, render, selector};
use crate::steps::{change, root};

/// What a command prints; it must succeed.
fn run(directory: &Path, script: &str) -> String {
    let (succeeds, printed, errors) = typed(directory, &format!("set -e\n{script}"));
    assert!(succeeds, "{script}: {errors}");
    printed
}

/// Whether the last of some commands succeeds that a learner types line by line, and what they print.
fn typed(directory: &Path, script: &str) -> (bool, String, String) {
    let mut bash = Command::new("bash");
    bash.args(["-c", script]).current_dir(directory).env("GIT_CONFIG_GLOBAL", "/dev/null");
    for role in ["AUTHOR", "COMMITTER"] {
        bash.env(format!("GIT_{role}_NAME"), "A").env(format!("GIT_{role}_EMAIL"), "a@b.c");
    }
    let output = bash.output().expect("bash runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.success(), text(&output.stdout), text(&output.stderr))
}

/// The blocks of commands that a page shows.
fn shown(markdown: &str) -> Vec<String> {
    let html = Html::parse_document(&render(markdown));
    let (boxes, lines) = (selector("figure.session pre"), selector(".cmd"));
    // What is typed comes after the prompt.
    let typed = |line: ElementRef<'_>| line.text().skip(1).collect::<String>();
    html.select(&boxes).map(|shown| shown.select(&lines).map(typed).collect()).collect()
}

/// Every file below a directory, named as seen from it.
fn read(directory: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy();
        if path.is_dir() {
            read(&path, &format!("{prefix}{name}/"), files);
        } else {
            let text = fs::read_to_string(&path).expect("text");
            files.insert(format!("{prefix}{name}"), text);
        }
    }
}

#[test]
fn what_the_page_says_begins_a_stage_and_compares_it_in_the_end() {
    let course = Course::read(&root()).unwrap();
    let home = tempfile::tempdir().unwrap();
    let here = home.path();
    run(&root(), &format!("mkdir {0}/tests && cp -R stages {0}", here.display()));
    run(here, "git init -qb main && git add . && git commit -qm a");
    for (index, stage) in course.stages().iter().enumerate() {
        let mut weaver = Weaver::new(&course);
        let mut weave = |page: &str, text: &str| {
            let page = format!("stages/{}{page}.md", stage.directory);
            weaver.chapter(&page, text).unwrap_or_else(|faults| panic!("{}", faults[0]))
        };
        let change = |places: &[&str]| change(course.stages(), index, places);
        let chapter = weave("", &format!("{{{{#start}}}}\n\n{}", change(&["src", "Cargo.toml"])));
        let its_tests = change(&["tests", "benches"]);
        let tests = weave("/tests", &its_tests);
        let shown = shown(&chapter);
        let [begin, take_tests, compare] = &shown[..] else { panic!("{shown:?}") };

        // A learner whose stage is the course's has nothing to commit, and goes on.
        let (succeeds, _, errors) = typed(here, begin);
        assert!(succeeds, "{begin}: {errors}");
        assert_eq!(run(here, "git branch --show-current"), "mine\n");
        let directory = here.join(stage.path());
        let mut reader = Reader { files: BTreeMap::new() };
        read(&directory, "", &mut reader.files);
        reader.follow(&chapter);
        // One learner types the tests, another one takes them from the course.
        let types_tests = index % 2 == 0;
        if types_tests {
            reader.follow(&tests);
        }
        for (file, text) in &reader.files {
            fs::write(directory.join(file), text).expect("the directory is there");
        }
        if !types_tests {
            let differs = !run(here, compare).is_empty();
            assert_eq!(differs, !its_tests.is_empty(), "{}", stage.path());
            run(here, take_tests);
        }
        assert_eq!(run(here, compare), "", "{}", stage.path());
    }
}

/// Solves all exercises of stage 04 as a learner does who commits nothing but by the page's
/// commands, and begins the next stage after that.
#[test]
fn an_exercise_begins_from_a_clean_commit_and_leaves_the_stage_as_it_was() {
    let course = Course::read(&root()).unwrap();
    let home = tempfile::tempdir().unwrap();
    let here = home.path();
    let is_about = |name: &&String| name.starts_with("04-px-expiry/");
    let names = exercise::names().unwrap();
    let names: Vec<&String> = names.iter().filter(is_about).collect();
    let weave = |page: &str, text: &str| {
        let woven = Weaver::new(&course).chapter(page, text);
        shown(&woven.unwrap_or_else(|faults| panic!("{}", faults[0])))
    };
    run(&root(), &format!("mkdir {0}/tests && cp -R tests/zoo {0}/tests", here.display()));
    run(&root(), &format!("cp -R stages {}", here.display()));
    run(here, "git init -qb main && git add . && git commit -qm a");
    // What the learner has written of the stage, and not committed.
    run(here, "git switch -qc mine && echo '// My stage.' | tee -a stages/04-px-expiry/src/lib.rs");
    // What a session has left in the top folder.
    run(here, "echo picture > picture");
    let mine = fs::read_to_string(here.join("stages/04-px-expiry/src/lib.rs")).unwrap();

    for (index, name) in names.iter().enumerate() {
        let exercise = Exercise::load(name).unwrap();
        let shown = weave("stages/04-px-expiry.md", &format!("{{{{#exercise {name}}}}}"));
        // A debugging exercise first starts the server that has the bug.
        let [.., begin, check, back] = &shown[..] else { panic!("{shown:?}") };
        assert_eq!(*check, format!("cargo exercise check {name}\n"));
        let (succeeds, _, errors) = typed(here, begin);
        assert!(succeeds, "{begin}: {errors}");
        let branch = format!("exercise-{}\n", exercise.own_name());
        assert_eq!(run(here, "git branch --show-current"), branch);
        assert_eq!(run(here, "git status --short -- stages tests && git diff mine"), "", "{begin}");
        let below = if exercise.animal.is_some() { "tests/zoo" } else { "stages/04-px-expiry" };
        let diff = exercise.folder().join("solution.diff");
        run(here, &format!("git apply --directory={below} '{}'", diff.display()));
        assert_ne!(run(here, "git status --short -- stages tests"), "", "{name}");
        // Every other time, the learner forgets to go back.
        if index % 2 == 0 {
            run(here, back);
            assert_eq!(run(here, "git branch --show-current && git diff HEAD"), "mine\n");
        }
    }

    assert_ne!(run(here, "git branch --show-current"), "mine\n", "the last was not left");
    let place = course.stages().iter().position(|stage| stage.directory == "04-px-expiry").unwrap();
    let next = &course.stages()[place + 1].directory;
    let page = format!("stages/{next}.md");
    let [begin, ..] = &weave(&page, "{{#start}}\n")[..] else { panic!() };
    run(here, begin);
    assert_eq!(run(here, "git branch --show-current"), "mine\n");
    assert_eq!(run(here, "git log --all --oneline -- picture; cat picture"), "picture\n");
    for stage in ["04-px-expiry", next] {
        let now = fs::read_to_string(here.join(format!("stages/{stage}/src/lib.rs"))).unwrap();
        assert_eq!(now, mine, "{stage}");
    }
    assert_eq!(run(here, "git diff --stat main -- stages/04-px-expiry tests | wc -l").trim(), "2");
}

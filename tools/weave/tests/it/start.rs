//! The commands with which a stage of one's own begins and ends, executed as the page shows them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use scraper::Html;
use weave::{Course, Weaver};

use crate::reader::{Reader, render, selector};
use crate::steps::root;

/// What a command prints; it must succeed.
fn run(directory: &Path, script: &str) -> String {
    let output = Command::new("bash")
        .args(["-e", "-c", script])
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("bash runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
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
    run(&root(), &format!("cp -R stages {}", here.display()));
    run(
        here,
        "git init -qb main && git add . && git -c user.name=a -c user.email=a@b commit -qm a",
    );
    for (index, stage) in course.stages().iter().enumerate() {
        let mut weaver = Weaver::new(&course);
        let mut weave = |page: &str, text: &str| {
            let page = format!("stages/{}{page}.md", stage.directory);
            weaver.chapter(&page, text).unwrap_or_else(|faults| panic!("{}", faults[0]))
        };
        let chapter = weave("", "{{#start}}\n\n{{#change src Cargo.toml}}\n");
        let tests = weave("/tests", "{{#change tests benches}}\n");
        let (html, bash) = (render(&chapter), selector("pre code.language-bash"));
        let html = Html::parse_document(&html);
        let shown: Vec<String> = html.select(&bash).map(|block| block.text().collect()).collect();
        let [begin, take_tests, compare] = &shown[..] else { panic!("{shown:?}") };

        run(here, begin);
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
            assert_ne!(run(here, compare), "", "{}", stage.path());
            run(here, take_tests);
        }
        assert_eq!(run(here, compare), "", "{}", stage.path());
    }
}

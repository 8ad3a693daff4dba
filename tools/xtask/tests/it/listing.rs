//! `cargo xtask list`.

use crate::project::Project;

const TABLE: &str = "stages/lessons.toml";

#[test]
fn a_newest_stage_that_is_listed_stays_as_it_is() {
    let project = Project::new();
    assert_eq!(project.xtask(&["list"]).code, 0);
    assert_eq!(project.status(), "");
}

#[test]
fn the_newest_stage_is_listed_as_its_files_are() {
    let project = Project::new();
    project.edit(TABLE, "\"01-a\"\n", "\"01-a\" # a word beside it\n");
    project.edit(TABLE, "\"src/shared.rs\"]\n", "\"src/shared.rs\"]\nrecorded = [\"data.bin\"]\n");
    project.edit(TABLE, "teaches = \"d\"\n", "teaches = \"d\"\nremoved = [\"src/gone.rs\"]\n");
    let (head, _) = split(&project);
    project.remove("stages/04-d/src/shared.rs");
    project.write("stages/04-d/src/own.rs", &project.read("stages/03-c/src/own.rs"));
    project.write("stages/04-d/src/new.rs", "");
    let run = project.xtask(&["list"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let entry = "number = 4\ndirectory = \"04-d\"\nteaches = \"d\"\nadded = [\"src/new.rs\"]\n\
                 changed = [\"data.bin\"]\nremoved = [\"src/shared.rs\"]\nrecorded = [\"data.bin\"]\n";
    assert_eq!(split(&project), (head, entry.to_owned()));
    assert_eq!(project.xtask(&["verify"]).code, 0);
}

#[test]
fn a_moved_file_is_neither_added_nor_removed() {
    let project = Project::new();
    let moved = "teaches = \"d\"\nmoved = [{ from = \"src/own.rs\", to = \"src/b/own.rs\" }]\n";
    project.edit(TABLE, "teaches = \"d\"\n", moved);
    project.write("stages/04-d/src/b/own.rs", &project.read("stages/03-c/src/own.rs"));
    project.remove("stages/04-d/src/own.rs");
    assert_eq!(project.xtask(&["list"]).code, 0);
    let entry = "number = 4\ndirectory = \"04-d\"\nteaches = \"d\"\nchanged = [\"data.bin\"]\n\
                 moved = [{ from = \"src/own.rs\", to = \"src/b/own.rs\" }]\n";
    assert_eq!(split(&project).1, entry);
}

#[test]
fn a_long_list_has_a_line_for_each_file() {
    let project = Project::new();
    let files = [
        "src/a_file_with_a_longer_name_still.rs",
        "src/another_one.rs",
        "src/the_last_of_them_all.rs",
    ];
    for file in files {
        project.write(&format!("stages/04-d/{file}"), "");
    }
    assert_eq!(project.xtask(&["list"]).code, 0);
    let lines = files.map(|file| format!("    \"{file}\",\n")).concat();
    assert!(
        split(&project).1.contains(&format!("added = [\n{lines}]\nchanged = [")),
        "{}",
        project.read(TABLE)
    );
}

/// Returns the table up to the entry of the newest stage, and that entry.
fn split(project: &Project) -> (String, String) {
    let table = project.read(TABLE);
    let (head, entry) = table.rsplit_once("[[stage]]\n").unwrap();
    (head.to_owned(), entry.to_owned())
}

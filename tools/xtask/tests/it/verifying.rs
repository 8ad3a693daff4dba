//! `cargo xtask verify`.

use crate::project::Project;

/// Runs verify, which must find exactly this.
fn finds(project: &Project, expected: &[&str]) {
    let run = project.xtask(&["verify"]);
    assert_eq!(run.stderr.lines().collect::<Vec<_>>(), expected);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
}

#[test]
fn stages_that_are_as_the_table_says_pass() {
    let run = Project::new().xtask(&["verify"]);
    assert_eq!(run.stdout, "4 stages, all as stages/lessons.toml says\n");
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
}

#[test]
fn files_of_editors_and_systems_do_not_count() {
    let project = Project::new();
    project.write("stages/02-b/.DS_Store", "");
    project.write("stages/02-b/src/.own.rs.swp", "");
    project.write("stages/.idea/x.xml", "");
    assert_eq!(project.xtask(&["verify"]).code, 0);
}

#[test]
fn a_moved_file_must_be_where_the_table_says_and_the_same() {
    let project = Project::new();
    let moved = "moved = [{ from = \"data.bin\", to = \"b/data.bin\" }]\nteaches = \"b\"\n";
    project.edit("stages/lessons.toml", "teaches = \"b\"\n", moved);
    finds(
        &project,
        &[
            "stages/02-b/b/data.bin: is in stages/01-a, but neither here nor listed as removed",
            "stages/02-b/data.bin: exists, but is not listed as added",
        ],
    );
    project.remove("stages/02-b/data.bin");
    project.write("stages/02-b/b/data.bin", "\0stage-02");
    let run = project.xtask(&["verify"]);
    let expected = "stages/02-b/b/data.bin: differs from stages/01-a, but is not listed as changed";
    assert!(run.stderr.contains(expected), "{}", run.stderr);
}

#[test]
fn an_edit_to_a_file_that_is_not_listed_is_found() {
    let project = Project::new();
    project.edit("stages/03-c/src/shared.rs", "3\n", "three\n");
    finds(
        &project,
        &[
            r#"stages/03-c/src/shared.rs: differs from stages/02-b, but is not listed as changed; line 3 was "3\n", is "three\n""#,
            r#"stages/04-d/src/shared.rs: differs from stages/03-c, but is not listed as changed; line 3 was "three\n", is "3\n""#,
        ],
    );
}

#[test]
fn the_name_of_another_stage_is_found() {
    let project = Project::new();
    project.edit("stages/04-d/src/shared.rs", "stage_04", "stage_03");
    finds(
        &project,
        &[
            r#"stages/04-d/src/shared.rs: differs from stages/03-c, but is not listed as changed; line 8 was "use stage_04; // 04-d\n", is "use stage_03; // 04-d\n""#,
        ],
    );
}

#[test]
fn a_file_that_is_listed_as_changed_must_differ() {
    let project = Project::new();
    project.write("stages/03-c/src/own.rs", &project.read("stages/02-b/src/own.rs"));
    finds(
        &project,
        &["stages/03-c/src/own.rs: is listed as changed, but is the same as in stages/02-b"],
    );
}

#[test]
fn a_new_file_must_be_listed_and_a_listed_one_be_new() {
    let project = Project::new();
    project.write("stages/04-d/tests/new.rs", "");
    finds(&project, &["stages/04-d/tests/new.rs: exists, but is not listed as added"]);

    project.edit(
        "stages/lessons.toml",
        "teaches = \"d\"\n",
        "teaches = \"d\"\nadded = [\"tests/new.rs\"]\n",
    );
    assert_eq!(project.xtask(&["verify"]).code, 0);

    project.write("stages/03-c/tests/new.rs", "");
    finds(
        &project,
        &[
            "stages/03-c/tests/new.rs: exists, but is not listed as added",
            "stages/04-d/tests/new.rs: is listed as added, but stages/03-c has it already",
        ],
    );

    project.remove("stages/03-c/tests/new.rs");
    project.remove("stages/04-d/tests/new.rs");
    finds(&project, &["stages/04-d/tests/new.rs: is listed as added, but does not exist"]);
}

#[test]
fn a_file_that_is_gone_must_be_listed_and_a_listed_one_be_gone() {
    let project = Project::new();
    project.remove("stages/04-d/src/own.rs");
    project.remove("stages/04-d/src/shared.rs");
    project.write("stages/03-c/src/early.rs", "");
    project.write("stages/04-d/src/early.rs", "");
    finds(
        &project,
        &[
            "stages/03-c/src/early.rs: is listed as removed, but exists",
            "stages/04-d/src/own.rs: is listed as changed, but does not exist",
            "stages/04-d/src/shared.rs: is in stages/03-c, but neither here nor listed as removed",
        ],
    );
}

#[test]
fn what_the_stage_before_does_not_have_can_be_neither_changed_nor_removed() {
    let project = Project::new();
    project.edit("stages/lessons.toml", "\"src/early.rs\"]", "\"src/early.rs\", \"never.rs\"]");
    project.edit(
        "stages/lessons.toml",
        "\"data.bin\", \"src/own.rs\"]",
        "\"data.bin\", \"new.rs\", \"src/own.rs\"]",
    );
    project.write("stages/04-d/new.rs", "");
    finds(
        &project,
        &[
            "stages/03-c/never.rs: is listed as removed, but stages/02-b does not have it",
            "stages/04-d/new.rs: is listed as changed, but stages/03-c does not have it",
        ],
    );
}

#[test]
fn a_directory_that_is_no_stage_is_found() {
    let project = Project::new();
    project.write("stages/05-e/Cargo.toml", "");
    finds(&project, &["stages/05-e: is the directory of no stage in stages/lessons.toml"]);
}

#[test]
fn a_table_that_cannot_be_read_is_one_clear_error() {
    let project = Project::new();
    project.write(
        "stages/lessons.toml",
        "[[stage]]\nnumber = 2\ndirectory = \"02-b\"\nteaches = \"\"\n",
    );
    let run = project.xtask(&["verify"]);
    assert_eq!(run.stderr, "error: stages/lessons.toml: stage 01 is due, not 02\n");
    assert_eq!(run.code, 2);

    project.remove("stages/lessons.toml");
    let run = project.xtask(&["verify"]);
    assert_eq!(run.stderr, "error: there is no stages/lessons.toml here or above\n");
    assert_eq!(run.code, 2);
}

#[test]
fn a_stage_without_a_directory_is_one_clear_error() {
    let project = Project::new();
    std::fs::remove_dir_all(project.path("stages/04-d")).unwrap();
    let run = project.xtask(&["verify"]);
    assert!(run.stderr.starts_with("error: cannot read stages/04-d: "), "{run:?}");
    assert_eq!((run.code, run.stderr.lines().count()), (2, 1));
}

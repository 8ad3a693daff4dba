//! `cargo xtask carry`.

use crate::project::{Project, Run, TEXT};

/// Runs a carry that must come to its end, having printed this.
fn carries(project: &Project, arguments: &[&str], expected: &str) {
    let run = carry(project, arguments);
    assert_eq!(run, Run { code: 0, stdout: expected.to_owned(), stderr: String::new() });
}

/// Runs a carry that must be refused with this line and touch nothing.
fn is_refused(project: &Project, arguments: &[&str], expected: &str) {
    let status = project.status();
    let run = carry(project, arguments);
    let stderr = format!("error: {expected}\n");
    assert_eq!(run, Run { code: 2, stdout: String::new(), stderr });
    assert_eq!(project.status(), status);
}

fn carry(project: &Project, arguments: &[&str]) -> Run {
    project.xtask(&[&["carry"], arguments].concat())
}

#[test]
fn a_fix_goes_through_every_later_stage_under_its_own_name() {
    let project = Project::new();
    project.edit("stages/01-a/src/shared.rs", "2\n", "fix of stage_01\n");
    carries(
        &project,
        &["01"],
        "carried   stages/02-b/src/shared.rs\n\
         carried   stages/03-c/src/shared.rs\n\
         carried   stages/04-d/src/shared.rs\n",
    );
    for (number, name) in [(2, "02-b"), (3, "03-c"), (4, "04-d")] {
        assert_eq!(
            project.read(&format!("stages/{name}/src/shared.rs")),
            format!("1\nfix of stage_0{number}\n3\n4\n5\n6\n7\nuse stage_0{number}; // {name}\n")
        );
    }
    assert_eq!(
        project.status(),
        " M stages/01-a/src/shared.rs\n M stages/02-b/src/shared.rs\n \
         M stages/03-c/src/shared.rs\n M stages/04-d/src/shared.rs\n"
    );
    assert_eq!(project.xtask(&["verify"]).code, 0);
}

#[test]
fn a_fix_follows_a_file_that_a_stage_has_moved() {
    let project = Project::new();
    for name in ["03-c", "04-d"] {
        let moved = project.read(&format!("stages/{name}/src/shared.rs"));
        project.write(&format!("stages/{name}/src/room/shared.rs"), &moved);
        project.remove(&format!("stages/{name}/src/shared.rs"));
    }
    let entry = "moved = [{ from = \"src/shared.rs\", to = \"src/room/shared.rs\" }]\n";
    let three = "directory = \"03-c\"\n";
    project.edit("stages/lessons.toml", three, &format!("{three}{entry}"));
    project.commit();
    assert_eq!(project.xtask(&["verify"]).code, 0);
    project.edit("stages/01-a/src/shared.rs", "2\n", "use crate::shared::x; // of stage_01\n");
    carries(
        &project,
        &["01"],
        "carried   stages/02-b/src/shared.rs\n\
         carried   stages/03-c/src/room/shared.rs\n\
         carried   stages/04-d/src/room/shared.rs\n",
    );
    let fixed = project.read("stages/04-d/src/room/shared.rs");
    assert!(fixed.contains("\nuse crate::room::shared::x; // of stage_04\n"), "{fixed}");
    assert_eq!(project.xtask(&["verify"]).code, 0);
}

#[test]
fn a_fix_starts_where_it_is_made() {
    let project = Project::new();
    project.edit("stages/03-c/src/shared.rs", "2\n", "fix\n");
    carries(&project, &["3"], "carried   stages/04-d/src/shared.rs\n");
    assert!(!project.read("stages/02-b/src/shared.rs").contains("fix"));
}

#[test]
fn a_fix_is_merged_with_what_each_stage_has_changed_itself() {
    let project = Project::new();
    project.edit("stages/01-a/src/own.rs", "1\n2\n", "fix 1\nfix 2\n");
    carries(
        &project,
        &["01"],
        "merged    stages/02-b/src/own.rs\n\
         merged    stages/03-c/src/own.rs\n\
         merged    stages/04-d/src/own.rs\n",
    );
    for (name, letter) in [("02-b", 'b'), ("03-c", 'c'), ("04-d", 'd')] {
        assert_eq!(
            project.read(&format!("stages/{name}/src/own.rs")),
            format!("fix 1\nfix 2\n3\nown {letter}\n5\n6\n7\n")
        );
    }
}

#[test]
fn a_committed_fix_is_carried_from_its_base() {
    let project = Project::new();
    project.edit("stages/01-a/src/own.rs", "2\n", "fix\n");
    project.commit();
    carries(&project, &["01"], "nothing to carry: stage 01 is as it was at HEAD\n");
    carries(
        &project,
        &["01", "--base", "HEAD~1"],
        "merged    stages/02-b/src/own.rs\n\
         merged    stages/03-c/src/own.rs\n\
         merged    stages/04-d/src/own.rs\n",
    );
}

#[test]
fn a_later_stage_that_was_committed_with_the_fix_carries_nothing_else() {
    let project = Project::new();
    project.edit("stages/01-a/src/own.rs", "2\n", "fix\n");
    project.edit("stages/02-b/src/own.rs", "7\n", "only 02\n");
    project.commit();
    assert_eq!(carry(&project, &["01", "--base", "HEAD~1"]).code, 0);
    assert_eq!(project.read("stages/02-b/src/own.rs"), "1\nfix\n3\nown b\n5\n6\nonly 02\n");
    assert_eq!(project.read("stages/03-c/src/own.rs"), "1\nfix\n3\nown c\n5\n6\n7\n");
}

#[test]
fn a_conflict_stops_with_markers_and_goes_on_once_resolved() {
    let project = Project::new();
    project.edit("stages/03-c/src/own.rs", "2\n", "two\n");
    project.commit();
    project.edit("stages/01-a/src/own.rs", "2\n", "fix\n");
    project.edit("stages/01-a/src/shared.rs", "2\n", "fix\n");

    let run = carry(&project, &["01"]);
    assert_eq!(
        run.stdout,
        "merged    stages/02-b/src/own.rs\n\
         carried   stages/02-b/src/shared.rs\n\
         conflict  stages/03-c/src/own.rs:2\n\
         carried   stages/03-c/src/shared.rs\n"
    );
    assert_eq!(
        run.stderr,
        "stopped at a conflict in stage 03: resolve, then `cargo xtask carry 03`\n"
    );
    assert_eq!(run.code, 1);
    assert_eq!(
        project.read("stages/03-c/src/own.rs"),
        "1\n<<<<<<< stages/03-c/src/own.rs\ntwo\n||||||| stages/02-b/src/own.rs at HEAD\n2\n\
         =======\nfix\n>>>>>>> stages/02-b/src/own.rs\n3\nown c\n5\n6\n7\n"
    );
    assert!(!project.status().contains("04-d"));

    is_refused(
        &project,
        &["03"],
        "stages/03-c/src/own.rs:2 still holds a conflict's marker: resolve it first",
    );
    is_refused(
        &project,
        &["01"],
        "stages/02-b/src/own.rs has edits that are not committed: commit or stash them first, or, \
         if a carry has stopped there, resolve its conflict and go on with `cargo xtask carry 02`",
    );

    project.write("stages/03-c/src/own.rs", "1\ntwo fixed\n3\nown c\n5\n6\n7\n");
    project.edit("stages/03-c/src/own.rs", "7\n", "seven, while at it\n");
    let run = carry(&project, &["03"]);
    assert_eq!(
        run.stdout,
        "conflict  stages/04-d/src/own.rs:2\n\
         carried   stages/04-d/src/shared.rs\n"
    );
    assert!(project.read("stages/04-d/src/own.rs").ends_with("own d\n5\n6\nseven, while at it\n"));

    project.write("stages/04-d/src/own.rs", "1\nfix\n3\nown d\n5\n6\nseven, while at it\n");
    carries(&project, &["04"], "nothing to carry to: stage 04 is the last one\n");
}

#[test]
fn a_marker_that_a_half_done_resolution_left_is_found_committed_or_not() {
    let project = Project::new();
    project.edit("stages/04-d/src/own.rs", "6\n", ">>>>>>> stages/03-c/src/own.rs\n");
    is_refused(
        &project,
        &["04"],
        "stages/04-d/src/own.rs:6 still holds a conflict's marker: resolve it first",
    );

    project.edit("stages/03-c/src/own.rs", "6\n", "||||||| stages/03-c/src/own.rs\n");
    project.commit();
    is_refused(
        &project,
        &["03", "--base", "HEAD~1"],
        "stages/03-c/src/own.rs:6 still holds a conflict's marker: resolve it first",
    );
}

#[test]
fn several_conflicts_in_a_file_are_all_named() {
    let project = Project::new();
    project.edit("stages/02-b/src/own.rs", "2\n", "two\n");
    project.edit("stages/02-b/src/own.rs", "7\n", "seven\n");
    project.commit();
    project.edit("stages/01-a/src/own.rs", "2\n", "fix\n");
    project.edit("stages/01-a/src/own.rs", "7\n", "fix\n");
    assert_eq!(carry(&project, &["01"]).stdout, "conflict  stages/02-b/src/own.rs:2, :13\n");
}

#[test]
fn a_stage_that_has_the_fix_already_is_left_alone() {
    let project = Project::new();
    project.edit("stages/02-b/src/own.rs", "2\n", "fix\n");
    project.commit();
    project.edit("stages/01-a/src/own.rs", "2\n", "fix\n");
    carries(&project, &["01"], "unchanged stages/02-b/src/own.rs\n");
    assert_eq!(project.status(), " M stages/01-a/src/own.rs\n");
}

#[test]
fn a_file_that_a_later_stage_has_dropped_is_said_to_be_gone() {
    let project = Project::new();
    project.edit("stages/01-a/src/early.rs", "2\n", "fix\n");
    carries(
        &project,
        &["01"],
        "carried   stages/02-b/src/early.rs\n\
         gone      stages/03-c/src/early.rs: there is no such file from here on\n",
    );
}

#[test]
fn a_new_file_is_carried_be_it_staged_or_not() {
    let project = Project::new();
    project.write("stages/02-b/tests/a/new.rs", "use stage_02;\n");
    project.write("stages/02-b/staged.rs", "");
    project.git(&["add", "stages/02-b/staged.rs"]);
    carries(
        &project,
        &["02"],
        "carried   stages/03-c/staged.rs\n\
         carried   stages/03-c/tests/a/new.rs\n\
         carried   stages/04-d/staged.rs\n\
         carried   stages/04-d/tests/a/new.rs\n",
    );
    assert_eq!(project.read("stages/04-d/tests/a/new.rs"), "use stage_04;\n");
}

#[test]
fn a_new_file_that_the_next_stage_has_already_is_a_conflict() {
    let project = Project::new();
    project.write("stages/03-c/new.rs", "own\n");
    project.commit();
    project.write("stages/02-b/new.rs", "fix\n");
    assert_eq!(carry(&project, &["02"]).stdout, "conflict  stages/03-c/new.rs:1\n");
    let text = project.read("stages/03-c/new.rs");
    assert!(text.contains("own\n") && text.contains("fix\n"), "{text}");
}

#[test]
fn an_ignored_file_is_not_part_of_a_fix() {
    let project = Project::new();
    project.write(".gitignore", "*.log\n");
    project.write("stages/02-b/x.log", "");
    carries(&project, &["02"], "nothing to carry: stage 02 is as it was at HEAD\n");
}

#[test]
fn a_deleted_file_is_deleted_where_it_was_the_same() {
    let project = Project::new();
    project.remove("stages/01-a/src/early.rs");
    project.remove("stages/01-a/src/shared.rs");
    carries(
        &project,
        &["01"],
        "deleted   stages/02-b/src/early.rs\n\
         deleted   stages/02-b/src/shared.rs\n\
         unchanged stages/03-c/src/early.rs\n\
         deleted   stages/03-c/src/shared.rs\n\
         deleted   stages/04-d/src/shared.rs\n",
    );
    assert!(!project.path("stages/04-d/src/shared.rs").exists());
}

#[test]
fn a_file_that_gives_way_to_a_directory_is_deleted() {
    let project = Project::new();
    project.remove("stages/03-c/data.bin");
    project.write("stages/03-c/data.bin/x", "x\n");
    let run = carry(&project, &["03"]);
    assert!(
        run.stdout.starts_with("conflict  stages/04-d/data.bin: the fix deletes it"),
        "{run:?}"
    );
}

#[test]
fn a_deleted_file_that_the_next_stage_has_changed_is_a_conflict() {
    let project = Project::new();
    project.remove("stages/02-b/src/own.rs");
    let run = carry(&project, &["02"]);
    assert_eq!(
        run.stdout,
        "conflict  stages/03-c/src/own.rs: the fix deletes it, but it differs: delete it or keep it\n"
    );
    assert_eq!(run.code, 1);
    assert_eq!(project.read("stages/03-c/src/own.rs"), TEXT.replace('4', "own c"));
    carries(&project, &["03"], "nothing to carry: stage 03 is as it was at HEAD\n");
}

#[test]
fn a_binary_file_is_copied_where_it_was_the_same_and_else_a_conflict() {
    let project = Project::new();
    project.write("stages/01-a/data.bin", "\0stage-01, fixed");
    let run = carry(&project, &["01"]);
    assert_eq!(
        run.stdout,
        "carried   stages/02-b/data.bin\n\
         carried   stages/03-c/data.bin\n\
         conflict  stages/04-d/data.bin: not text, and it differs: put the right one there\n"
    );
    assert_eq!(run.code, 1);
    assert_eq!(project.read("stages/03-c/data.bin"), "\0stage-01, fixed");
    assert_eq!(project.read("stages/04-d/data.bin"), "\0other");
}

#[test]
fn a_later_stage_with_edits_of_its_own_refuses_the_carry() {
    for edit in ["stages/04-d/src/own.rs", "stages/04-d/new.rs"] {
        let project = Project::new();
        project.edit("stages/01-a/src/shared.rs", "2\n", "fix\n");
        project.write(edit, "not committed\n");
        is_refused(
            &project,
            &["01"],
            &format!(
                "{edit} has edits that are not committed: commit or stash them first, or, if a \
                 carry has stopped there, resolve its conflict and go on with \
                 `cargo xtask carry 04`"
            ),
        );
        assert_eq!(project.read(edit), "not committed\n");
    }
}

#[test]
fn edits_elsewhere_are_neither_in_the_way_nor_touched() {
    let project = Project::new();
    project.edit("stages/01-a/src/shared.rs", "2\n", "earlier\n");
    project.write("README.md", "not committed\n");
    project.edit("stages/02-b/src/shared.rs", "3\n", "fix\n");
    carries(
        &project,
        &["02"],
        "carried   stages/03-c/src/shared.rs\n\
         carried   stages/04-d/src/shared.rs\n",
    );
    assert_eq!(project.read("README.md"), "not committed\n");
    assert!(project.read("stages/03-c/src/shared.rs").starts_with("1\n2\nfix\n"));
}

#[test]
fn line_endings_and_a_missing_last_one_are_kept() {
    let project = Project::new();
    let text = |first: &str, middle: &str| format!("{first}\r\n2\r\n3\r\n{middle}\r\n5\r\n6\r\n7");
    project.write("stages/03-c/src/own.rs", &text("1", "own c"));
    project.write("stages/04-d/src/own.rs", &text("1", "own d"));
    project.commit();
    project.write("stages/03-c/src/own.rs", &text("fix", "own c"));
    carries(&project, &["03"], "merged    stages/04-d/src/own.rs\n");
    assert_eq!(project.read("stages/04-d/src/own.rs"), text("fix", "own d"));
}

#[test]
fn a_checkout_with_other_line_endings_than_the_repository_carries_the_same() {
    let project = Project::new();
    project.git(&["config", "core.autocrlf", "true"]);
    project.git(&["rm", "-r", "--cached", "--quiet", "stages"]);
    project.git(&["reset", "--hard", "--quiet"]);
    project.edit("stages/01-a/src/shared.rs", "2\r\n", "fix\r\n");
    carries(
        &project,
        &["01"],
        "carried   stages/02-b/src/shared.rs\n\
         carried   stages/03-c/src/shared.rs\n\
         carried   stages/04-d/src/shared.rs\n",
    );
    assert!(project.read("stages/04-d/src/shared.rs").starts_with("1\r\nfix\r\n3\r\n"));
}

#[cfg(unix)]
#[test]
fn a_new_file_keeps_its_permissions() {
    use std::fs::{Permissions, metadata, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    let project = Project::new();
    project.write("stages/03-c/run.sh", "#!/bin/sh\n");
    set_permissions(project.path("stages/03-c/run.sh"), Permissions::from_mode(0o755)).unwrap();
    carries(&project, &["03"], "carried   stages/04-d/run.sh\n");
    let mode = metadata(project.path("stages/04-d/run.sh")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
}

#[test]
fn a_stage_or_a_base_that_does_not_exist_is_one_clear_error() {
    let project = Project::new();
    is_refused(&project, &["09"], "there is no stage 09 in stages/lessons.toml");
    is_refused(&project, &["01", "--base", "nosuch"], "there is no commit 'nosuch'");
    is_refused(&project, &["01", "--base=--all"], "there is no commit '--all'");
}

#[test]
fn a_project_outside_of_git_is_one_clear_error() {
    let project = Project::new();
    std::fs::rename(project.path(".git"), project.path("not-git")).unwrap();
    let run = carry(&project, &["01"]);
    assert!(
        run.stderr
            .starts_with("error: git rev-parse --is-inside-work-tree: fatal: not a git repository"),
        "{run:?}"
    );
    assert_eq!((run.code, run.stderr.lines().count()), (2, 1));
}

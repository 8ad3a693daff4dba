//! `cargo xtask fuzz`: which targets there are, and what is told of a finding.

use crate::project::{Project, Run};

const PROPERTIES: &str =
    "//! Odd things.\n\nproptest! {\n    #[test]\n    fn odd_things_hold(a: u8) {\n    }\n}\n";

/// A project in which one stage has properties, and another has the same file.
fn project() -> Project {
    let project = Project::new();
    for stage in ["03-c", "04-d"] {
        project.write(&format!("stages/{stage}/tests/it/odd.rs"), PROPERTIES);
        project.write(&format!("stages/{stage}/tests/it/table.rs"), "#[test]\nfn a_table() {}\n");
    }
    project
}

#[test]
fn the_targets_are_the_files_with_properties() {
    let list = project().xtask(&["fuzz", "--list"]);
    let stdout = "odd: Odd things.\n    odd_things_hold\n".to_owned();
    assert_eq!(list, Run { code: 0, stdout, stderr: String::new() });
}

#[test]
fn a_target_or_a_stage_that_is_not_there_is_refused() {
    for (arguments, error) in [
        (
            &["fuzz", "table"][..],
            "stages/04-d has no target 'table'; see `cargo xtask fuzz --list`",
        ),
        (&["fuzz", "--stage", "9"], "there is no such stage"),
    ] {
        let run = project().xtask(arguments);
        assert_eq!((run.code, run.stderr), (2, format!("error: {error}\n")), "{arguments:?}");
    }
}

/// Runs the target with a cargo that does this once the tests are built.
#[cfg(unix)]
fn fuzz(project: &Project, then: &str) -> Run {
    use std::os::unix::fs::PermissionsExt;
    let script = format!("#!/bin/sh\ncase \"$*\" in *--no-run*) exit 0;; esac\n{then}\n");
    project.write("cargo", &script);
    let cargo = project.path("cargo");
    std::fs::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755)).unwrap();
    let arguments = ["fuzz", "odd", "--stage", "03", "--minutes", "0.001"];
    project.xtask_with(&[("CARGO", cargo.to_str().unwrap())], &arguments)
}

#[cfg(unix)]
#[test]
fn every_batch_has_a_seed_of_its_own() {
    let project = project();
    let run = fuzz(&project, "echo \"$@\" $PROPTEST_CASES $PROPTEST_RNG_SEED >> log");
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.ends_with(" cases in 0.0 minutes, no finding\n"), "{run:?}");
    let log = project.read("log");
    let asked = "test --profile fuzz --package stage-03 --test it --quiet -- --exact \
                 odd::odd_things_hold ";
    let numbers: Vec<&str> = log.lines().map(|line| line.strip_prefix(asked).unwrap()).collect();
    assert!(numbers.len() > 1 && numbers[0].starts_with("256 "), "{log}");
    let seeds: std::collections::BTreeSet<&str> =
        numbers.iter().map(|line| line.split(' ').nth(1).unwrap()).collect();
    assert_eq!(seeds.len(), numbers.len(), "{log}");
}

#[cfg(unix)]
#[test]
fn a_finding_ends_it_and_tells_where_it_is_kept() {
    let project = project();
    let run = fuzz(&project, "echo it fails; touch stages/03-c/tests/it/odd.seeds; exit 101");
    assert_eq!(run.code, 1, "{run:?}");
    for part in [
        "it fails\n",
        "odd: a finding after 0 cases",
        "kept in stages/03-c/tests/it/odd.seeds.",
        "cargo test --package stage-03 --test it odd::\n",
    ] {
        assert!(run.stdout.contains(part), "{part}: {run:?}");
    }
}

//! `cargo xtask bench`.

#![cfg(unix)]

use crate::project::{Project, Run};

/// Runs bench with a cargo that says what it is asked, and then fails or not.
fn bench(arguments: &[&str], cargo_code: i32) -> Run {
    Project::new().xtask_with_cargo(&[&["bench"], arguments].concat(), cargo_code)
}

#[test]
fn the_bench_crate_is_told_everything() {
    let command = "run --quiet --release --package bench --";
    let measured = |stdout| Run { code: 0, stdout, stderr: String::new() };
    assert_eq!(bench(&[], 0), measured(format!("{command}\nstages\n")));
    assert_eq!(
        bench(&["04", "07", "--only", "keys,memory"], 0),
        measured(format!("{command} 04 07 --only keys,memory\nstages\n"))
    );
    assert_eq!(bench(&["--help"], 0), measured(format!("{command} --help\nstages\n")));
}

#[test]
fn what_cannot_be_measured_fails_the_task() {
    assert_eq!(bench(&["--quick"], 2).code, 1);
}

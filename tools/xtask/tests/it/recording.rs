//! `cargo xtask record`.

#![cfg(unix)]

use crate::project::{Project, Run};

/// Runs record with a cargo that says what it is asked, and then fails or not.
fn record(arguments: &[&str], cargo_code: i32) -> Run {
    Project::new().xtask_with_cargo(&[&["record"], arguments].concat(), cargo_code)
}

#[test]
fn the_conformance_crate_records_all_or_what_fits() {
    let command = "run --quiet --package conformance --bin transcripts -- record";
    let recorded = |stdout| Run { code: 0, stdout, stderr: String::new() };
    assert_eq!(record(&[], 0), recorded(format!("{command}\nstages\n")));
    assert_eq!(record(&["04-px"], 0), recorded(format!("{command} 04-px\nstages\n")));
}

#[test]
fn what_cannot_be_recorded_fails_the_task() {
    assert_eq!(record(&[], 2).code, 1);
}

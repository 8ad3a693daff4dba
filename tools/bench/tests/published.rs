//! The run that the README and the book show.

#![allow(clippy::unwrap_used, reason = "the helpers of tests may panic as tests do")]

use std::fs;
use std::path::PathBuf;

use bench::speed::Subject;
use bench::{Overview, Report, chart, markdown, readme};

const AGAIN: &str = "run `cargo xtask bench --from book/bench/bench.json --write`";

/// Returns a file of the project, if it is there.
fn read(path: &str) -> Option<String> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "..", path].iter().collect();
    path.exists().then(|| fs::read_to_string(&path).unwrap())
}

fn report() -> Option<Report> {
    read("book/bench/bench.json").map(|json| serde_json::from_str(&json).unwrap())
}

#[test]
fn the_readme_shows_the_run_in_the_json_or_that_there_is_none() {
    let text = read("README.md").unwrap();
    let expected = readme::with_section(&text, report().as_ref()).unwrap();
    assert!(expected == text, "README.md: {AGAIN}");
    let report = report();
    let overview = report.as_ref().map(|report| Overview::of(report).unwrap());
    let chart = overview.map(|overview| chart::overview(&overview).unwrap());
    let path = format!("{}/{}", readme::DIRECTORY, readme::CHART);
    assert!(chart == read(&path), "{path}: {AGAIN}");
}

#[test]
fn the_book_s_page_and_chart_show_the_run_in_the_json() {
    let page = report().as_ref().map(markdown::page);
    assert!(page == read("book/bench/bench.md"), "bench.md: {AGAIN}");
    let chart = report().map(|report| chart::svg(&report).unwrap());
    assert!(chart == read("book/bench/bench.svg"), "bench.svg: {AGAIN}");
}

#[test]
fn what_is_published_is_a_whole_run_beside_the_redis_that_the_course_follows() {
    let Some(report) = report() else { return };
    assert_eq!(report.machine.warning(), None);
    assert!(!report.quick);
    let parts = [report.speed.len(), report.memory.len(), report.keys.len(), report.waits.len()];
    assert_eq!(parts, [Subject::all().len(), 2, 2, 2]);
    assert!(report.loading.is_some());
}

//! Holds the corpus to its own rules.

use std::fs;
use std::path::{Path, PathBuf};

use conformance::corpus::{self, Item, Step, faults, order_faults};
use conformance::snapshot::Snapshot;
use conformance::transcript::Transcript;
use conformance::workspace::{self, number_of};

#[test]
fn every_transcript_keeps_the_rules() {
    let transcripts = corpus::load().expect("transcripts that are understood");
    assert!(!transcripts.is_empty(), "no transcripts in {}", corpus::transcripts().display());
    let faults: Vec<String> = transcripts.iter().flat_map(faults).collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_transcript_has_its_snapshot() {
    let transcripts = corpus::load().expect("transcripts that are understood");
    let faults: Vec<String> = transcripts
        .iter()
        .filter_map(|transcript| Snapshot::load(transcript).err())
        .map(|error| error.to_string())
        .collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_snapshot_has_its_transcript() {
    let transcripts = corpus::names(&corpus::transcripts(), "redis").expect("a listing");
    let mut orphans = corpus::names(&corpus::snapshots(), "snap").expect("a listing");
    orphans.retain(|name| !transcripts.contains(name));
    assert!(orphans.is_empty(), "snapshots without a transcript: {orphans:?}");
}

#[test]
fn nothing_else_lies_among_them() {
    for (folder, ending) in [(corpus::transcripts(), "redis"), (corpus::snapshots(), "snap")] {
        for stage in fs::read_dir(&folder).expect("a folder") {
            let stage = stage.expect("a folder's entry").path();
            if stage == corpus::transcripts().join("order.toml") {
                continue;
            }
            assert!(stage.is_dir(), "{} lies beside the stages' folders", stage.display());
            for file in fs::read_dir(&stage).expect("a folder") {
                let file = file.expect("a folder's entry").path();
                let fits = file.extension().is_some_and(|found| found == ending);
                assert!(fits, "{} is no .{ending}", file.display());
            }
        }
    }
}

#[test]
fn every_transcript_has_its_place_in_the_order() {
    let items = corpus::in_order(u32::MAX).expect("the list");
    let stages: Vec<u32> = items.iter().map(|item| item.stage).collect();
    assert!(stages.is_sorted(), "{stages:?}");
    let echo = number_of("02-echo");
    let upto_echo = corpus::in_order(echo).expect("the list");
    assert_eq!(items.get(..upto_echo.len()), Some(&upto_echo[..]));
    assert_eq!(upto_echo.last().map(|item| item.stage), Some(echo));
}

/// `cargo xtask stage` makes an entry of one step without a title and without transcripts.
#[test]
fn every_stage_has_steps_and_every_step_transcripts() {
    let lessons = corpus::lessons().expect("the list");
    let mut faults = Vec::new();
    for stage in workspace::stages().expect("stages") {
        let steps = lessons.get(&stage).map(|lesson| &lesson.steps[..]).unwrap_or_default();
        if steps.is_empty() {
            faults.push(format!("{stage} has no steps"));
        }
        for Step { title, claims } in steps {
            if title.is_empty() {
                faults.push(format!("a step of {stage} has no title"));
            }
            if claims.is_empty() {
                faults.push(format!("the step '{title}' of {stage} has no transcripts"));
            }
        }
    }
    assert!(faults.is_empty(), "\ntests/transcripts/order.toml: {}\n", faults.join("; "));
}

#[test]
fn an_order_that_is_not_that_of_the_transcripts_is_refused() {
    let item = |name: &str| Item {
        name: name.to_owned(),
        stage: 1,
        step: "first".to_owned(),
        is_fine_print: false,
    };
    let names = ["01-a/one", "01-a/two"].map(str::to_owned);
    for (listed, faults) in [
        (&["01-a/two", "01-a/one"][..], &[][..]),
        (&["01-a/one"], &["01-a/two is missing"]),
        (&["01-a/one", "01-a/two", "01-a/one"], &["01-a/one stands there twice"]),
        (&["01-a/one", "01-a/two", "01-a/three"], &["there is no 01-a/three"]),
    ] {
        let items: Vec<Item> = listed.iter().map(|name| item(name)).collect();
        assert_eq!(order_faults(&items, &names), faults, "{listed:?}");
    }
}

#[test]
fn every_stage_has_transcripts() {
    let names = corpus::names(&corpus::transcripts(), "redis").expect("a listing");
    let mut missing = workspace::stages().expect("stages");
    missing.retain(|stage| !names.iter().any(|name| name.starts_with(&format!("{stage}/"))));
    assert!(missing.is_empty(), "no file in tests/transcripts/ for: {}", missing.join(", "));
}

/// A test that is taken away is missed by no other test. So the list of them is recorded, and a
/// change of it is seen in the change.
#[test]
fn no_test_of_the_core_is_lost() {
    let mut names = Vec::new();
    for file in core_files() {
        let text = fs::read_to_string(&file).expect("a test file");
        let group = file.strip_prefix(core()).expect("it lies there").with_extension("");
        let mut lines = text.lines().map(str::trim);
        while lines.by_ref().any(|line| line == "#[test]") {
            let function = lines.by_ref().find_map(|line| line.strip_prefix("fn "));
            let (name, _) = function.and_then(|line| line.split_once('(')).expect("a function");
            names.push(format!("{}::{name}", group.display()));
        }
    }
    names.sort();
    insta::assert_snapshot!(names.join("\n"));
}

#[test]
fn every_file_of_the_core_is_named_in_its_group() {
    for file in core_files() {
        let stem = file.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        let group = file.parent().expect("a folder");
        let root = fs::read_to_string(group.join("tests.rs")).expect("the root of a group");
        let is_named =
            root.lines().any(|line| line.trim_start_matches("pub ") == format!("mod {stem};"));
        let path = format!("\"{}/{stem}.rs\"", group.file_name().expect("a name").display());
        let is_in_a_list = lists().iter().any(|(_, list)| list.contains(&path));
        assert!(stem == "tests" || is_named || is_in_a_list, "{} is in no list", file.display());
    }
}

#[test]
fn every_stage_must_pass_the_groups_of_the_stages_before_it() {
    let stages = workspace::stages().expect("stages");
    for (stage, list) in lists() {
        let upto = |name: &&String| number_of(name) <= stage && core().join(name).is_dir();
        let from = |name: &String| format!("mod from_{};", name[3..].replace('-', "_"));
        let mut due: Vec<String> = stages.iter().filter(upto).map(from).collect();
        for (first, end, module) in [
            ("04-px-expiry", "09-scan", "options_until_scan"),
            ("06-rdb-read", "08-any-client", "hints_until_any_client"),
            ("09-scan", "15-exact-expiry", "dbsize_until_exact_expiry"),
        ] {
            let holds = number_of(first)..number_of(end);
            due.extend(holds.contains(&stage).then(|| format!("mod {module};")));
        }
        due.sort();
        let listed: Vec<&str> = list.lines().filter(|line| line.starts_with("mod ")).collect();
        assert_eq!(listed, due, "stage {stage:02}");
    }
    let has_core = |stage: &&String| {
        workspace::root().join("stages").join(stage).join("tests/core/main.rs").is_file()
    };
    assert_eq!(lists().len(), stages.iter().filter(has_core).count());
}

fn core() -> PathBuf {
    workspace::root().join("tests/core")
}

/// Returns the files with tests of the core.
fn core_files() -> Vec<PathBuf> {
    let groups =
        fs::read_dir(core()).expect("a folder").map(|entry| entry.expect("an entry").path());
    let files = groups.filter(|path| path.is_dir()).flat_map(|group| {
        fs::read_dir(group).expect("a folder").map(|entry| entry.expect("an entry").path())
    });
    files.filter(|file| file.extension().is_some_and(|ending| ending == "rs")).collect()
}

/// Returns what each stage must pass: its number, and the list.
fn lists() -> Vec<(u32, String)> {
    let entries =
        fs::read_dir(core()).expect("a folder").map(|entry| entry.expect("an entry").path());
    let files = entries.filter(|path| path.is_file());
    let numbered = files.map(|path| {
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        let stage = name.get(..2).and_then(|number| number.parse().ok()).expect("a stage's number");
        (stage, fs::read_to_string(&path).expect("a list"))
    });
    numbered.collect()
}

/// The rules see what breaks them.
#[test]
fn each_fault_is_found() {
    let table = [
        ("02-echo/a_claim", "# Prose.\nPING", None),
        ("02-echo/A_claim", "# Prose.\nPING", Some("is no claim in snake_case")),
        ("02-echo/a-claim", "# Prose.\nPING", Some("is no claim in snake_case")),
        ("02-echo/a__claim", "# Prose.\nPING", Some("is no claim in snake_case")),
        ("02-echo/_claim", "# Prose.\nPING", Some("is no claim in snake_case")),
        ("02-echo/an_exercise/a_claim", "# Prose.\nPING", None),
        ("02-echo/an_exercise/a-claim", "# Prose.\nPING", Some("a-claim is no claim in snake")),
        ("2-echo/a_claim", "# Prose.\nPING", Some("is no folder of a stage")),
        ("echo/a_claim", "# Prose.\nPING", Some("is no folder of a stage")),
        ("02-Echo/a_claim", "# Prose.\nPING", Some("is no folder of a stage")),
        ("02-echo/a_claim", "PING", Some("begins with no prose")),
        ("02-echo/a_claim", "#\nPING", Some("begins with no prose")),
        ("02-echo/a_claim", "PING\n# Prose.", Some("begins with no prose")),
        ("02-echo/a_claim", "# Prose.", Some("holds no reply")),
        ("02-echo/a_claim", "# Prose.\n@wait 1ms", Some("holds no reply")),
        ("02-echo/a_claim", "# Prose.\n@file a.rdb no.rdb\nPING", Some("no.rdb is no fixture")),
    ];
    for (name, source, expected) in table {
        let transcript = Transcript::parse(name, Path::new("x.redis"), source).expect(source);
        let faults = faults(&transcript);
        match expected {
            None => assert!(faults.is_empty(), "{faults:?}"),
            Some(fault) => assert!(faults.iter().any(|one| one.contains(fault)), "{faults:?}"),
        }
    }
}

//! Holds the corpus to its own rules.

use std::fs;
use std::path::Path;

use conformance::corpus::{self, faults};
use conformance::snapshot::Snapshot;
use conformance::transcript::Transcript;

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
            assert!(stage.is_dir(), "{} lies beside the stages' folders", stage.display());
            for file in fs::read_dir(&stage).expect("a folder") {
                let file = file.expect("a folder's entry").path();
                let fits = file.extension().is_some_and(|found| found == ending);
                assert!(fits, "{} is no .{ending}", file.display());
            }
        }
    }
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

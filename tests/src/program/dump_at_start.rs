//! What the program makes of its dump file when it starts, and what it says.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

use super::{Claim, Subject, check, claim, equal};
use crate::dump::{dump, one_of_each};
use crate::workspace::number_of;

pub(super) const CLAIMS: &[Claim] = &[
    claim!("06-rdb-read".., a_corrupt_dump_stops_the_start_with_one_line_that_says_where_and_why)
        .of_ours(),
    claim!("06-rdb-read".., a_directory_in_place_of_the_dump_stops_the_start_with_one_line)
        .of_ours(),
    claim!("06-rdb-read".., a_dump_that_cannot_be_opened_stops_the_start_with_one_line)
        .of_ours()
        .on_linux(),
    claim!("06-rdb-read".., a_missing_dump_is_no_fault_and_not_worth_a_line).of_ours(),
    claim!("06-rdb-read".., a_loaded_dump_is_logged_with_its_keys_and_what_was_skipped).of_ours(),
    claim!("06-rdb-read".., deadlines_are_held_against_todays_clock).of_ours(),
];

/// Returns a directory in which these bytes are the dump.
fn directory_with(bytes: &[u8]) -> Result<TempDir> {
    let dir = tempfile::tempdir()?;
    fs::write(dir.path().join("dump.rdb"), bytes)?;
    Ok(dir)
}

/// Returns the rest of the line with which the binary refuses to start in a directory: it cannot
/// open or load the dump.
fn refused_start(subject: &Subject, dir: &Path, what: &str) -> Result<String> {
    let text = dir.to_str().context("a path that is no text")?;
    let line = subject.refusal(&["--port", "0", "--dir", text])?;
    let due = format!("cannot {what} {}: ", dir.canonicalize()?.join("dump.rdb").display());
    match line.strip_prefix(&due) {
        Some(reason) => Ok(reason.to_owned()),
        None => bail!("expected {due}…, received {line}"),
    }
}

fn a_corrupt_dump_stops_the_start_with_one_line_that_says_where_and_why(
    subject: &Subject,
) -> Result<()> {
    let whole = dump(&[]);
    let (start, _) = whole.split_at(10);
    let wrong_checksum = [start, b"\x01\x02\x03\x04\x05\x06\x07\x08"].concat();
    for (bytes, fault) in [
        (
            &b""[..],
            "byte 0 should be REDIS0001 to REDIS0012 or VALKEY080, but is the end of the file",
        ),
        (b"REDIS0013", "byte 0 should be REDIS0001 to REDIS0012 or VALKEY080, but is 'REDIS0013'"),
        (b"REDIS0011\x08", "byte 9 should be a key's type or an opcode, but is 8"),
        (b"REDIS0011\x00\x01k\x05val", "byte 16 should be a string, but is the end of the file"),
        (&dump(&[b"\x00\x01k\xc4"]), "byte 12 should be the encoding of a string, but is 196"),
        (&dump(&[b"\x00\x01k\x00\x00\x01k\x00"]), "byte 13 should be a new key, but is 'k' again"),
        (
            &wrong_checksum,
            "byte 10 should be the checksum 629738748d8a22c0, but is 0807060504030201",
        ),
    ] {
        let dir = directory_with(bytes)?;
        equal(refused_start(subject, dir.path(), "load")?, fault)?;
    }
    Ok(())
}

fn a_directory_in_place_of_the_dump_stops_the_start_with_one_line(subject: &Subject) -> Result<()> {
    let dir = tempfile::tempdir()?;
    fs::create_dir(dir.path().join("dump.rdb"))?;
    // Windows does not even open it.
    let what = if cfg!(windows) { "open" } else { "load" };
    let reason = refused_start(subject, dir.path(), what)?;
    check(!reason.is_empty(), || ("a reason".into(), "none".into()))
}

fn a_dump_that_cannot_be_opened_stops_the_start_with_one_line(subject: &Subject) -> Result<()> {
    let dir = tempfile::tempdir()?;
    // Not a file without permission: root may read that, and tests often run as root.
    #[cfg(unix)]
    std::os::unix::fs::symlink("dump.rdb", dir.path().join("dump.rdb"))?;
    let reason = refused_start(subject, dir.path(), "open")?;
    check(!reason.is_empty(), || ("a reason".into(), "none".into()))
}

fn a_missing_dump_is_no_fault_and_not_worth_a_line(subject: &Subject) -> Result<()> {
    let (server, _dir) = subject.start_own(&[])?;
    equal(&server.log[..], &[""; 0][..])
}

fn a_loaded_dump_is_logged_with_its_keys_and_what_was_skipped(subject: &Subject) -> Result<()> {
    let dir = directory_with(&one_of_each().0)?;
    fs::rename(dir.path().join("dump.rdb"), dir.path().join("other.rdb"))?;
    let server = subject.start_own_in(dir.path(), &["--dbfilename", "other.rdb"])?;
    let [line] = &server.log[..] else { bail!("expected one line, received {:?}", server.log) };
    let path = dir.path().canonicalize()?.join("other.rdb");
    let facts = line.strip_prefix(&format!("loaded {}: ", path.display()));
    let facts = facts.and_then(|facts| facts.strip_suffix(" seconds")?.rsplit_once(", "));
    let (counts, seconds) =
        facts.with_context(|| format!("expected what was loaded and how long, received {line}"))?;
    // From stage 08 on there is more than one database.
    let due = if subject.stage < number_of("08-any-client") {
        "5 keys, 1 expired, 1 hashes skipped, 1 keys of other databases skipped, 2 lists skipped, \
         2 sorted sets skipped, 1 streams skipped, 1 values of modules skipped"
    } else {
        "6 keys, 1 expired, 1 hashes skipped, 2 lists skipped, 2 sorted sets skipped, \
         1 streams skipped, 1 values of modules skipped"
    };
    equal(counts, due)?;
    let seconds: f64 = seconds.parse()?;
    check((0.0..60.0).contains(&seconds), || ("0 to 60 seconds".into(), line.clone()))
}

fn deadlines_are_held_against_todays_clock(subject: &Subject) -> Result<()> {
    let past = b"\xfd\x00\x00\x00\x60\x00\x01a\x01v";
    let future = b"\xfc\xff\xff\xff\xff\xff\xff\xff\x7e\x00\x01b\x01v";
    let dir = directory_with(&dump(&[past, future]))?;
    let server = subject.start_own_in(dir.path(), &[])?;
    let [line] = &server.log[..] else { bail!("expected one line, received {:?}", server.log) };
    check(line.contains(": 1 keys, 1 expired, "), || ("1 key and 1 expired".into(), line.clone()))
}

//! What the program makes of its dump file when it starts, and what it says.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use tempfile::TempDir;

use crate::dump::{dump, one_of_each};
use crate::server::{BINARY, PATIENCE};

/// Returns a directory in which these bytes are the dump.
fn directory_with(bytes: &[u8]) -> TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    fs::write(dir.path().join("dump.rdb"), bytes).expect("a file");
    dir
}

/// Starts a server that is not meant to come up.
fn refused_start(dir: &Path) -> Assert {
    let mut command = Command::new(BINARY);
    command.args(["--port", "0", "--dir"]).arg(dir).timeout(PATIENCE).assert().code(2).stdout("")
}

/// Returns the beginning of what every error says.
fn cannot(what: &str, dir: &Path) -> String {
    let path = dir.canonicalize().expect("a directory").join("dump.rdb");
    format!("{}: cannot {what} {}: ", env!("CARGO_PKG_NAME"), path.display())
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // An error says that it has ended already, which the test has seen then.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a server in this directory, and returns what it prints until it is ready.
fn log_of_start(dir: &Path, options: &[&str]) -> Vec<String> {
    let mut command = std::process::Command::new(BINARY);
    command.args(["--port", "0"]).args(options).current_dir(dir);
    let process =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("the binary runs");
    let mut server = Running(process);
    let stdout = BufReader::new(server.0.stdout.take().expect("a pipe"));
    let mut log = Vec::new();
    for line in stdout.lines().map(|line| line.expect("lines of text")) {
        if line.starts_with("ready to accept") {
            return log;
        }
        log.push(line);
    }
    panic!("the server has ended before it was ready: {log:?}");
}

#[test]
fn a_corrupt_dump_stops_the_start_with_one_line_that_says_where_and_why() {
    let wrong_checksum = [&dump(&[])[..10], b"\x01\x02\x03\x04\x05\x06\x07\x08"].concat();
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
        let dir = directory_with(bytes);
        let line = format!("{}{fault}\n", cannot("load", dir.path()));
        refused_start(dir.path()).stderr(line);
    }
}

#[test]
fn a_directory_in_place_of_the_dump_stops_the_start_with_one_line() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("dump.rdb")).unwrap();
    let output = refused_start(dir.path()).get_output().stderr.clone();
    let line = String::from_utf8(output).unwrap();
    // Windows does not even open it.
    let what = if cfg!(windows) { "open" } else { "load" };
    let reason = line.strip_prefix(&cannot(what, dir.path())).unwrap_or_else(|| panic!("{line}"));
    assert_eq!(reason.lines().count(), 1, "{line}");
}

#[cfg(unix)]
#[test]
fn a_dump_that_cannot_be_opened_stops_the_start_with_one_line() {
    let dir = tempfile::tempdir().unwrap();
    // Not a file without permission: root may read that, and tests often run as root.
    std::os::unix::fs::symlink("dump.rdb", dir.path().join("dump.rdb")).unwrap();
    let output = refused_start(dir.path()).get_output().stderr.clone();
    let line = String::from_utf8(output).unwrap();
    let reason = line.strip_prefix(&cannot("open", dir.path())).unwrap_or_else(|| panic!("{line}"));
    assert_eq!(reason.lines().count(), 1, "{line}");
}

#[test]
fn a_missing_dump_is_no_fault_and_not_worth_a_line() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(log_of_start(dir.path(), &[]), [""; 0]);
}

#[test]
fn a_loaded_dump_is_logged_with_its_keys_and_what_was_skipped() {
    let dir = directory_with(&one_of_each().0);
    fs::rename(dir.path().join("dump.rdb"), dir.path().join("other.rdb")).unwrap();
    let log = log_of_start(dir.path(), &["--dbfilename", "other.rdb"]);
    let [line] = &log[..] else { panic!("{log:?}") };
    let path = dir.path().canonicalize().unwrap().join("other.rdb");
    let facts = line.strip_prefix(&format!("loaded {}: ", path.display()));
    let (counts, time) = facts.unwrap_or_else(|| panic!("{line}")).rsplit_once(", ").unwrap();
    assert_eq!(
        counts,
        "6 keys, 1 expired, 1 hashes skipped, 2 lists skipped, 2 sorted sets skipped, \
         1 streams skipped, 1 values of modules skipped"
    );
    let seconds: f64 = time.strip_suffix(" seconds").unwrap().parse().unwrap();
    assert!((0.0..60.0).contains(&seconds), "{line}");
}

#[test]
fn deadlines_are_held_against_todays_clock() {
    let past = b"\xfd\x00\x00\x00\x60\x00\x01a\x01v";
    let future = b"\xfc\xff\xff\xff\xff\xff\xff\xff\x7e\x00\x01b\x01v";
    let dir = directory_with(&dump(&[past, future]));
    let log = log_of_start(dir.path(), &[]);
    assert!(log.len() == 1 && log[0].contains(": 1 keys, 1 expired, "), "{log:?}");
}

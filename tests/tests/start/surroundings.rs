//! Other options, and the files and directories that a server finds.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use conformance::corpus;
use conformance::workspace::number_of;

use crate::start::{PORT, Start};

/// The first stage that loads a dump.
const LOADING: u32 = number_of("06-rdb-read");

/// Names with something in them that a shell, a configuration file or a pattern would take for more.
const NAMES_OF_DIRS: [&str; 9] = ["a b", " a", "a ", "\"q\"", "'q'", "x\ny", "--x", "*", "\\"];
const NAMES_OF_DUMPS: [&str; 9] = [" ", "a b.rdb", "\"q\"", "'q'", "a\"b", "x\ny", "--x", "*", "~"];

/// Returns all starts that are not about addresses.
pub fn starts() -> Vec<Start> {
    let mut starts =
        [command_lines(), command_lines_of_one_only(), dirs(), dbfilenames(), dumps()].concat();
    for start in &mut starts {
        start.name.insert_str(0, "start/");
        let parameters =
            ["CONFIG GET dir", "CONFIG GET dbfilename", "CONFIG GET port", "CONFIG GET maxclients"];
        start.questions.extend(parameters);
        start.questions.extend((start.since >= LOADING).then_some("GET greeting"));
    }
    starts
}

/// A start on one address, whose name is what follows that.
fn line(arguments: &[&str]) -> Start {
    let shown: Vec<String> =
        arguments.iter().map(|word| format!("'{}'", word.escape_debug())).collect();
    named(&shown.join("_"), arguments)
}

fn named(name: &str, arguments: &[&str]) -> Start {
    Start::new(name, &[&["--bind", "127.0.0.1"], arguments].concat())
}

fn command_lines() -> Vec<Start> {
    let mut lines: Vec<&[&str]> = vec![
        // An option without a value, or with too many.
        &["--port"],
        &["--dir"],
        &["--dbfilename"],
        &["--maxclients"],
        &["--port", PORT, "7001"],
        &["--port", PORT, ""],
        &["--dir", ".", "."],
        &["--dbfilename", "a", "b"],
        &["--dbfilename", "", "b"],
        &["--maxclients", "5", "6"],
        // A value that looks like an option.
        &["--dbfilename", "--dir"],
        &["--dbfilename", "--help"],
        &["--dbfilename", "--port", PORT],
        &["--port", "--port", PORT],
        // Twice.
        &["--port", "1", "--port", PORT],
        &["--port", "x", "--port", PORT],
        &["--dbfilename", "a", "--dbfilename", "b"],
        &["--dbfilename", "a/b", "--dbfilename", "b"],
        &["--maxclients", "0", "--maxclients", "5"],
        // No such option.
        &["--nosuch"],
        &["--nosuch", "x"],
        &["--ports", PORT],
        &["---port", PORT],
        &["--test-memory"],
        &["--"],
        &["--", "--port", PORT],
        &["--port", PORT, "--"],
        // In any letter case.
        &["--PORT", PORT, "--DbFileName", "X", "--DIR", ".", "--MaxClients", "5"],
    ];
    let ports = [
        "1",
        "65535",
        "65536",
        "-1",
        "",
        "x",
        " 7000",
        "7000 ",
        "+7000",
        "07000",
        "0x1b58",
        "7000.0",
        "1k",
        "1kb",
        "7000\n",
        "\"7000\"",
        "99999999999999999999",
    ];
    let numbers = ports.map(|port| ["--port", port]);
    lines.extend(numbers.iter().map(|line| &line[..]));
    let maxima = [
        "1",
        "5",
        "10000",
        "0",
        "-1",
        "4294967296",
        "",
        "x",
        " 5",
        "5 ",
        "+5",
        "05",
        "0x10",
        "1.5",
        "1k",
        "1gb",
        "99999999999999999999",
    ];
    let numbers = maxima.map(|maximum| ["--maxclients", maximum]);
    lines.extend(numbers.iter().map(|line| &line[..]));
    let mut starts: Vec<Start> = lines.into_iter().map(line).collect();
    starts.push(named("with_nothing_else", &[]));
    starts.push(Start::with_bytes("an_option_of_no_utf8", &[b"--\xff", b"x"]));
    starts.push(Start { are_all: true, ..Start::new("version", &["--version"]) });
    starts
}

/// What only one of the two knows.
fn command_lines_of_one_only() -> Vec<Start> {
    let alone = |start: Start| Start { are_all: true, ..start };
    let because = |sentence, starts: Vec<Start>| {
        starts.into_iter().map(move |start| Start { documented: Some(sentence), ..start })
    };
    let mut starts = Vec::new();
    starts.extend(because(
        "A command line has the options that `--help` shows, and no others.",
        vec![line(&["--save", ""]), line(&["--appendonly", "no"]), line(&["--loglevel", "notice"])],
    ));
    starts.extend(because(
        "`--help` and `--version` may stand anywhere and exit with code 0",
        vec![
            alone(Start::new("help", &["--help"])),
            line(&["--dbfilename", "x", "--help"]),
            line(&["--dbfilename", "x", "--version"]),
            line(&["--dbfilename", "x", "-h"]),
            line(&["--dbfilename", "x", "-v"]),
        ],
    ));
    starts.extend(because(
        "a value may follow an equals sign",
        vec![
            line(&["--port=7000"]),
            line(&["--dir=."]),
            line(&["--dbfilename=x.rdb"]),
            line(&["--maxclients=5"]),
            Start::new("'--bind=127.0.0.1'", &["--bind=127.0.0.1"]),
        ],
    ));
    starts.extend(because(
        "Redis reads its command line as lines of a configuration file",
        vec![line(&["--port 7000"]), line(&["--dbfilename \"a b\""]), line(&["--\"port\"", PORT])],
    ));
    let with_file: fn(&Path) -> io::Result<()> =
        |dir| fs::write(dir.join("x.conf"), "port 7000\nbind 127.0.0.1\nsave \"\"\n");
    starts.extend(because(
        "There is no configuration file",
        vec![Start {
            prepare: with_file,
            ..alone(Start::new("a_configuration_file", &["x.conf"]))
        }],
    ));
    starts.extend(because(
        "a `-` as the last argument stands for the standard input",
        vec![line(&["--port", PORT, "-"]), line(&["--dbfilename", "-"])],
    ));
    starts.extend(because(
        "It listens on 127.0.0.1 alone unless `--bind` says otherwise",
        vec![Start { questions: vec!["CONFIG GET bind"], ..Start::new("without_bind", &[]) }],
    ));
    starts.extend(because("`--port 0` takes any free port", vec![line(&["--port", "0"])]));
    starts.extend(because(
        "A `--maxclients` close to 4294967295",
        vec![line(&["--maxclients", "4294967295"])],
    ));
    starts
}

fn dirs() -> Vec<Start> {
    let inner: fn(&Path) -> io::Result<()> = |dir| fs::create_dir(dir.join("inner"));
    let a_and_b: fn(&Path) -> io::Result<()> = |dir| {
        fs::create_dir_all(dir.join("a/b"))?;
        fs::create_dir(dir.join("b"))
    };
    let mut starts = vec![
        line(&["--dir", ""]),
        line(&["--dir", "."]),
        line(&["--dir", "/"]),
        line(&["--dir", "nosuch"]),
        line(&["--dir", "nosuch/.."]),
        line(&["--dir", "~"]),
        named("a_dir_of_a_long_name", &["--dir", &"x".repeat(256)]),
        Start { prepare: inner, ..line(&["--dir", "inner"]) },
        Start { prepare: inner, ..line(&["--dir", "inner/"]) },
        Start { prepare: inner, ..line(&["--dir", "inner/.."]) },
        Start { prepare: inner, ..line(&["--dir", "inner//."]) },
        Start { prepare: inner, ..line(&["--dir", "inner", "--dir", "nosuch"]) },
        Start {
            prepare: |dir| fs::write(dir.join("file"), ""),
            ..named("a_dir_that_is_a_file", &["--dir", "file"])
        },
        Start {
            prepare: |dir| {
                fs::create_dir(dir.join("inner"))?;
                symlink("inner", dir.join("link"))
            },
            ..named("a_dir_that_is_a_link", &["--dir", "link"])
        },
        Start {
            prepare: |dir| symlink("nosuch", dir.join("link")),
            ..named("a_dir_that_is_a_link_to_nothing", &["--dir", "link"])
        },
        Start {
            prepare: |dir| symlink("link", dir.join("link")),
            ..named("a_dir_that_is_a_link_to_itself", &["--dir", "link"])
        },
        Start {
            prepare: |dir| fs::create_dir(dir.join(OsStr::from_bytes(b"\xff"))),
            ..Start::with_bytes("a_dir_of_no_utf8", &[b"--bind", b"127.0.0.1", b"--dir", b"\xff"])
        },
        Start {
            documented: Some("If `--dir` is given several times, the last one counts"),
            prepare: a_and_b,
            ..line(&["--dir", "a", "--dir", "b"])
        },
        Start {
            documented: Some("If `--dir` is given several times, the last one counts"),
            prepare: a_and_b,
            ..line(&["--dir", "nosuch", "--dir", "b"])
        },
        Start {
            documented: Some("`CONFIG GET dir` returns where the directory was at the start"),
            prepare: inner,
            meanwhile: |dir| fs::rename(dir.join("inner"), dir.join("other")),
            ..named("a_dir_that_is_renamed_meanwhile", &["--dir", "inner"])
        },
        Start {
            documented: Some("and starts in a directory that has been removed"),
            prepare: |dir| fs::remove_dir(dir),
            ..named("a_dir_that_has_been_removed", &[])
        },
    ];
    for name in NAMES_OF_DIRS {
        let all: fn(&Path) -> io::Result<()> =
            |dir| NAMES_OF_DIRS.iter().try_for_each(|name| fs::create_dir(dir.join(name)));
        starts.push(Start { prepare: all, ..line(&["--dir", name]) });
    }
    starts.extend(dirs_of_another_user());
    // The stage that reads dumps must read theirs.
    starts.extend(dirs_of_another_user().into_iter().map(|start| Start {
        since: LOADING,
        name: format!("{}_and_its_dump", start.name),
        ..start
    }));
    starts
}

fn dirs_of_another_user() -> Vec<Start> {
    let start = |name: &str, arguments: &[&str], prepare| Start {
        by_nobody: true,
        prepare,
        ..named(name, arguments)
    };
    vec![
        start("a_dir_to_enter_and_not_to_list", &["--dir", "inner"], |dir| directory(dir, 0o711)),
        start("a_dir_to_enter_and_to_list", &["--dir", "inner"], |dir| directory(dir, 0o755)),
        start("a_dir_to_list_and_not_to_enter", &["--dir", "inner"], |dir| directory(dir, 0o744)),
        start("a_dir_that_is_nobodys_business", &["--dir", "inner"], |dir| directory(dir, 0o700)),
        start("started_where_it_may_not_list", &[], |dir| {
            directory(dir, 0o711)?;
            env::set_current_dir(dir.join("inner"))
        }),
        start("started_where_it_may_not_enter", &[], |dir| {
            directory(dir, 0o700)?;
            env::set_current_dir(dir.join("inner"))
        }),
        start("started_below_where_it_may_not_enter", &[], |dir| {
            fs::create_dir(dir.join("outer"))?;
            directory(&dir.join("outer"), 0o711)?;
            env::set_current_dir(dir.join("outer/inner"))?;
            fs::set_permissions(dir.join("outer"), Permissions::from_mode(0o700))
        }),
    ]
}

/// Makes `inner` with a dump in it, and these permissions.
fn directory(dir: &Path, mode: u32) -> io::Result<()> {
    let inner = dir.join("inner");
    fs::create_dir(&inner)?;
    dump(&inner, "dump.rdb")?;
    fs::set_permissions(inner, Permissions::from_mode(mode))
}

/// Puts a dump of a few strings into the directory.
fn dump(dir: &Path, name: impl AsRef<Path>) -> io::Result<()> {
    fs::copy(corpus::root().join("fixtures/strings.rdb"), dir.join(name)).map(drop)
}

fn dbfilenames() -> Vec<Start> {
    let with_dump: fn(&Path) -> io::Result<()> = |dir| dump(dir, "dump.rdb");
    let mut starts = vec![
        Start { prepare: with_dump, ..line(&["--dbfilename", ""]) },
        Start { since: LOADING, ..line(&["--dbfilename", "."]) },
        Start { since: LOADING, ..line(&["--dbfilename", ".."]) },
        Start {
            since: LOADING,
            ..named("a_dbfilename_too_long", &["--dbfilename", &"x".repeat(256)])
        },
        named("a_dbfilename_as_long_as_can_be", &["--dbfilename", &"x".repeat(255)]),
        Start {
            since: LOADING,
            prepare: |dir| dump(dir, OsStr::from_bytes(b"\xff.rdb")),
            ..Start::with_bytes(
                "a_dbfilename_of_no_utf8",
                &[b"--bind", b"127.0.0.1", b"--dbfilename", b"\xff.rdb"],
            )
        },
        Start {
            since: LOADING,
            prepare: |dir| {
                fs::create_dir(dir.join("inner"))?;
                dump(&dir.join("inner"), "x.rdb")
            },
            ..line(&["--dir", "inner", "--dbfilename", "x.rdb"])
        },
    ];
    for name in ["/", "a/", "./a", "../a", "\\", "a\\b"] {
        starts.push(line(&["--dbfilename", name]));
    }
    for name in NAMES_OF_DUMPS {
        let all: fn(&Path) -> io::Result<()> =
            |dir| NAMES_OF_DUMPS.iter().try_for_each(|name| dump(dir, name));
        starts.push(Start { since: LOADING, prepare: all, ..line(&["--dbfilename", name]) });
    }
    starts
}

/// What can stand where the dump is looked for.
fn dumps() -> Vec<Start> {
    let start = |name: &str, prepare| Start { since: LOADING, prepare, ..named(name, &[]) };
    let by_nobody = |start: Start| Start { by_nobody: true, ..start };
    vec![
        start("a_dump", |dir| dump(dir, "dump.rdb")),
        start("an_empty_dump", |dir| fs::write(dir.join("dump.rdb"), "")),
        start("a_dump_that_is_a_directory", |dir| fs::create_dir(dir.join("dump.rdb"))),
        start("a_dump_that_is_a_link", |dir| {
            dump(dir, "x.rdb")?;
            symlink("x.rdb", dir.join("dump.rdb"))
        }),
        start("a_dump_that_is_a_link_to_nothing", |dir| symlink("nosuch", dir.join("dump.rdb"))),
        start("a_dump_that_is_a_link_to_itself", |dir| symlink("dump.rdb", dir.join("dump.rdb"))),
        start("a_dump_that_is_a_device", |dir| symlink("/dev/null", dir.join("dump.rdb"))),
        start("a_dump_that_is_a_socket", |dir| UnixListener::bind(dir.join("dump.rdb")).map(drop)),
        Start {
            // Both wait for somebody to write.
            patience: Duration::from_secs(1),
            ..start("a_dump_that_is_a_pipe", |dir| {
                Command::new("mkfifo").arg(dir.join("dump.rdb")).status().map(drop)
            })
        },
        by_nobody(start("a_dump_to_read", |dir| dump(dir, "dump.rdb"))),
        by_nobody(start("a_dump_not_to_read", |dir| {
            dump(dir, "dump.rdb")?;
            fs::set_permissions(dir.join("dump.rdb"), Permissions::from_mode(0o600))
        })),
        by_nobody(start("a_dump_that_is_a_directory_not_to_read", |dir| {
            fs::create_dir(dir.join("dump.rdb"))?;
            fs::set_permissions(dir.join("dump.rdb"), Permissions::from_mode(0o700))
        })),
    ]
}

//! A small project in a Git repository of its own.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use assert_cmd::cargo::cargo_bin_cmd;
use tempfile::TempDir;

/// Seven lines, so that the first, the middle and the last can change without touching.
pub(crate) const TEXT: &str = "1\n2\n3\n4\n5\n6\n7\n";

/// Four stages. `src/shared.rs` is the same in all but for the crate's name, `src/own.rs` has a
/// line of its own in the middle of each, `src/early.rs` is gone from 03 on, `data.bin` is binary
/// and the same in 01, 02 and 03, another in 04.
pub(crate) struct Project {
    directory: TempDir,
}

/// What a task has printed, and its exit code.
#[derive(Debug, PartialEq)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Project {
    pub(crate) fn new() -> Project {
        let project = Project { directory: tempfile::tempdir().unwrap() };
        project.git(&["init", "--quiet"]);
        project.write("stages/lessons.toml", LESSONS);
        for (number, letter) in [(1, 'a'), (2, 'b'), (3, 'c'), (4, 'd')] {
            let name = format!("0{number}-{letter}");
            let write = |file: &str, text: &str| {
                project.write(&format!("stages/{name}/{file}"), text);
            };
            write("Cargo.toml", &format!("name = \"stage-0{number}\"\n"));
            write("src/shared.rs", &format!("{TEXT}use stage_0{number}; // {name}\n"));
            write("src/own.rs", &TEXT.replace('4', &format!("own {letter}")));
            if number < 3 {
                write("src/early.rs", TEXT);
            }
            write("data.bin", if number < 4 { "\0stage-01" } else { "\0other" });
        }
        project.commit();
        project
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.directory.path().join(file)
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Replaces what must be there, and only once.
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert_eq!(text.matches(from).count(), 1, "{from:?} in {file}: {text:?}");
        self.write(file, &text.replace(from, to));
    }

    pub(crate) fn remove(&self, file: &str) {
        fs::remove_file(self.path(file)).unwrap();
    }

    pub(crate) fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "x"]);
    }

    /// The files that differ from the last commit, as Git's short status names them.
    pub(crate) fn status(&self) -> String {
        self.git(&["status", "--porcelain", "--untracked-files=all"])
    }

    /// Runs a task from within one of the project's directories.
    pub(crate) fn xtask(&self, arguments: &[&str]) -> Run {
        self.xtask_with(&[], arguments)
    }

    /// Runs a task with more in its environment.
    pub(crate) fn xtask_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
        let mut command = cargo_bin_cmd!("xtask");
        command.envs(self.environment()).envs(variables.iter().copied());
        let output = command.current_dir(self.path("stages")).args(arguments).output().unwrap();
        Run {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a task with a cargo that says what it is asked, and where, and then fails or not.
    #[cfg(unix)]
    pub(crate) fn xtask_with_cargo(&self, arguments: &[&str], cargo_code: i32) -> Run {
        use std::os::unix::fs::PermissionsExt;
        self.write("cargo", &format!("#!/bin/sh\necho \"$@\"; ls -d stages; exit {cargo_code}\n"));
        let cargo = self.path("cargo");
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
        self.xtask_with(&[("CARGO", cargo.to_str().unwrap())], arguments)
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.current_dir(self.directory.path()).envs(self.environment()).args(arguments);
        let output = command.output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Keeps out the settings of the user who runs the tests, and of a Git hook that runs them.
    fn environment(&self) -> Vec<(&'static str, String)> {
        let git = self.path(".git").to_str().unwrap().to_owned();
        let mut environment = vec![
            ("GIT_DIR", git.clone()),
            ("GIT_INDEX_FILE", format!("{git}/index")),
            ("GIT_WORK_TREE", self.directory.path().to_str().unwrap().to_owned()),
            ("GIT_CONFIG_GLOBAL", format!("{git}/no-such-file")),
            ("GIT_CONFIG_NOSYSTEM", "1".to_owned()),
            ("LC_ALL", "C".to_owned()),
        ];
        for name in
            ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"]
        {
            environment.push((name, "x".to_owned()));
        }
        environment
    }
}

const LESSONS: &str = r#"
[[stage]]
number = 1
directory = "01-a"
teaches = "a"
added = ["Cargo.toml", "data.bin", "src/early.rs", "src/own.rs", "src/shared.rs"]

[[stage]]
number = 2
directory = "02-b"
teaches = "b"
changed = ["src/own.rs"]

[[stage]]
number = 3
directory = "03-c"
teaches = "c"
changed = ["src/own.rs"]
removed = ["src/early.rs"]

[[stage]]
number = 4
directory = "04-d"
teaches = "d"
changed = ["data.bin", "src/own.rs"]
"#;

//! Executes the book's shell sessions, to record them and to see that they still are as recorded.
//!
//! A session runs in bash, in an empty directory: its server's, if it has one. `redis-cli` prints
//! as on a terminal and finds that server. `cargo run -p stage-NN` runs the binary that is built
//! already; `cargo test` runs nothing and prints nothing, since a test run says how long it took.
//! What differs from run to run is written alike: ports, the directory, moments and durations.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::io::Read;
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use conformance::server::{CommandLine, Group, PORTS, Server, claim};
use conformance::{check, corpus, player, workspace};
use tempfile::TempDir;

use crate::session::Console;

/// How long a session may take, all in all.
const PATIENCE: Duration = Duration::from_secs(60);

/// The ports that a session shows; each is another one in truth.
const SHOWN_PORTS: [&str; 2] = ["6379", "7000"];

/// The directory that a session shows.
const SHOWN_DIR: &str = "/tmp/redis";

/// Between the outputs of two commands; nothing prints it.
const MARK: u8 = 0x1e;

/// The programs that sessions run.
#[derive(Debug, Clone)]
pub struct Programs {
    /// The workspace's, by the names of their packages.
    built: BTreeMap<String, PathBuf>,
}

impl Programs {
    /// Builds what the sessions name, each once.
    pub fn build(sessions: &[Console]) -> anyhow::Result<Programs> {
        let mut built = BTreeMap::new();
        for package in sessions.iter().flat_map(packages) {
            if let Entry::Vacant(new) = built.entry(package) {
                let path = workspace::build(new.key(), false)?;
                new.insert(path);
            }
        }
        Ok(Programs { built })
    }

    fn path(&self, package: &str) -> anyhow::Result<&Path> {
        let path = self.built.get(package).map(PathBuf::as_path);
        path.with_context(|| format!("there is no server '{package}': stage-NN, redis or zoo"))
    }
}

/// The packages that a session names, for its server or for cargo.
fn packages(console: &Console) -> Vec<String> {
    let lines = console.commands.iter().flat_map(|command| &command.lines);
    let words = lines.flat_map(|line| line.split_whitespace().map(str::to_owned));
    let is_package = |word: &String| {
        let number = word.strip_prefix("stage-").unwrap_or_default();
        word == "zoo" || (number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    console.server.first().cloned().into_iter().chain(words).filter(is_package).collect()
}

/// Whether the tools are there without which the session cannot be executed; if not, which one.
pub fn lacking(console: &Console) -> Option<&'static str> {
    let text = console.text();
    let needs = |tool: &str| {
        let is_inside = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        text.split(|c| !is_inside(c)).any(|word| word == tool)
    };
    let needs_redis = console.server.first().is_some_and(|server| server == "redis");
    let tools = ["bash", "redis-cli", "redis-server", "redis-check-rdb", "nc", "xxd", "strace"];
    tools.into_iter().find(|tool| {
        let is_needed = *tool == "bash" || needs(tool) || (*tool == "redis-server" && needs_redis);
        is_needed && find(tool).is_none()
    })
}

/// Returns where a program is on the PATH.
fn find(tool: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(tool)).find(|file| file.is_file())
}

/// Executes a session, and returns it with what it prints now.
///
/// # Errors
/// When its server does not start, it takes too long, or it prints what cannot be told apart.
pub fn record(console: &Console, programs: &Programs) -> anyhow::Result<Console> {
    if let Some(tool) = lacking(console) {
        bail!("this session needs {tool}, which is not on the PATH");
    }
    let place = Place::open(console, programs)?;
    let outputs = place.execute(console, programs)?;
    let mut recorded = console.clone();
    for (command, output) in recorded.commands.iter_mut().zip(outputs) {
        command.output = output;
    }
    Ok(recorded)
}

/// Says where a session differs from what was recorded; `None` if it does not.
#[must_use]
pub fn difference(recorded: &Console, came: &Console) -> Option<String> {
    let (recorded, came) = (recorded.text(), came.text());
    let mut lines = recorded.lines().zip(came.lines()).enumerate();
    let at = lines.find(|(_, (recorded, came))| recorded != came).map(|(at, _)| at);
    let at = at.or_else(|| {
        let (recorded, came) = (recorded.lines().count(), came.lines().count());
        (recorded != came).then_some(recorded.min(came))
    })?;
    let line = |text: &str| text.lines().nth(at).unwrap_or("(its end)").to_owned();
    Some(format!(
        "line {}\n  recorded  {}\n  came      {}\n\nAll that came:\n{came}",
        at + 1,
        line(&recorded),
        line(&came)
    ))
}

/// Where a session runs.
struct Place {
    dir: String,
    ports: [u16; 2],
    /// Dropped in this order: the server ends before its directory goes.
    server: Option<Server>,
    _claims: Vec<UdpSocket>,
    _own_dir: Option<TempDir>,
    /// The programs that come before others on the PATH.
    shims: TempDir,
}

impl Place {
    fn open(console: &Console, programs: &Programs) -> anyhow::Result<Place> {
        let shims = TempDir::new()?;
        let (other, other_claim) = free_port()?;
        let mut claims = vec![other_claim];
        let copy = |dir: &str| -> std::io::Result<()> {
            for (fixture, name) in &console.files {
                fs::copy(corpus::fixtures().join(fixture), Path::new(dir).join(name))?;
            }
            Ok(())
        };
        let Some((name, arguments)) = console.server.split_first() else {
            let dir = TempDir::new()?;
            let path = fs::canonicalize(dir.path())?.to_string_lossy().into_owned();
            copy(&path).context("cannot copy the fixtures")?;
            let (port, claim) = free_port()?;
            claims.push(claim);
            let ports = [port, other];
            let _own_dir = Some(dir);
            return Ok(Place { dir: path, ports, server: None, _claims: claims, _own_dir, shims });
        };
        let command = match name.as_str() {
            "redis" => {
                check::redis().map_err(anyhow::Error::msg)?;
                CommandLine::redis()
            }
            name => {
                let path = programs.path(name)?.to_string_lossy().into_owned();
                let animal = arguments.iter().take(usize::from(name == "zoo")).cloned();
                let port = ["--port", "{port}"].map(str::to_owned);
                CommandLine::new(std::iter::once(path).chain(animal).chain(port))
            }
        };
        let rest: Vec<String> =
            arguments.iter().skip(usize::from(name == "zoo")).cloned().collect();
        let server = Server::start(&command, &console.text(), player::PATIENCE, |place| {
            copy(&place.dir)?;
            Ok(rest.clone())
        })?;
        let (dir, port) = (server.place().dir.clone(), server.place().port);
        // It accepts connections, so there is no need to wait for it.
        fs::write(shims.path().join(format!("up-{port}")), "")?;
        let (server, _own_dir) = (Some(server), None);
        Ok(Place { dir, ports: [port, other], server, _claims: claims, _own_dir, shims })
    }

    /// Runs the commands, and returns the lines that each prints.
    fn execute(&self, console: &Console, programs: &Programs) -> anyhow::Result<Vec<Vec<String>>> {
        self.write_shims(programs)?;
        let script = self.shims.path().join("script");
        fs::write(&script, self.script(console))?;
        let printed = self.run(&script)?;
        let parts: Vec<&[u8]> = printed.split(|&byte| byte == MARK).collect();
        // An output and a status for each command, and what follows the last.
        ensure!(
            parts.len() == 2 * console.commands.len() + 1,
            "bash did not come to the session's end; it printed:\n{}",
            String::from_utf8_lossy(&printed)
        );
        let lines = parts.chunks_exact(2).map(|pair| {
            let [output, status] = pair else { return Vec::new() };
            self.lines(output, &String::from_utf8_lossy(status))
        });
        Ok(lines.collect())
    }

    /// The lines of an output, written as in every run.
    fn lines(&self, output: &[u8], status: &str) -> Vec<String> {
        let text = String::from_utf8_lossy(output);
        let lines = text.lines().map(|line| self.shown(line.trim_end_matches('\r')));
        let status = (status != "0").then(|| format!("(exit {status})"));
        lines.chain(status).collect()
    }

    /// Writes a line of output without what differs from run to run.
    fn shown(&self, line: &str) -> String {
        let mut line = line.replace(&self.dir, SHOWN_DIR);
        for (port, shown) in self.ports.iter().zip(SHOWN_PORTS) {
            line = replace_number(&line, &port.to_string(), shown);
        }
        if let Some(id) = self.server.as_ref().and_then(Server::process_id) {
            line = replace_number(&line, &id.to_string(), "4711");
        }
        without_time(&line)
    }

    /// A script that says of each command what it printed and how it ended.
    fn script(&self, console: &Console) -> String {
        let mut script = String::from("exec 2>&1\n");
        for command in &console.commands {
            let mut text = command.lines.join("\n");
            for (port, shown) in self.ports.iter().zip(SHOWN_PORTS) {
                text = with_port(&text, shown, &port.to_string());
            }
            let quoted = text.replace('\'', r"'\''");
            script.push_str(&format!("eval '{quoted}' </dev/null\nprintf '\\036%d\\036' $?\n"));
        }
        script
    }

    fn write_shims(&self, programs: &Programs) -> anyhow::Result<()> {
        let [port, _] = self.ports;
        let up = self.shims.path().join("up-").to_string_lossy().into_owned();
        let path = |tool| find(tool).unwrap_or_default().to_string_lossy().into_owned();
        // A server that the session itself has started may take a moment.
        let redis_cli = format!(
            "port={port}\nlast=\nfor word; do\n  [ \"$last\" = -p ] && port=$word\n  last=$word\ndone\n\
             for _ in {{1..100}}; do\n  [ -e '{up}'$port ] && break\n  \
             if (exec 3<>/dev/tcp/127.0.0.1/$port) 2>/dev/null; then\n    touch '{up}'$port\n  \
             else\n    sleep 0.05\n  fi\ndone\n\
             exec {} --no-raw -p {port} \"$@\"\n",
            path("redis-cli")
        );
        let default_port = format!(
            "asks=\nfor word; do\n  case $word in --port | --help | -h | --version | -v) asks=1 ;; esac\n\
             done\n[ $asks ] || port='--port {port}'\n"
        );
        let redis_server =
            format!("port=\n{default_port}exec {} \"$@\" $port\n", path("redis-server"));
        let mut cargo = String::from(
            "[ \"$1\" = test ] && exit\n\
             if [ \"$1\" != run ]; then echo \"a session cannot run: cargo $*\"; exit 1; fi\n\
             shift\npackage=\n\
             while [ $# -gt 0 ] && [ \"$1\" != -- ]; do\n  case $1 in\n    -p | --package) package=$2; shift ;;\n  \
             esac\n  shift\ndone\nshift\nanimal=\n[ \"$package\" = zoo ] && { animal=$1; shift; }\nport=\n",
        );
        cargo.push_str(&default_port);
        cargo.push_str("case $package in\n");
        for (package, path) in &programs.built {
            let path = path.display();
            cargo.push_str(&format!("  {package}) exec '{path}' $animal $port \"$@\" ;;\n"));
        }
        cargo.push_str("esac\necho \"a session cannot run the package '$package'\"\nexit 1\n");
        let shims = [("redis-cli", redis_cli), ("redis-server", redis_server), ("cargo", cargo)];
        for (name, body) in shims {
            let file = self.shims.path().join(name);
            fs::write(&file, format!("#!/usr/bin/env bash\n{body}"))?;
            make_executable(&file)?;
        }
        Ok(())
    }

    /// Runs a script to its end, and returns what it printed. Nothing that it started is left.
    fn run(&self, script: &Path) -> anyhow::Result<Vec<u8>> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path =
            std::iter::once(self.shims.path().to_owned()).chain(std::env::split_paths(&path));
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc"]).arg(script);
        command.env("PATH", std::env::join_paths(path)?);
        command.envs([("LC_ALL", "C"), ("TZ", "UTC"), ("REDISCLI_HISTFILE", "/dev/null")]);
        for variable in ["SERVER", "BASH_ENV", "ENV", "REDISCLI_AUTH"] {
            command.env_remove(variable);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut bash =
            Group::spawn(&mut command, Path::new(&self.dir)).context("cannot run bash")?;
        let mut out = bash.child.stdout.take().context("bash has no output")?;
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut printed = Vec::new();
            let outcome = out.read_to_end(&mut printed).map(|_| printed);
            // There is no receiver if the session took too long.
            let _ = sender.send(outcome);
        });
        let deadline = Instant::now() + PATIENCE;
        while bash.child.try_wait()?.is_none() {
            ensure!(Instant::now() < deadline, "the session is not over after {PATIENCE:?}");
            thread::sleep(Duration::from_millis(10));
        }
        // What still runs in the background would hold the output open.
        drop(bash);
        let printed = receiver.recv_timeout(PATIENCE).context("something holds the output open")?;
        Ok(printed?)
    }
}

fn make_executable(file: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let _ = file;
    Ok(())
}

/// A free port, locked against other sessions and the player's servers: both claim a port by its
/// UDP namesake.
fn free_port() -> anyhow::Result<(u16, UdpSocket)> {
    for _ in 0..20 {
        let port = fastrand::u16(PORTS);
        if let Some(claim) = claim(port) {
            return Ok((port, claim));
        }
    }
    bail!("no free port")
}

/// Puts the session's port where a command names one.
fn with_port(command: &str, shown: &str, port: &str) -> String {
    let ahead = ["--port ", "-p ", "127.0.0.1 ", "127.0.0.1:", "127.0.0.1/", "localhost "];
    let ahead = ahead.into_iter().chain(["localhost:", "localhost/", "port="]);
    let mut command = command.to_owned();
    for before in ahead {
        command = replace_number(&command, &format!("{before}{shown}"), &format!("{before}{port}"));
    }
    command
}

/// Replaces a number that has no other digit beside it.
fn replace_number(text: &str, number: &str, by: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(number) {
        let last = before.chars().next_back().or_else(|| out.chars().next_back());
        let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        out.push_str(before);
        out.push_str(if is_digit(last) || is_digit(after.chars().next()) { number } else { by });
        rest = after;
    }
    out + rest
}

/// Writes moments and durations as zeros: `0.013 seconds`, `0m0.413s`, `1.2ms`, and the process and
/// the moment with which Redis begins a line of its log.
fn without_time(line: &str) -> String {
    let line = without_log_head(line);
    let mut out = String::new();
    let mut word = String::new();
    let mut words: Vec<String> = Vec::new();
    for c in line.chars() {
        if c == ' ' {
            words.push(std::mem::take(&mut word));
        } else {
            word.push(c);
        }
    }
    words.push(word);
    for index in 0..words.len() {
        let unit = words.get(index + 1).map_or("", |unit| unit.trim_end_matches(['.', ',', ')']));
        let is_measured = ["seconds", "sec", "ms", "milliseconds", "s"].contains(&unit);
        let Some(word) = words.get_mut(index) else { continue };
        if (is_measured && word.contains('.')) || is_duration(word) {
            *word = word.replace(|c: char| c.is_ascii_digit(), "0");
        }
    }
    for (index, word) in words.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { " " });
        out.push_str(word);
    }
    out
}

/// `0.413s`, `12.5ms`, `0m0.413s`, also in a bracket or with a tab ahead.
fn is_duration(word: &str) -> bool {
    let word = word.rsplit('\t').next().unwrap_or(word).trim_matches(['(', ')', ',', '.', ';']);
    let units = ["ms", "µs", "us", "ns", "s"];
    let Some(number) = units.iter().find_map(|unit| word.strip_suffix(unit)) else { return false };
    let number = number.split_once('m').map_or(number, |(_, seconds)| seconds);
    number.contains('.') && number.chars().all(|c| c.is_ascii_digit() || c == '.')
}

fn without_log_head(line: &str) -> String {
    let head = || -> Option<&str> {
        let (id, rest) = line.split_once(':')?;
        let (role, rest) = rest.split_at_checked(2)?;
        let moment = rest.get(..24)?;
        let is_head = id.bytes().all(|byte| byte.is_ascii_digit())
            && !id.is_empty()
            && ["M ", "C ", "S ", "X "].contains(&role)
            && moment.as_bytes().get(20) == Some(&b'.');
        is_head.then(|| &line[id.len() + 3 + 24..])
    };
    match head() {
        Some(rest) => format!("4711:M 24 Nov 2026 12:00:00.000{rest}"),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_port_is_taken_for_the_port() {
        let table = [
            ("redis-cli -p 6379 GET 6379", "redis-cli -p 23456 GET 6379"),
            ("nc 127.0.0.1 6379", "nc 127.0.0.1 23456"),
            ("exec 3<>/dev/tcp/127.0.0.1/6379", "exec 3<>/dev/tcp/127.0.0.1/23456"),
            ("redis-cli SET k v PX 6379", "redis-cli SET k v PX 6379"),
            ("--port 63790", "--port 63790"),
        ];
        for (command, expected) in table {
            assert_eq!(with_port(command, "6379", "23456"), expected);
        }
        assert_eq!(
            replace_number("23456 123456 234567 :23456", "23456", "1"),
            "1 123456 234567 :1"
        );
    }

    #[test]
    fn times_are_zeros_and_other_numbers_stay() {
        let table = [
            ("loaded x.rdb: 3 keys, 0.013 seconds", "loaded x.rdb: 3 keys, 0.000 seconds"),
            ("real\t0m1.413s", "real\t0m0.000s"),
            ("took (12.5ms)", "took (00.0ms)"),
            ("3 seconds, version 7.0.15, 12s", "3 seconds, version 7.0.15, 12s"),
            ("127.0.0.1:6379", "127.0.0.1:6379"),
            (
                "812:M 03 Feb 2026 01:02:03.456 * DB loaded from disk: 0.001 seconds",
                "4711:M 24 Nov 2026 12:00:00.000 * DB loaded from disk: 0.000 seconds",
            ),
            ("é: 1", "é: 1"),
        ];
        for (line, expected) in table {
            assert_eq!(without_time(line), expected);
        }
    }

    #[test]
    fn the_first_line_that_differs_is_told() {
        let console = |text: &str| Console::parse(text).unwrap();
        let recorded = console("$ echo a\na\n$ echo b\nb\n");
        assert_eq!(difference(&recorded, &recorded), None);
        let told = difference(&recorded, &console("$ echo a\na\n$ echo b\nc\n")).unwrap();
        assert!(told.starts_with("line 4\n  recorded  b\n  came      c\n"), "{told}");
        let told = difference(&recorded, &console("$ echo a\na\n$ echo b\n")).unwrap();
        assert!(told.starts_with("line 4\n  recorded  b\n  came      (its end)\n"), "{told}");
    }
}

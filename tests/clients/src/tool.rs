//! Redis's own tools: `redis-cli` in a terminal and in scripts, and `redis-benchmark`.

use std::collections::BTreeSet;
use std::fmt::{self, Write};
use std::process::Command;
use std::time::Duration;

use anyhow::ensure;
use conformance::server::Server;
use portable_pty::CommandBuilder;

use crate::bounded::{self, Ran};
use crate::terminal::Terminal;

/// How long one run of a tool may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// One thing that a tool is to do.
#[derive(Debug)]
pub struct Check {
    /// The tool's program.
    pub program: &'static str,
    /// How the tool is used, as the table names it.
    pub usage: &'static str,
    /// What must hold.
    pub claim: &'static str,
    /// Finds out whether it does.
    pub run: fn(&mut Server) -> anyhow::Result<()>,
}

const fn cli(usage: &'static str, claim: &'static str, run: Run) -> Check {
    Check { program: "redis-cli", usage, claim, run }
}

const fn benchmark(usage: &'static str, claim: &'static str, run: Run) -> Check {
    Check { program: "redis-benchmark", usage, claim, run }
}

type Run = fn(&mut Server) -> anyhow::Result<()>;

/// All checks, in the order of the table.
pub const CHECKS: [Check; 17] = [
    cli("redis-cli in a terminal", "connects without an error, and leaves at QUIT", connects),
    cli("redis-cli in a terminal", "Tab completes a command's name", completes),
    cli("redis-cli in a terminal", "shows a command's arguments while one types", hints),
    cli("redis-cli in a terminal", "HELP tells what a command does", helps),
    cli("redis-cli in a terminal", "SELECT changes the database in the prompt", selects),
    cli("redis-cli in a terminal", "goes on after a restart of the server", goes_on),
    cli("redis-cli -3 in a terminal", "shows maps as maps", speaks_resp3),
    cli("redis-cli -n 3", "works in database 3", works_elsewhere),
    cli("redis-cli -x", "stores what comes on its input", takes_input),
    cli("redis-cli -r 1000", "counts to 1,000 with INCR", counts),
    cli("redis-cli --scan", "finds each of 1,000 keys once", scans),
    cli("redis-cli --scan", "DEL deletes the keys that a pattern finds", deletes_found),
    cli("redis-cli --bigkeys", "finds the biggest value, and its size", finds_big_keys),
    cli("redis-cli --stat", "shows keys, memory and clients", shows_statistics),
    cli("redis-cli --pipe", "100,000 commands: errors: 0, replies: 100000", pipes),
    benchmark("redis-benchmark", "runs PING, SET, GET, INCR and MSET without a warning", measures),
    benchmark(
        "redis-benchmark -3 -P 16",
        "the same in RESP3, 16 commands at a time",
        measures_resp3,
    ),
];

fn connects(server: &mut Server) -> anyhow::Result<()> {
    let mut terminal = Prompt::open(server, &[])?;
    terminal.has_no_error()?;
    terminal.terminal.press("PING\r")?;
    terminal.terminal.see("\nPONG")?;
    terminal.has_no_error()?;
    terminal.terminal.press("QUIT\r")?;
    terminal.terminal.see_end()
}

fn completes(server: &mut Server) -> anyhow::Result<()> {
    let mut prompt = Prompt::open(server, &[])?;
    for (typed, due) in [("dbsi", "dbsize"), ("exis", "exists"), ("client setn", "client setname")]
    {
        prompt.terminal.press(&format!("{typed}\t"))?;
        prompt.see_line(due)?;
        // Ctrl-U empties the line.
        prompt.terminal.press("\u{15}")?;
    }
    prompt.terminal.press("dbsi\t\r")?;
    prompt.terminal.see("\n(integer) 0")?;
    Ok(())
}

fn hints(server: &mut Server) -> anyhow::Result<()> {
    let mut prompt = Prompt::open(server, &[])?;
    for (typed, due) in [("set ", "set key value"), ("set k ", "set k value"), ("get ", "get key")]
    {
        prompt.terminal.press(typed)?;
        prompt.see_line(due)?;
        prompt.terminal.press("\u{15}")?;
    }
    Ok(())
}

fn helps(server: &mut Server) -> anyhow::Result<()> {
    let mut prompt = Prompt::open(server, &[])?;
    prompt.terminal.press("HELP GET\r")?;
    for due in ["GET key", "summary: ", "since: 1.0.0", "group: string"] {
        prompt.terminal.see(due)?;
    }
    prompt.terminal.press("HELP @connection\r")?;
    for due in ["ECHO message", "PING [message]", "SELECT index"] {
        prompt.terminal.see(due)?;
    }
    Ok(())
}

fn selects(server: &mut Server) -> anyhow::Result<()> {
    let port = server.place().port;
    let mut prompt = Prompt::open(server, &[])?;
    prompt.terminal.press("SELECT 3\r")?;
    prompt.terminal.see(&format!("OK\n127.0.0.1:{port}[3]>"))?;
    prompt.terminal.press("RESET\r")?;
    prompt.terminal.see(&format!("RESET\n127.0.0.1:{port}>"))?;
    Ok(())
}

fn goes_on(server: &mut Server) -> anyhow::Result<()> {
    let mut prompt = Prompt::open(server, &[])?;
    server.restart(crate::START)?;
    // The first command finds the connection closed, the second makes another one.
    prompt.terminal.press("PING\r")?;
    prompt.terminal.see("not connected>")?;
    prompt.terminal.press("ECHO still-here\r")?;
    prompt.terminal.see("\n\"still-here\"")?;
    Ok(())
}

fn speaks_resp3(server: &mut Server) -> anyhow::Result<()> {
    let mut prompt = Prompt::open(server, &["-3"])?;
    prompt.has_no_error()?;
    prompt.terminal.press("CONFIG GET dbfilename\r")?;
    prompt.terminal.see("\n1# \"dbfilename\" => \"dump.rdb\"")?;
    prompt.terminal.press("GET missing\r")?;
    prompt.terminal.see("GET missing\n(nil)")?;
    prompt.terminal.press("HELLO\r")?;
    prompt.terminal.see("3# \"proto\" => (integer) 3")?;
    Ok(())
}

fn works_elsewhere(server: &mut Server) -> anyhow::Result<()> {
    let answers = |arguments: &[&str], due: &str| {
        equal(&run(server, "redis-cli", arguments, Vec::new())?.output, due)
    };
    answers(&["-n", "3", "SET", "key", "three"], "OK\n")?;
    answers(&["-n", "3", "GET", "key"], "three\n")?;
    answers(&["EXISTS", "key"], "0\n")
}

fn takes_input(server: &mut Server) -> anyhow::Result<()> {
    let value = "line\r\nline\0 and all".repeat(10_000);
    let stored = run(server, "redis-cli", &["-x", "SET", "key"], value.clone().into_bytes())?;
    equal(&stored.output, "OK\n")?;
    let found = run(server, "redis-cli", &["GET", "key"], Vec::new())?;
    ensure!(found.output == format!("{value}\n"), "another value came back");
    Ok(())
}

fn counts(server: &mut Server) -> anyhow::Result<()> {
    let ran = run(server, "redis-cli", &["-r", "1000", "INCR", "counter"], Vec::new())?;
    let due: Vec<String> = (1..=1000).map(|n: u32| n.to_string()).collect();
    equal(&ran.output.lines().collect::<Vec<_>>(), &due)
}

fn scans(server: &mut Server) -> anyhow::Result<()> {
    fill(server, 1000)?;
    for arguments in [&["--scan", "--pattern", "key:*"][..], &["--scan"]] {
        let ran = run(server, "redis-cli", arguments, Vec::new())?;
        let found: BTreeSet<&str> = ran.output.lines().collect();
        let due: Vec<String> = (0..1000).map(|n| format!("key:{n}")).collect();
        ensure!(ran.output.lines().count() == 1000, "{} keys came", ran.output.lines().count());
        equal(&found, &due.iter().map(String::as_str).collect::<BTreeSet<_>>())?;
    }
    Ok(())
}

/// As `redis-cli --scan --pattern … | xargs redis-cli DEL` does.
fn deletes_found(server: &mut Server) -> anyhow::Result<()> {
    fill(server, 1000)?;
    let scan = ["--scan", "--pattern", "key:?5*"];
    let found = run(server, "redis-cli", &scan, Vec::new())?;
    let keys: Vec<&str> = found.output.lines().collect();
    equal(&run(server, "redis-cli", &[&["DEL"], &keys[..]].concat(), Vec::new())?.output, "99\n")?;
    equal(&run(server, "redis-cli", &scan, Vec::new())?.output, "")?;
    equal(&run(server, "redis-cli", &["DBSIZE"], Vec::new())?.output, "901\n")
}

fn finds_big_keys(server: &mut Server) -> anyhow::Result<()> {
    fill(server, 1000)?;
    let big = vec![b'x'; 100_000];
    run(server, "redis-cli", &["-x", "SET", "the-big-one"], big)?;
    let ran = run(server, "redis-cli", &["--bigkeys"], Vec::new())?;
    for due in [
        "Sampled 1001 keys in the keyspace!",
        "Biggest string found '\"the-big-one\"' has 100000 bytes",
        "1001 strings with ",
    ] {
        ensure!(ran.output.contains(due), "'{due}' is not in {}", shortened(&ran.output));
    }
    Ok(())
}

fn shows_statistics(server: &mut Server) -> anyhow::Result<()> {
    fill(server, 1000)?;
    let terminal = open(server, &["--stat", "-i", "0.1"])?;
    let is_row = |line: &str| line.starts_with("1000 ");
    let shown = terminal.wait_for("a row of 1000 keys", |shown| shown.lines().any(is_row))?;
    let row = shown.lines().find(|line| is_row(line)).unwrap_or_default();
    let [_, memory, clients, ..] = row.split_whitespace().collect::<Vec<_>>()[..] else {
        anyhow::bail!("a short row: {row}")
    };
    ensure!(memory.ends_with(['K', 'M', 'G']), "'{memory}' is no amount of memory");
    equal(clients, "1")
}

fn pipes(server: &mut Server) -> anyhow::Result<()> {
    let mut commands = String::new();
    for n in 0..50_000 {
        write!(commands, "*3\r\n$3\r\nSET\r\n$9\r\nkey:{n:05}\r\n$5\r\n{n:05}\r\n")?;
        write!(commands, "PING\r\n")?;
    }
    let ran = run(server, "redis-cli", &["--pipe"], commands.into_bytes())?;
    let summary = ran.output.lines().last().unwrap_or_default();
    equal(summary, "errors: 0, replies: 100000")?;
    equal(&run(server, "redis-cli", &["DBSIZE"], Vec::new())?.output, "50000\n")
}

fn measures(server: &mut Server) -> anyhow::Result<()> {
    benchmarks(server, &[])
}

fn measures_resp3(server: &mut Server) -> anyhow::Result<()> {
    benchmarks(server, &["-3", "-P", "16"])
}

fn benchmarks(server: &Server, arguments: &[&str]) -> anyhow::Result<()> {
    let tests = ["-t", "ping,set,get,incr,mset", "-n", "20000", "-r", "100"];
    let ran = run(server, "redis-benchmark", &[&tests[..], arguments].concat(), Vec::new())?;
    let parts = ["PING_INLINE", "PING_MBULK", "SET", "GET", "INCR", "MSET"];
    equal(&ran.output.matches("throughput summary: ").count(), &parts.len())?;
    for part in parts {
        ensure!(ran.output.contains(&format!("====== {part}")), "{part} did not run");
    }
    // What it learned from CONFIG GET.
    for due in ["host configuration \"save\": ", "host configuration \"appendonly\": no"] {
        ensure!(ran.output.contains(due), "'{due}' is not in {}", shortened(&ran.output));
    }
    Ok(())
}

/// `redis-cli` at its prompt.
struct Prompt {
    terminal: Terminal,
    prompt: String,
}

impl Prompt {
    fn open(server: &Server, arguments: &[&str]) -> anyhow::Result<Self> {
        let terminal = open(server, arguments)?;
        let prompt = format!("127.0.0.1:{}>", server.place().port);
        terminal.see(&prompt)?;
        Ok(Self { terminal, prompt })
    }

    fn has_no_error(&self) -> anyhow::Result<()> {
        let shown = self.terminal.shown();
        let is_clean = !["ERR", "rror", "arning"].iter().any(|word| shown.contains(word));
        ensure!(is_clean, "the screen shows '{}'", shown.trim());
        Ok(())
    }

    /// Waits until the prompt's line starts with this text, in capitals or not.
    fn see_line(&self, due: &str) -> anyhow::Result<()> {
        self.terminal.see_in_any_case(&format!("{} {due}", self.prompt)).map(|_| ())
    }
}

/// Starts `redis-cli` in a terminal.
fn open(server: &Server, arguments: &[&str]) -> anyhow::Result<Terminal> {
    let mut command = CommandBuilder::new("redis-cli");
    command.args(["-p", &server.place().port.to_string()]);
    command.args(arguments);
    Terminal::start(command)
}

/// Stores this many keys.
fn fill(server: &Server, keys: usize) -> anyhow::Result<()> {
    let commands: Vec<String> = (0..keys).map(|n| format!("SET key:{n} value")).collect();
    let ran = run(server, "redis-cli", &[], commands.join("\n").into_bytes())?;
    equal(&ran.output.matches("OK\n").count(), &keys)
}

/// Runs a tool to a good end, without a word of complaint.
fn run(server: &Server, program: &str, arguments: &[&str], input: Vec<u8>) -> anyhow::Result<Ran> {
    let ran = bounded::run(&mut command(server, program, arguments), input, PATIENCE)?;
    let Some(status) = ran.status else { anyhow::bail!("no end within {PATIENCE:?}") };
    ensure!(status.success(), "{status}: {} {}", shortened(&ran.output), shortened(&ran.complaint));
    ensure!(ran.complaint.is_empty(), "it complains: {}", shortened(&ran.complaint));
    for word in ["ERR ", "WARNING", "Warning"] {
        let line = ran.output.lines().find(|line| line.contains(word));
        ensure!(line.is_none(), "it says '{}'", line.unwrap_or_default());
    }
    Ok(ran)
}

fn command(server: &Server, program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(["-p", &server.place().port.to_string()]).args(arguments);
    command.current_dir(&server.place().dir);
    command
}

fn equal<A, B>(came: &A, due: &B) -> anyhow::Result<()>
where
    A: PartialEq<B> + fmt::Debug + ?Sized,
    B: fmt::Debug + ?Sized,
{
    let (came_text, due_text) = (format!("{came:?}"), format!("{due:?}"));
    ensure!(came == due, "{} came, not {}", shortened(&came_text), shortened(&due_text));
    Ok(())
}

fn shortened(text: &str) -> String {
    bounded::first_words(text, 300)
}

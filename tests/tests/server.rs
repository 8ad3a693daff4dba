//! The guard of a server: what starts, what does not, and that nothing stays.
//!
//! The program plays the servers too: its own file, started with the name of a part.

use std::env;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::panic;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::thread;
use std::time::{Duration, Instant};

use conformance::check::check_with;
use conformance::server::{self, CommandLine, Server, StartError, Target};
use conformance::snapshot::Snapshot;
use conformance::text::Place;
use conformance::transcript::Transcript;
use conformance::waiting::Patience;
use conformance::{harness, player};
use libtest_mimic::{Arguments, Failed, Trial};

const PATIENCE: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    if let [_, act, part, port] = arguments.as_slice()
        && act == "act"
    {
        return play_part(part, port.parse().expect("a port"));
    }
    let tests: [(&str, fn()); 12] = [
        ("a_server_is_gone_when_its_guard_is_dropped", gone_when_dropped),
        ("a_server_is_gone_when_its_test_panics", gone_after_a_panic),
        ("what_a_server_started_is_gone_too", children_are_gone),
        ("a_server_starts_again_where_it_was", starts_again),
        ("a_server_that_does_not_start_shows_what_it_printed", shows_what_it_printed),
        ("a_server_that_never_listens_costs_only_the_patience", never_listens),
        ("a_server_that_prints_without_end_is_served_all_the_same", prints_without_end),
        ("servers_started_at_once_have_ports_and_directories_of_their_own", many_at_once),
        ("a_server_that_crashes_is_part_of_the_failure", crashes),
        ("a_program_that_is_not_there_is_named", not_there),
        ("how_a_server_ends_is_compared_though_it_never_starts", ends),
        ("a_server_that_does_not_hang_up_is_caught", does_not_hang_up),
    ];
    #[cfg(unix)]
    let tests = tests.into_iter().chain([
        ("an_interrupt_ends_the_servers_too", interrupted as fn()),
        ("a_signal_reaches_the_server", gets_signals),
        ("a_run_that_is_stopped_goes_on_where_it_was", stopped),
    ]);
    let trial = |(name, test): (&str, fn())| {
        Trial::test(name, move || {
            test();
            Ok::<(), Failed>(())
        })
    };
    harness::run(Arguments::from_args(), tests.into_iter().map(trial).collect())
}

/// Does what a learner's server might do.
fn play_part(part: &str, port: u16) -> ExitCode {
    match part {
        "dies" => {
            println!("reading the configuration");
            eprintln!("no such flag");
            return ExitCode::from(3);
        }
        "leaves" => {}
        "waits" => thread::sleep(Duration::from_secs(600)),
        "has a child" => {
            let mut child = Command::new(env::current_exe().expect("its own file"));
            let status = child.args(["act", "answers", &port.to_string()]).status();
            status.expect("a child");
        }
        "tests" => {
            server::end_all_on_interrupt().expect("a handler");
            let server = start("answers", PATIENCE).expect("a server");
            println!("{} {}", server.place().port, server.place().dir);
            thread::sleep(Duration::from_secs(600));
        }
        "chatters" => {
            thread::spawn(|| {
                loop {
                    println!("{}", "chatter ".repeat(100));
                }
            });
            answer(port, false);
        }
        "crashes" => answer(port, true),
        "ponders" => {
            answer_each(port, || thread::sleep(Duration::from_millis(100)));
        }
        _ => answer(port, false),
    }
    ExitCode::SUCCESS
}

fn answer(port: u16, crashes: bool) {
    answer_each(port, move || {
        if crashes {
            eprintln!("index out of bounds");
            std::process::exit(3);
        }
    });
}

/// Does something before each answer.
fn answer_each(port: u16, first: impl Fn() + Copy + Send + 'static) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("a free port");
    for stream in listener.incoming() {
        let mut stream = stream.expect("a connection");
        thread::spawn(move || {
            let mut chunk = [0; 1024];
            while let Ok(1..) = stream.read(&mut chunk) {
                first();
                stream.write_all(b"+PONG\r\n").expect("a client that reads");
            }
        });
    }
}

fn command(part: &str) -> CommandLine {
    let program = env::current_exe().expect("its own file");
    CommandLine::new([&program.to_string_lossy(), "act", part, "{port}"])
}

fn start(part: &str, patience: Duration) -> Result<Server, StartError> {
    Server::start(&command(part), "", patience, |_| Ok(Vec::new()))
}

fn address(place: &Place) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, place.port))
}

fn answers(place: &Place) -> bool {
    TcpStream::connect_timeout(&address(place), Duration::from_secs(1)).is_ok()
}

/// What nobody can wait for, a server's own child, has been told to end, and does so soon.
fn assert_gone(place: &Place) {
    let deadline = Instant::now() + PATIENCE;
    while answers(place) && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(5));
    }
    assert!(!answers(place), "a server is left on port {}", place.port);
    assert!(!Path::new(&place.dir).exists(), "{} is left", place.dir);
}

fn gone_when_dropped() {
    let server = start("answers", PATIENCE).expect("a server");
    let place = server.place().clone();
    assert!(answers(&place));
    assert!(Path::new(&place.dir).is_dir());
    drop(server);
    assert_gone(&place);
}

fn gone_after_a_panic() {
    let panicked = panic::catch_unwind(|| {
        let server = start("answers", PATIENCE).expect("a server");
        assert!(answers(server.place()));
        panic::resume_unwind(Box::new(server.place().clone()));
    });
    let place = panicked.expect_err("a panic").downcast::<Place>().expect("its place");
    assert_gone(&place);
}

fn children_are_gone() {
    let server = start("has a child", PATIENCE).expect("a server");
    let place = server.place().clone();
    assert!(answers(&place));
    drop(server);
    assert_gone(&place);
}

fn starts_again() {
    let mut server = start("answers", PATIENCE).expect("a server");
    let place = server.place().clone();
    let mut client = TcpStream::connect(address(&place)).expect("a connection");
    server.restart(PATIENCE).expect("a server");
    let closed =
        client.read(&mut [0; 1]).map_or_else(|error| error.kind(), |_| ErrorKind::UnexpectedEof);
    assert!(matches!(closed, ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset), "{closed}");
    assert_eq!(server.place(), &place);
    assert!(answers(&place) && Path::new(&place.dir).is_dir());
    drop(server);
    assert_gone(&place);
    let mut foreign = Server::running_at(address(&place));
    assert!(matches!(foreign.restart(PATIENCE), Err(StartError::Run { .. })));
}

fn shows_what_it_printed() {
    let error = start("dies", PATIENCE).expect_err("no server").to_string();
    for part in ["the server exited with code 3", "no such flag", "reading the configuration"] {
        assert!(error.contains(part), "{error}");
    }
}

fn never_listens() {
    let began = Instant::now();
    let error = start("waits", Duration::from_millis(300)).expect_err("no server").to_string();
    assert!(
        error.starts_with("the server accepts no connection on its port after 0.3 s"),
        "{error}"
    );
    assert!(began.elapsed() < PATIENCE, "took {:?}", began.elapsed());
}

fn prints_without_end() {
    let mut server = start("chatters", PATIENCE).expect("a server");
    let mut client = TcpStream::connect(address(server.place())).expect("a connection");
    client.set_read_timeout(Some(PATIENCE)).expect("a socket");
    let mut reply = [0; 7];
    for _ in 0..100 {
        client.write_all(b"PING\r\n").expect("a server that reads");
        client.read_exact(&mut reply).expect("a reply");
    }
    let deadline = Instant::now() + PATIENCE;
    let (mut status, mut output) = (None, String::new());
    while output.is_empty() && Instant::now() < deadline {
        (status, output) = server.end(Duration::from_millis(5));
    }
    assert_eq!(status, None);
    assert!(output.contains("chatter") && output.len() <= 64 * 1024, "{} bytes", output.len());
}

fn many_at_once() {
    let starting: Vec<_> =
        (0..8).map(|_| thread::spawn(|| start("answers", PATIENCE).expect("a server"))).collect();
    let servers: Vec<Server> =
        starting.into_iter().map(|thread| thread.join().expect("a server")).collect();
    let mut ports: Vec<u16> = servers.iter().map(|server| server.place().port).collect();
    let mut dirs: Vec<&str> = servers.iter().map(|server| server.place().dir.as_str()).collect();
    ports.sort_unstable();
    ports.dedup();
    dirs.sort_unstable();
    dirs.dedup();
    assert_eq!((ports.len(), dirs.len()), (8, 8));
    assert!(ports.iter().all(|port| (20_000..32_000).contains(port)), "{ports:?}");
}

fn crashes() {
    let path = Path::new("tests/transcripts/01-ping/a_claim.redis");
    let transcript = Transcript::parse("01-ping/a_claim", path, "# A claim.\nPING").expect("good");
    let snapshot = Snapshot { replies: vec![vec!["PONG".into()]] };
    let target = Target::Spawn(command("crashes"));
    let failure = check_with(&transcript, &snapshot, &target, player::PATIENCE);
    let text = failure.expect_err("a crash").to_string();
    for part in [
        "and the server closed the connection",
        "The server exited with code 3",
        "index out of bounds",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

/// Plays a session whose last step comes out like this with Redis, and returns what a learner reads
/// if the server does something else.
fn told(part: &str, source: &str, last: &str) -> Option<String> {
    let path = Path::new("tests/transcripts/06-rdb-read/a_claim.redis");
    let transcript = Transcript::parse("06-rdb-read/a_claim", path, source).expect("a transcript");
    let mut replies = vec![Vec::new(); transcript.steps.len()];
    *replies.last_mut().expect("a step") = vec![last.to_owned()];
    let patience = Patience::new(PATIENCE, Duration::from_millis(200));
    let target = Target::Spawn(command(part));
    let played = check_with(&transcript, &Snapshot { replies }, &target, patience);
    played.err().map(|failure| failure.to_string())
}

fn ends() {
    let refused = "(ends with an exit code that is not 0)";
    let dump = "# A claim.\n@file dump.rdb strings.rdb\n@ended";
    assert_eq!(told("dies", dump, refused), None);
    assert_eq!(told("leaves", dump, "(ends with exit code 0)"), None);
    for (part, received, hint) in [
        ("leaves", "(ends with exit code 0)", "end with 1"),
        ("waits", "(still runs)", "without the keys"),
        ("answers", "(still runs)", "without the keys"),
    ] {
        let text = told(part, dump, refused).expect(part);
        for due in [refused, &format!("received  {received}"), hint] {
            assert!(text.contains(due), "{text}");
        }
    }
}

fn does_not_hang_up() {
    let text = told("answers", "# A claim.\n@send \"x\"\n@hung-up", "(closed)");
    let text = text.expect("a server that only answers");
    let received = "received  the connection stays open";
    assert!(text.contains(received) && text.contains("goes on reading"), "{text}");
}

#[cfg(unix)]
fn gets_signals() {
    for signal in ["SIGTERM", "SIGINT"] {
        let session = format!("# A claim.\n@signal {signal}\n@ended");
        let text = told("answers", &session, "(ends with exit code 0)").expect(signal);
        let due = format!("was killed by {signal}");
        assert!(text.contains(&due) && text.contains("Catch the signal"), "{text}");
    }
    let session = "# A claim.\n@client a\n@signal SIGHUP\n@wait 100ms\nPING";
    let text = told("answers", session, "PONG").expect("a server that is killed");
    assert!(text.contains("was killed by SIGHUP"), "{text}");
}

#[cfg(unix)]
fn interrupted() {
    use rustix::process::{Pid, Signal, kill_process};
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    let mut tests = Command::new(env::current_exe().expect("its own file"));
    let tests = tests.args(["act", "tests", "0"]).stdout(Stdio::piped());
    let mut tests = tests.spawn().expect("a test run");
    let mut line = String::new();
    let mut output = BufReader::new(tests.stdout.take().expect("its output"));
    output.read_line(&mut line).expect("a line");
    let (port, dir) = line.trim().split_once(' ').expect("a port and a directory");
    let place =
        Place { port: port.parse().expect("a port"), dir: dir.to_owned(), ..Place::default() };
    assert!(answers(&place));
    kill_process(Pid::from_child(&tests), Signal::TERM).expect("a running process");
    assert_eq!(tests.wait().expect("its end").code(), Some(130));
    assert_gone(&place);
}

/// As with Ctrl-Z and `fg`, or on a machine that is paused: the system breaks off what waits.
#[cfg(unix)]
fn stopped() {
    use rustix::process::{Pid, Signal, kill_process};

    let mut run = Command::new(env!("CARGO_BIN_EXE_transcripts"));
    let program = env::current_exe().expect("its own file");
    let server = shlex::try_join([&program.to_string_lossy(), "act", "ponders"]).expect("a path");
    run.args(["check", "01-ping/clients_that_stay_keep_nobody_out"]);
    run.args(["--server", &format!("{server} {{port}}")]);
    let mut run = run.spawn().expect("a run");
    let status = loop {
        if let Some(status) = run.try_wait().expect("a process") {
            break status;
        }
        for signal in [Signal::STOP, Signal::CONT] {
            kill_process(Pid::from_child(&run), signal).expect("a process");
            thread::sleep(Duration::from_millis(5));
        }
    };
    assert!(status.success());
}

fn not_there() {
    let command = CommandLine::new(["no-such-program", "{port}"]);
    let error = Server::start(&command, "", PATIENCE, |_| Ok(Vec::new())).expect_err("no server");
    assert!(error.to_string().starts_with("cannot run `no-such-program {port}`: "), "{error}");
}

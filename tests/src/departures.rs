//! Where the course's newest server departs from Redis on purpose in what no random session shows:
//! in time, in memory, at the start, at the end of a connection.
//!
//! Each departure is observed on both servers, and must still be there. Those of requests and
//! replies stand in [`differ::documented`](crate::differ::documented).

use std::error::Error;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use rustix::process::{Pid, Signal, kill_process};

use crate::load::Peer;
use crate::server::{CommandLine, Server};
use crate::{check, differences, harness, resp, workspace};

/// What a server was seen to do, in words; or why nothing was seen.
pub type Observed = Result<String, Box<dyn Error>>;

/// A departure from Redis that is decided.
#[derive(Debug)]
pub struct Departure {
    /// What departs, in a few words.
    pub name: &'static str,
    /// The sentence of the [page](crate::differences) that says so.
    pub sentence: &'static str,
    /// Why it is so.
    pub reason: &'static str,
    /// Starts a server, and says how it behaves.
    pub observe: fn(&CommandLine) -> Observed,
    /// How Redis does.
    pub redis: &'static str,
    /// How the course's server does.
    pub ours: &'static str,
}

/// All of them.
pub const DEPARTURES: [Departure; 4] = [
    Departure {
        name: "the end of a connection without replies",
        sentence: "`QUIT`, `CLIENT KILL` and a protocol error close the connection even then",
        reason: "in Redis the connection closes once its last reply is written, and there is none",
        observe: ends_without_replies,
        redis: "QUIT: open, QUIT, skipped: open, KILL: open, fault: open, fault, skipped: open",
        ours: "QUIT: closed, QUIT, skipped: closed, KILL: closed, fault: closed, \
               fault, skipped: closed",
    },
    Departure {
        name: "requests without an end before the first reply is read",
        sentence: "A client that sends 90 MB of requests before it reads waits forever",
        reason: "replies without a limit would take memory without a limit",
        observe: sends_all_before_it_reads,
        redis: "takes all",
        ours: "takes no more",
    },
    Departure {
        name: "clients that come while a dump loads",
        sentence: "Clients that connect while a dump loads are served after it",
        reason: "the server has one thread, and the load is one step",
        observe: asks_while_a_dump_loads,
        redis: "-LOADING Redis is loading the dataset in memory\r\n",
        ours: "nothing, then +PONG",
    },
    Departure {
        name: "a signal while a dump loads",
        sentence: "A `SIGTERM` or `SIGINT` during the load kills the server at once",
        reason: "the load is one step, and without a handler the signal need not wait for its end",
        observe: ends_while_a_dump_loads,
        redis: "HUP: runs, TERM: exits",
        ours: "HUP: runs, TERM: ended by it",
    },
];

/// Holds the newest stage and the real Redis, if there is one, to depart from each other as the
/// [page](differences) and this table say.
#[must_use]
pub fn run() -> ExitCode {
    let redis = check::redis().map(|_| CommandLine::redis());
    if let Err(reason) = &redis {
        eprintln!("\nNOT COMPARED with a real Redis: {reason}.\n");
    }
    let mut trials = vec![Trial::test("every_departure_is_on_the_page", || {
        differences::must_say(DEPARTURES.iter().map(|departure| departure.sentence))
    })];
    for departure in &DEPARTURES {
        let redis = redis.clone();
        let name = format!("departure/{}", departure.name.replace(' ', "_"));
        trials.push(Trial::ignorable_test(name, move || {
            holds(departure, "the newest stage", &stage()?, departure.ours)?;
            match redis {
                Ok(redis) => holds(departure, "Redis", &redis, departure.redis)?,
                Err(reason) => return Ok(Completion::ignored_with(reason)),
            }
            Ok(Completion::Completed)
        }));
    }
    harness::run(Arguments::from_args(), trials)
}

fn holds(
    departure: &Departure,
    who: &str,
    server: &CommandLine,
    expected: &str,
) -> Result<(), Failed> {
    let observed = (departure.observe)(server).map_err(|error| format!("{who}: {error}"))?;
    if observed == expected {
        return Ok(());
    }
    Err(format!("expected of {who}: {expected}\nobserved: {observed}").into())
}

fn stage() -> Result<CommandLine, Failed> {
    let binary = workspace::build(&format!("stage-{:02}", workspace::newest_stage()?), false)?;
    Ok(CommandLine::binary(&binary.to_string_lossy()))
}

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long a server has time to close a connection, or to say something, that it leaves as it is.
const MOMENT: Duration = Duration::from_secs(1);

fn start(
    command: &CommandLine,
    prepare: impl Fn(&Path) -> io::Result<()>,
) -> Result<(Server, SocketAddr), Box<dyn Error>> {
    let server = Server::start(command, "", PATIENCE, |place| {
        prepare(Path::new(&place.dir))?;
        Ok(Vec::new())
    })?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, server.place().port));
    Ok((server, address))
}

fn ends_without_replies(command: &CommandLine) -> Observed {
    let (_server, address) = start(command, |_| Ok(()))?;
    let mut seen = Vec::new();
    for (name, silence, end) in [
        ("QUIT", "OFF", "QUIT\r\n"),
        ("QUIT, skipped", "SKIP", "QUIT\r\n"),
        ("KILL", "OFF", "CLIENT KILL TYPE normal SKIPME no\r\n"),
        ("fault", "OFF", "*x\r\n"),
        ("fault, skipped", "SKIP", "*x\r\n"),
    ] {
        let mut client = Peer::connect(address, MOMENT)?;
        client.send(format!("CLIENT REPLY {silence}\r\n{end}PING\r\n").as_bytes())?;
        let end = match client.read_to_end() {
            Ok(came) if came.is_empty() => "closed",
            Ok(_) => "replies",
            Err(_) => "open",
        };
        seen.push(format!("{name}: {end}"));
    }
    Ok(seen.join(", "))
}

fn sends_all_before_it_reads(command: &CommandLine) -> Observed {
    let (_server, address) = start(command, |_| Ok(()))?;
    let mut client = Peer::connect(address, PATIENCE)?;
    let request = resp::request(&[&b"ECHO"[..], &vec![b'v'; 1_000_000]]);
    let requests = request.repeat(90);
    let mut left = requests.as_slice();
    while !left.is_empty() {
        match client.send_what_is_taken(left)? {
            0 => return Ok("takes no more".to_owned()),
            taken => left = left.get(taken..).unwrap_or_default(),
        }
    }
    Ok("takes all".to_owned())
}

fn asks_while_a_dump_loads(command: &CommandLine) -> Observed {
    let (mut server, address) = start(command, make_pipe)?;
    let load = Load::begin(&server);
    let mut client = Peer::connect(address, 2 * MOMENT)?;
    client.send(b"PING\r\n")?;
    let first = client.line();
    load.end()?;
    let seen = match first? {
        Some(line) => line,
        None => {
            client.expect(b"+PONG\r\n")?;
            "nothing, then +PONG".to_owned()
        }
    };
    match server.end(Duration::ZERO) {
        (None, _) => Ok(seen),
        (Some(status), output) => Err(format!("it has ended ({status}): {output}").into()),
    }
}

fn ends_while_a_dump_loads(command: &CommandLine) -> Observed {
    let (mut server, _) = start(command, make_pipe)?;
    let load = Load::begin(&server);
    let mut seen = Vec::new();
    for (name, signal) in [("HUP", Signal::HUP), ("TERM", Signal::TERM)] {
        // Time to begin with the load, and to be told.
        thread::sleep(MOMENT);
        let process = server.process_id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        kill_process(process.ok_or("no process")?, signal)?;
        seen.push(match server.end(2 * MOMENT).0 {
            Some(status) if status.signal() == Some(signal.as_raw()) => {
                format!("{name}: ended by it")
            }
            // With which status depends on what Redis was at: 0 from the signal's handler, 1 from a
            // read that the signal cut short.
            Some(_) => format!("{name}: exits"),
            None => format!("{name}: runs"),
        });
    }
    // It has no client to write to.
    let _ = load.end();
    Ok(seen.join(", "))
}

/// A dump that comes through a pipe, slowly, as long as it is read.
struct Load {
    end: Sender<()>,
    writing: JoinHandle<io::Result<()>>,
}

impl Load {
    fn begin(server: &Server) -> Self {
        let pipe = Path::new(&server.place().dir).join("dump.rdb");
        let (end, until) = mpsc::channel();
        Self { end, writing: thread::spawn(move || write_slowly(&pipe, &until)) }
    }

    fn end(self) -> Result<(), Box<dyn Error>> {
        // If the receiver is gone, it has failed, which the next line reports.
        let _ = self.end.send(());
        Ok(self.writing.join().map_err(|_| "the writer of the dump has panicked")??)
    }
}

fn make_pipe(dir: &Path) -> io::Result<()> {
    let made = Command::new("mkfifo").arg(dir.join("dump.rdb")).status()?;
    if made.success() { Ok(()) } else { Err(io::Error::other(format!("mkfifo: {made}"))) }
}

/// Writes a dump of keys that are all different until it is told to stop.
fn write_slowly(pipe: &Path, until: &Receiver<()>) -> io::Result<()> {
    let mut dump = std::fs::File::options().write(true).open(pipe)?;
    dump.write_all(b"REDIS0010")?;
    // A length of 14 bits for the key, one of 32 for the value.
    let value = [&[0x80][..], &100_000_u32.to_be_bytes(), &[b'v'; 100_000]].concat();
    let mut key = 0_u32;
    while until.recv_timeout(Duration::from_millis(5)) == Err(RecvTimeoutError::Timeout) {
        dump.write_all(&[&[0, 4][..], &key.to_be_bytes(), &value].concat())?;
        key += 1;
    }
    // The end, and a checksum that was not computed.
    dump.write_all(&[0xff, 0, 0, 0, 0, 0, 0, 0, 0])
}
